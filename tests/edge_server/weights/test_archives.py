"""One file out of a zip, wherever its names point."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest
import torch

from edge_runtime.errors import WeightsError
from edge_server.weights.archives import extract, extract_from_tar, is_archive

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


def tarred(folder: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(folder / "tiny-1.0.tar.gz", "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, BytesIO(content))
    return folder / "tiny-1.0.tar.gz"


def test_a_file_is_taken_out_of_a_source_distribution(tmp_path: Path) -> None:
    archive = tarred(tmp_path, {"tiny-1.0/a/net.dat": b"net", "tiny-1.0/b/net.dat": b"other"})
    extract_from_tar(archive, "a/net.dat", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"net"


@pytest.mark.parametrize(
    ("members", "max_bytes", "words"),
    [
        ({"tiny-1.0/b.dat": b"x"}, 9, "does not hold a.dat"),
        ({"a.dat": b"x"}, 9, "does not hold a.dat"),
        ({"tiny-1.0/a.dat": b"0123456789"}, 9, "unpacks to more than"),
    ],
)
def test_what_a_source_distribution_must_not_be(
    tmp_path: Path, members: Mapping[str, bytes], max_bytes: int, words: str
) -> None:
    with pytest.raises(WeightsError, match=words):
        extract_from_tar(tarred(tmp_path, members), "a.dat", tmp_path / "out", max_bytes)
    assert not (tmp_path / "out").exists()


def test_a_damaged_source_distribution_is_refused(tmp_path: Path) -> None:
    archive = tarred(tmp_path, {"tiny-1.0/a.dat": bytes(range(256)) * 400})
    archive.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(WeightsError, match="cannot be unpacked"):
        extract_from_tar(archive, "a.dat", tmp_path / "out")
