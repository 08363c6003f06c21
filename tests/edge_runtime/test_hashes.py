from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from edge_runtime.hashes import content_bytes, content_sha256, file_sha256, tree_sha256

if TYPE_CHECKING:
    from pathlib import Path


def make(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_file_is_hashed_by_its_bytes(tmp_path: Path) -> None:
    path = make(tmp_path, {"a.bin": b"abc"}) / "a.bin"
    assert file_sha256(path) == content_sha256(path) == sha(b"abc")
    assert content_bytes(path) == 3


def test_a_folder_is_hashed_by_sorted_lines(tmp_path: Path) -> None:
    folder = make(tmp_path / "p", {"z.txt": b"z", "data/a.bin": b"ab"})
    lines = f"{sha(b'ab')}  data/a.bin\n{sha(b'z')}  z.txt\n"
    assert tree_sha256(folder) == content_sha256(folder) == sha(lines.encode())
    assert content_bytes(folder) == 3


def test_a_folder_does_not_depend_on_the_order_of_writing(tmp_path: Path) -> None:
    one = make(tmp_path / "one", {"a": b"1", "b": b"2"})
    two = make(tmp_path / "two", {"b": b"2", "a": b"1"})
    assert tree_sha256(one) == tree_sha256(two)


def test_a_renamed_or_changed_file_changes_the_hash(tmp_path: Path) -> None:
    hashes = {
        tree_sha256(make(tmp_path / str(i), files))
        for i, files in enumerate([{"a": b"1"}, {"b": b"1"}, {"a": b"2"}, {"x/a": b"1"}])
    }
    assert len(hashes) == 4
