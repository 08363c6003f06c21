from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.outputs import SUFFIXES, check_suffix, write_bytes, write_picture


def ramp(*channels: int) -> np.ndarray:
    plane = np.arange(32 * 16, dtype=np.uint16).reshape(16, 32) // 2
    return np.broadcast_to(
        plane.reshape(16, 32, *[1] * len(channels)), (16, 32, *channels)
    ).astype(np.uint8)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".PNG", ".JpG"])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_every_format_holds_grey_and_colour(
    tmp_path: Path, suffix: str, channels: tuple[int, ...]
) -> None:
    path = tmp_path / "new" / "folder" / f"out{suffix}"
    write_picture(path, ramp(*channels))
    with Image.open(path) as image:
        back = np.asarray(image.convert("L" if not channels else "RGB"))
    np.testing.assert_allclose(back, ramp(*channels), atol=6)


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_alpha_is_kept(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    write_picture(path, ramp(4))
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        np.testing.assert_array_equal(np.asarray(image.getchannel("A")), ramp())


def test_a_jpeg_shows_what_is_transparent_on_white(tmp_path: Path) -> None:
    path, pixels = tmp_path / "out.jpg", np.full((16, 32, 4), (40, 90, 200, 255), np.uint8)
    pixels[:, 16:, 3] = 0
    write_picture(path, pixels)
    with Image.open(path) as image:
        made = np.asarray(image).astype(int)
    assert np.abs(made[:, :8] - (40, 90, 200)).max() < 8
    assert made[:, 24:].min() > 250


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_what_was_cut_away_is_not_in_the_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    pixels = np.random.default_rng(7).integers(60, 256, (64, 64, 4), np.uint8)
    pixels[:, :32, 3], pixels[:, 32:, 3] = 0, 255
    write_picture(path, pixels)
    with Image.open(path) as image:
        made = np.asarray(image)
    assert made[:, :16, :3].std(axis=(0, 1)).max() < 1  # next to what is seen, WebP mixes
    assert made[:, 40:, :3].std() > 20
    np.testing.assert_array_equal(made[..., 3], pixels[..., 3])


def test_png_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    write_picture(path, ramp(3))
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), ramp(3))


@pytest.mark.parametrize(
    ("name", "channels", "error", "said"),
    [
        ("out.gif", (3,), UnknownName, r"'\.gif'; known: \.jpeg"),
        ("out", (3,), UnknownName, "known"),
    ],
)
def test_what_a_name_cannot_hold_is_said(
    tmp_path: Path, name: str, channels: tuple[int, ...], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        write_picture(tmp_path / name, ramp(*channels))
    assert list(tmp_path.iterdir()) == []


def test_transparency_that_was_asked_for_is_refused_beforehand() -> None:
    check_suffix(Path("out.png"), transparent=True)
    with pytest.raises(PocketLensError, match="JPEG cannot be transparent"):
        check_suffix(Path("out.jpg"), transparent=True)


def test_a_picture_too_wide_for_a_format_is_our_error(tmp_path: Path) -> None:
    with pytest.raises(PocketLensError, match=r"out\.webp cannot be written"):
        write_picture(tmp_path / "out.webp", np.zeros((1, 20_000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    taken = tmp_path / "out.png"
    taken.mkdir()
    with pytest.raises(PocketLensError, match="choose another place with -o") as caught:
        write_picture(taken, ramp(3))
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == [taken]


def test_a_folder_that_cannot_be_made_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PocketLensError, match="part of it is a file; choose another place"):
        write_bytes(tmp_path / "file" / "out.png", b"x")


def test_an_interruption_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "out.png", b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_and_readable_as_the_umask_says(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_bytes(b"old")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


@pytest.mark.usefixtures("many_switches")
def test_threads_that_write_one_file_write_a_whole_one(tmp_path: Path) -> None:
    path, wrong = tmp_path / "out.bin", set[bytes]()
    contents = [bytes([number]) * (100_000 + 50_000 * number) for number in range(4)]
    write_bytes(path, contents[0])

    def work(number: int) -> None:
        for _ in range(40):
            write_bytes(path, contents[number])
            found = path.read_bytes()
            if found not in contents:
                wrong.add(found[:1])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert not wrong
    assert list(tmp_path.iterdir()) == [path]
