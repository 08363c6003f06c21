"""What holds of blobs wherever they lie."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from edge_server.store.blobs import Blobs, open_blobs, place
from edge_server.store.folder_blobs import FolderBlobs


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return open_blobs(str(tmp_path / "blobs"))
    return open_blobs(request.getfixturevalue("s3_url"))


def named(content: bytes) -> tuple[str, bytes]:
    return hashlib.sha256(content).hexdigest(), content


def test_bytes_are_put_found_listed_and_deleted(blobs: Blobs) -> None:
    assert list(blobs.seen()) == []
    made = dict(named(content) for content in (b"one", b"", b"three" * 100_000))
    for sha256, content in made.items():
        assert not blobs.has(sha256)
        assert blobs.get(sha256) is None
        blobs.put(sha256, content)
        blobs.put(sha256, content)
        assert blobs.has(sha256)
        assert blobs.get(sha256) == content
    seen = {one.sha256: one for one in blobs.seen()}
    assert {sha256: one.size for sha256, one in seen.items()} == {
        sha256: len(content) for sha256, content in made.items()
    }
    assert all(abs(one.modified - time.time()) < 60 for one in seen.values())
    for sha256 in made:
        blobs.delete(sha256)
        blobs.delete(sha256)
    assert list(blobs.seen()) == []


def test_a_folder_is_named_by_its_path_or_its_url(tmp_path: Path) -> None:
    assert (
        open_blobs(str(tmp_path)) == open_blobs(f"file://{tmp_path}") == FolderBlobs(tmp_path)
    )


def test_names_are_spread_over_folders() -> None:
    assert place("abcdef") == "ab/cd/abcdef"
