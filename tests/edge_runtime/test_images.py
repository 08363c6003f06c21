from __future__ import annotations

import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from edge_runtime.errors import PhotoError, PhotoNotFound, PhotoTooLarge, PhotoUnreadable
from edge_runtime.images import Limits, Photo, open_photo

RED, GREEN, BLUE, WHITE = (250, 10, 10), (10, 250, 10), (10, 10, 250), (245, 245, 245)
# Red is upper left, green upper right, blue lower left: every turn shows.
CORNERS = np.array([[RED, GREEN], [BLUE, WHITE]], np.uint8)


def blocks(side: int = 16) -> np.ndarray:
    """Four colours, wider than high."""
    return CORNERS.repeat(side, axis=0).repeat(2 * side, axis=1)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def as_stored(orientation: int) -> np.ndarray:
    """What a camera that writes this orientation stores for ``blocks()``."""
    up = blocks()
    return {
        1: up,
        2: up[:, ::-1],
        3: up[::-1, ::-1],
        4: up[::-1],
        5: up.transpose(1, 0, 2),
        6: up.transpose(1, 0, 2)[::-1],
        7: up.transpose(1, 0, 2)[::-1, ::-1],
        8: up.transpose(1, 0, 2)[:, ::-1],
    }[orientation]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_orientations_come_upright(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(as_stored(orientation)))
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}
    photo = open_photo(encoded(stored, kind, exif=exif, **options.get(kind, {})))
    assert photo.size_wh == (64, 32)
    np.testing.assert_allclose(photo.rgb, blocks(), atol=12 if kind == "JPEG" else 0)
    assert photo.rgb.flags.c_contiguous


def test_alpha_turns_with_the_photo() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = np.dstack([as_stored(6), as_stored(6)[..., 0]])
    photo = open_photo(encoded(Image.fromarray(np.ascontiguousarray(stored)), exif=exif))
    np.testing.assert_array_equal(photo.alpha, blocks()[..., 0])
    np.testing.assert_array_equal(photo.rgb, blocks())


@pytest.mark.parametrize(
    ("mode", "kind", "atol"),
    [
        ("RGB", "PNG", 0),
        ("RGBA", "PNG", 0),
        ("P", "PNG", 60),
        ("P", "GIF", 60),
        ("CMYK", "TIFF", 3),
        ("CMYK", "JPEG", 15),
        ("YCbCr", "TIFF", 3),
        ("RGBX", "TIFF", 0),
    ],
)
def test_colour_modes_become_rgb(mode: str, kind: str, atol: int) -> None:
    photo = open_photo(encoded(Image.fromarray(blocks()).convert(mode), kind))
    np.testing.assert_allclose(photo.rgb, blocks(), atol=atol)
    assert photo.rgb.dtype == np.uint8
    assert photo.alpha is None


@pytest.mark.parametrize(
    ("stored", "kind", "wanted"),
    [
        (np.array([[0, 255], [77, 128]], np.uint8), "PNG", [[0, 255], [77, 128]]),
        (np.array([[0, 65535], [256, 32768]], np.uint16), "PNG", [[0, 255], [1, 128]]),
        (np.array([[0, 65535], [256, 32768]], np.uint16), "TIFF", [[0, 255], [1, 128]]),
        (np.array([[0, 70000], [-5, 32768]], np.int32), "TIFF", [[0, 255], [0, 128]]),
        (np.array([[0, 1], [0.5, 0.25]], np.float32), "TIFF", [[0, 255], [128, 64]]),
        (np.array([[0, 254], [300, -9]], np.float32), "TIFF", [[0, 254], [255, 0]]),
        (np.array([[np.nan, 9], [np.inf, 1]], np.float32), "TIFF", [[0, 9], [255, 1]]),
        (np.array([[False, True], [True, False]]), "PNG", [[0, 255], [255, 0]]),
    ],
    ids=["8", "16-png", "16-tiff", "32", "float-1", "float-255", "nan", "1-bit"],
)
def test_grey_of_any_depth(stored: np.ndarray, kind: str, wanted: object) -> None:
    photo = open_photo(encoded(Image.fromarray(stored), kind))
    for channel in range(3):
        np.testing.assert_array_equal(photo.rgb[..., channel], wanted)


def png(header: bytes, rows: bytes) -> bytes:
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def test_16_bits_a_channel() -> None:
    row = b"\0" + struct.pack(">6H", 65535, 256, 0, 32768, 511, 512)
    photo = open_photo(png(struct.pack(">2I5B", 2, 1, 16, 2, 0, 0, 0), row))
    assert photo.rgb.tolist() == [[[255, 1, 0], [128, 1, 2]]]


def test_a_profile_is_turned_into_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB", 5000)).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.fromarray(blocks())
    plain = open_photo(encoded(image)).rgb
    for harmless in (srgb, lab, b"nonsense"):
        np.testing.assert_array_equal(
            open_photo(encoded(image, icc_profile=harmless)).rgb, plain
        )


def test_a_wide_profile_moves_colours() -> None:
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for name in (b"rXYZ", b"gXYZ"):  # a profile whose red is green and whose green is red
        assert swapped.count(name) == 1
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    renamed = bytes(swapped).replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    photo = open_photo(encoded(Image.fromarray(blocks()), icc_profile=renamed))
    np.testing.assert_allclose(photo.rgb[0, 0], GREEN, atol=3)
    np.testing.assert_allclose(photo.rgb[0, -1], RED, atol=3)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "PA"])
