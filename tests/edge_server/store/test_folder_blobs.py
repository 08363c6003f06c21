from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_server.problems import StorageFull, StorageUnavailable
from edge_server.store import folder_blobs
from edge_server.store.blobs import place
from edge_server.store.folder_blobs import FolderBlobs

SHA = "ab" * 32


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_leaves_nothing_half(
    error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, content: bytes) -> None:
        path.write_bytes(content[:3])
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(folder_blobs, "_write", write)
    blobs = FolderBlobs(tmp_path)
    with pytest.raises(StorageFull) as caught:
        blobs.put(SHA, b"content")
    assert str(tmp_path) not in caught.value.detail
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    blobs.put(SHA, b"content")
    assert blobs.get(SHA) == b"content"


def test_a_folder_that_cannot_be_written_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnavailable):
        FolderBlobs(tmp_path / "file").put(SHA, b"content")
    with pytest.raises(StorageUnavailable):
        FolderBlobs(tmp_path / "file" / "below").get(SHA)


def test_what_is_no_blob_is_not_seen(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put(SHA, b"content")
    folder = (tmp_path / place(SHA)).parent
    (folder / "notes.txt").write_text("mine")
    (folder / ("cd" * 32)).symlink_to(folder / "notes.txt")
    assert [one.sha256 for one in blobs.seen()] == [SHA]


def test_only_the_owner_may_look(tmp_path: Path) -> None:
    FolderBlobs(tmp_path / "blobs").put(SHA, b"content")
    path = tmp_path / "blobs" / place(SHA)
    assert path.parent.stat().st_mode & 0o077 == 0


def test_unfinished_files_of_the_dead_are_swept_when_they_are_old(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put(SHA, b"content")
    folder = (tmp_path / place(SHA)).parent
    for name, age in (("old.part", 100), ("new.part", 0)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    assert blobs.sweep_parts(time.time() - 50) == 1
    assert sorted(path.name for path in folder.iterdir()) == [SHA, "new.part"]


@pytest.mark.parametrize("name", ["cd" * 30, "cd.part"])
def test_what_goes_while_the_folder_is_looked_at_is_not_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put(SHA, b"content")
    gone = (tmp_path / place(SHA)).with_name(f"abab{name}")
    gone.write_bytes(b"soon gone")
    listed = Path.glob

    def glob(path: Path, pattern: str) -> Iterator[Path]:
        found = list(listed(path, pattern))
        gone.unlink(missing_ok=True)
        yield from found

    monkeypatch.setattr(Path, "glob", glob)
    if name.endswith(".part"):
        assert blobs.sweep_parts(time.time() + 50) == 0
    else:
        assert [one.sha256 for one in blobs.seen()] == [SHA]
