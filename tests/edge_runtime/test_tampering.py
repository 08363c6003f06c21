"""Any byte of any model that ships: changed, cut off, added, or all of it gone.

Labels are in test_bundle.py, golden vectors in test_probe.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_runtime.bundle import Bundle
from edge_runtime.discovery import MANIFEST, find_bundle
from edge_runtime.errors import BundleTampered
from edge_runtime.hashes import tree_files
from edge_runtime.spec import Format

FOLDER = find_bundle()
BUNDLE = Bundle.open(FOLDER)
FILES = [
    (entry.spec.id, file.format, file.size_hw)
    for entry in BUNDLE.manifest.models
    for file in entry.files
]


def flipped(at: float) -> Callable[[bytes], bytes]:
    """One bit of the byte that lies that far into a file, from 0 to 1."""

    def change(content: bytes) -> bytes:
        place = int(at * (len(content) - 1))
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    return change


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "the first byte": flipped(0),
    "a byte early on": flipped(0.013),
    "the middle byte": flipped(0.5),
    "the last byte": flipped(1),
    "a byte less": lambda content: content[:-1],
    "a byte more": lambda content: content + b"\0",
}


def copy_of(path: str, folder: Path) -> Bundle:
    """The bundle with that file or folder alone."""
    shutil.copyfile(FOLDER / MANIFEST, folder / MANIFEST)
    (folder / path).parent.mkdir(parents=True)
    copy = shutil.copytree if (FOLDER / path).is_dir() else shutil.copyfile
    copy(FOLDER / path, folder / path)
    return Bundle.open(folder)


@pytest.mark.parametrize(
    ("model", "kind", "size"), FILES, ids=lambda value: str(value).replace(", ", "x")
)
def test_any_byte_of_a_model(
    model: str, kind: Format, size: tuple[int, int], tmp_path: Path
) -> None:
    entry = BUNDLE.entry(model)
    file, _ = BUNDLE.file(entry, size_hw=size, kind=kind)
    bundle = copy_of(file.path, tmp_path)
    copy = tmp_path / file.path
    for path in [path for _, path in tree_files(copy)] or [copy]:
        whole = path.read_bytes()
        for damage in DAMAGE.values():
            path.write_bytes(damage(whole))
            with pytest.raises(BundleTampered, match=copy.name):
                bundle.file(entry, size_hw=size, kind=kind)
        path.write_bytes(whole)
        bundle.file(entry, size_hw=size, kind=kind)
    shutil.rmtree(copy) if copy.is_dir() else copy.unlink()
    with pytest.raises(BundleTampered, match="is missing"):
        bundle.file(entry, size_hw=size, kind=kind)