def test_alpha_is_kept_apart(mode: str) -> None:
    alpha = np.arange(64 * 32, dtype=np.uint8).reshape(32, 64)
    image = Image.fromarray(blocks()).convert("L" if mode == "LA" else "RGB")
    image.putalpha(Image.fromarray(alpha))
    kind = "TIFF" if mode == "PA" else "PNG"
    photo = open_photo(encoded(image, kind))
    np.testing.assert_array_equal(photo.alpha, alpha)


def test_a_transparent_palette_colour_is_alpha() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    photo = open_photo(encoded(image, transparency=1))
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [[255, 0]]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    np.testing.assert_allclose(open_photo(data).rgb[4, 4], RED, atol=3)


def test_one_pixel_is_a_photo() -> None:
    assert open_photo(encoded(Image.new("RGB", (1, 1), RED))).rgb.tolist() == [[list(RED)]]


def test_a_100_megapixel_panorama_is_a_photo() -> None:
    rows = zlib.compress(bytes(2501) * 5000)
    header = struct.pack(">2I5B", 20000, 5000, 1, 0, 0, 0, 0)
    photo = open_photo(png(header, zlib.decompress(rows)))
    assert photo.size_wh == (20000, 5000)


def save(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(content)
    return path


def huge_header(side: int) -> bytes:
    return png(struct.pack(">2I5B", side, side, 8, 2, 0, 0, 0), b"")


GOOD = encoded(Image.fromarray(blocks()))
JPEG = encoded(Image.fromarray(blocks()), "JPEG")


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", PhotoUnreadable, "is empty"),
        (b"hello, this is text", PhotoUnreadable, "is not a picture"),
        (GOOD[:60], PhotoUnreadable, "damaged or cut short"),
        (GOOD[:-30], PhotoUnreadable, "damaged or cut short"),
        (JPEG[: len(JPEG) // 2], PhotoUnreadable, "damaged or cut short"),
        (b"GIF89a" + bytes(3), PhotoUnreadable, "photo.png"),
        (huge_header(13_000), PhotoTooLarge, "13000 x 13000 pixels"),
        (huge_header(60_000), PhotoTooLarge, "too many pixels"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", PhotoUnreadable, "is not a picture"),
    ],
    ids=["empty", "text", "head", "tail", "jpeg", "gif", "large", "bomb", "program"],
)
def test_bad_bytes_are_one_line(
    tmp_path: Path, content: bytes, error: type[PhotoError], said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        open_photo(save(tmp_path, content))
    assert "photo.png" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_damage_anywhere_is_a_photo_or_our_error(kind: str) -> None:
    good = encoded(Image.fromarray(blocks()), kind)
    rng = np.random.default_rng(5)
    for _ in range(150):
        bad = bytearray(good[: rng.integers(1, len(good) + 1)])
        for place in rng.integers(0, len(bad), 4):
            bad[place] = rng.integers(0, 256)
        try:
            photo = open_photo(bytes(bad), Limits(max_pixels=1_000_000))
        except PhotoError as error:
            assert "\n" not in str(error)  # noqa: PT017
        else:
            assert photo.rgb.ndim == 3


def test_the_limits_can_be_set(tmp_path: Path) -> None:
    path = save(tmp_path, GOOD)
    with pytest.raises(PhotoTooLarge, match="million bytes"):
        open_photo(path, Limits(max_bytes=len(GOOD) - 1))
    with pytest.raises(PhotoTooLarge, match="64 x 32 pixels"):
        open_photo(path, Limits(max_pixels=64 * 32 - 1))
    assert open_photo(path, Limits(max_bytes=len(GOOD), max_pixels=64 * 32)).size_wh == (64, 32)


def test_a_photo_has_the_name_it_was_asked_by(tmp_path: Path) -> None:
    path = save(tmp_path, GOOD)
    assert open_photo(path).name == str(path)
    assert open_photo(str(path)).name == str(path)
    assert open_photo(GOOD).name == "the bytes given"


def test_what_is_not_a_file_is_named(tmp_path: Path) -> None:
    for path, said in [
        (tmp_path / "none.jpg", "there is no file"),
        (tmp_path, "is a folder"),
        (tmp_path / "a\0b", "cannot be opened"),
        (tmp_path / ("x" * 300), "cannot be opened"),
    ]:
        with pytest.raises(PhotoNotFound, match=said) as caught:
            open_photo(path)
        assert "\n" not in str(caught.value)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = save(tmp_path, GOOD)
    path.chmod(0)
    if os.geteuid() == 0:  # the administrator may read everything: be nobody for a moment
        os.seteuid(65534)
    try:
        with pytest.raises(PhotoNotFound, match="permissions"):
            open_photo(path)
    finally:
        os.seteuid(os.getuid())


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_pixels_that_are_no_photo_are_refused_where_they_are_given(
    pixels: np.ndarray,
) -> None:
    with pytest.raises(PhotoUnreadable, match=r"give uint8 \[height, width, 3\]"):
        Photo(pixels)
