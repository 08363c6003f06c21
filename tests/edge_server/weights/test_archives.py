"""One file out of a zip, wherever its names point."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch

from edge_runtime.errors import WeightsError
from edge_server.weights.archives import extract, is_archive

PICKLE = b"\x80\x02" + bytes(1000)


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_checkpoint_of_torch_is_no_archive(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(1)}, tmp_path / "a.pth")
    assert not is_archive(tmp_path / "a.pth")
    assert is_archive(packed(tmp_path / "a.zip", {"model": PICKLE}))
    (tmp_path / "a.txt").write_text("text")
    assert not is_archive(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("members", "member"),
    [
        ({"bts/model": PICKLE, "bts/code.py": b"x" * 5000, "bts/": b""}, ""),
        ({"bts/model": PICKLE, "other/model": PICKLE + b"more"}, "bts/model"),
        ({"../../outside": PICKLE}, ""),
        ({"/etc/outside": PICKLE}, "/etc/outside"),
    ],
)
def test_the_checkpoint_comes_out_under_our_name(
    tmp_path: Path, members: dict[str, bytes], member: str
) -> None:
    archive = packed(tmp_path / "a.zip", members)
    inside = tmp_path / "inside"
    inside.mkdir()
    extract(archive, member, inside / "ours")
    assert (inside / "ours").read_bytes() == PICKLE
    assert [path.name for path in inside.iterdir()] == ["ours"]
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "inside"}


@pytest.mark.parametrize(
    ("members", "member", "words"),
    [
        ({"readme.txt": b"nothing"}, "", "does not hold a checkpoint"),
        ({"model": PICKLE}, "weights", "does not hold weights"),
        ({"model": PICKLE + bytes(200_000)}, "", "unpacks to more than 0 MB"),
    ],
)
def test_what_is_not_there_or_too_large_is_an_error(
    tmp_path: Path, members: dict[str, bytes], member: str, words: str
) -> None:
    archive = packed(tmp_path / "a.zip", members)
    with pytest.raises(WeightsError, match=words):
        extract(archive, member, tmp_path / "out", max_bytes=100_000)
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("model", PICKLE)
        archive.writestr("model", PICKLE + b"other")
    with pytest.raises(WeightsError, match="2 times"):
        extract(tmp_path / "a.zip", "model", tmp_path / "out")


@pytest.mark.parametrize("place", [40, 300, -5])
def test_a_damaged_archive_is_an_error(tmp_path: Path, place: int) -> None:
    archive = packed(tmp_path / "a.zip", {"model": bytes(range(256)) * 50, "b": PICKLE})
    content = bytearray(archive.read_bytes())
    content[place] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(WeightsError):
        extract(archive, "model", tmp_path / "out")
    assert not (tmp_path / "out").exists()
