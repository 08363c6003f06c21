from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from time import thread_time
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from edge_runtime.images import open_photo
from edge_server.intake.decoding import Wishes, decode
from edge_server.intake.intake import Intake
from edge_server.intake.limits import IntakeLimits
from edge_server.intake.sniffing import FORMATS
from edge_server.problems import ImageTruncated, Memory, Problem

KINDS = list(FORMATS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_its_picture(kind: str, made: Any, intake: Intake) -> None:
    upload = intake.from_bytes(made.of(kind))
    assert FORMATS[upload.format] == kind
    assert upload.photo.rgb.dtype == np.uint8
    wanted = np.asarray(made.picture()).astype(int)
    assert np.abs(upload.photo.rgb - wanted).mean() < (4 if kind == "GIF" else 3)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "HEIF"])
def test_it_is_the_photo_that_the_app_has(kind: str, made: Any, intake: Intake) -> None:
    data = made.encoded(made.picture(321, 123), kind)
    np.testing.assert_array_equal(intake.from_bytes(data).photo.rgb, open_photo(data).rgb)


# Rows 36 to 38 and 40.
@pytest.mark.parametrize(
    "kept", [lambda d: d[:2], lambda d: d[: d.index(b"\xff\xda")], lambda d: d[: len(d) // 2]]
)
def test_a_jpeg_that_is_cut(
    kept: Callable[[bytes], bytes], made: Any, intake: Intake, refused: Callable[..., Problem]
) -> None:
    data = made.of("JPEG", quality=95)
    assert refused("image-truncated", intake.from_bytes, kept(data)).status == 422


def test_a_jpeg_without_its_end(
    made: Any, intake: Intake, refused: Callable[..., Problem]
) -> None:
    data = made.of("JPEG")
    refused("image-truncated", intake.from_bytes, data[:-2])
    whole = intake.from_bytes(data).photo.rgb
    np.testing.assert_array_equal(intake.from_bytes(data + b"film" * 999).photo.rgb, whole)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_no_format_passes_when_it_is_cut(
    kind: str, share: float, made: Any, intake: Intake
) -> None:
    data = made.encoded(made.picture(300, 200), kind)
    with pytest.raises(Problem) as raised:
        intake.from_bytes(data[: int(len(data) * share)])
    assert raised.value.code in {"image-truncated", "image-undecodable"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP"])
def test_a_cut_picture_is_taken_where_it_is_asked_for(
    kind: str, made: Any, intake: Intake
) -> None:
    options = {"interlace": 0} if kind == "GIF" else {}
    data = made.encoded(made.picture(300, 200), kind, **options)
    whole = intake.from_bytes(data, Wishes(allow_truncated=True))
    assert whole.warnings == ()
    cut = intake.from_bytes(data[: int(len(data) * 0.7)], Wishes(allow_truncated=True))
    assert (cut.size_wh, cut.warnings) == ((300, 200), ("truncated",))
    rows = slice(100, 200) if kind == "BMP" else slice(0, 100)  # bitmaps stand on their head
    np.testing.assert_array_equal(cut.photo.rgb[rows], whole.photo.rgb[rows])
    with pytest.raises(Problem):
        intake.from_bytes(data[: int(len(data) * 0.7)])


def test_a_header_alone_is_too_little_all_the_same(made: Any, intake: Intake) -> None:
    with pytest.raises(ImageTruncated):
        intake.from_bytes(made.of("JPEG")[:200], Wishes(allow_truncated=True))


def test_a_wrong_checksum_in_a_png(
    made: Any, intake: Intake, refused: Callable[..., Problem]
) -> None:
    data = bytearray(made.of("PNG"))
    at = data.index(b"IDAT") + 20
    data[at] ^= 1
    refused("image-undecodable", intake.from_bytes, bytes(data))
    refused("image-undecodable", intake.from_bytes, bytes(data), Wishes(allow_truncated=True))


def test_a_png_without_its_end_is_whole(made: Any, intake: Intake) -> None:
    assert intake.from_bytes(made.of("PNG")[:-12]).warnings == ()


# Row 39: the same answer each time.
def test_flipped_bits_have_one_answer(made: Any, intake: Intake) -> None:
    whole = made.encoded(made.picture(200, 150), "JPEG")
    rng = np.random.default_rng(0)
    for _ in range(20):
        data = bytearray(whole)
        for at in rng.integers(700, len(data) - 2, 5):
            data[at] ^= 1 << rng.integers(8)
        assert answer(intake, bytes(data)) == answer(intake, bytes(data))


def answer(intake: Intake, data: bytes) -> tuple[str, bytes]:
    try:
        return "", intake.from_bytes(data).photo.rgb.tobytes()
    except Problem as problem:
        return problem.code, b""


# Row 46.
@pytest.mark.parametrize(
    ("name", "megabytes"), [(b"zTXt", 200), (b"iCCP", 100), (b"iTXt", 200)]
)
def test_packed_texts_and_profiles_stay_small(
    name: bytes, megabytes: int, made: Any, intake: Intake, peak: Callable[[], float]
) -> None:
    head = b"a\0\1\0\0\0" if name == b"iTXt" else b"a\0\0"
    chunk = made.chunk(name, head + made.zeros(megabytes * 10**6))
    data = made.png((8, 8, 8, 2, 0, 0, 0), zlib.compress(bytes(8 * 25)), chunk)
    before = peak()
    assert answer(intake, data)[0] in {"", "image-undecodable"}
    assert peak() - before < 50


# Row 51.
@pytest.mark.parametrize(
    ("kind", "frames"), [("GIF", 1500), ("WEBP", 60), ("PNG", 60), ("TIFF", 60)]
)
def test_of_an_animation_the_first_frame(
    kind: str, frames: int, made: Any, intake: Intake
) -> None:
    first = made.picture(40, 30)
    rest = [Image.new("RGB", (40, 30), (step % 256, 9, 99)) for step in range(frames - 1)]
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    data = made.encoded(first, kind, save_all=True, append_images=rest, **options)
    began = thread_time()
    upload = intake.from_bytes(data)
    assert thread_time() - began < 0.2
    assert upload.warnings == ("animated_first_frame",)
    alone = intake.from_bytes(made.encoded(first, kind, **options))
    assert alone.warnings == ()
    np.testing.assert_allclose(
        upload.photo.rgb, alone.photo.rgb, atol=60 if kind == "GIF" else 0
    )


# Row 52.  Alpha is kept beside the colours, which are as the file has them: what lies under
# a transparent pixel is not painted over.
@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGBA", "P", "PA", "I;16"])
def test_modes_become_rgb(mode: str, made: Any, intake: Intake) -> None:
    grey = made.picture().convert("L")
    coloured = mode in {"RGBA", "P", "PA"}
    image = made.picture() if coloured else grey
    wanted = np.asarray(image.convert("RGB")).astype(int)
    if mode == "1":
        image = grey.point(lambda value: 255 * (value > 127)).convert("1")
        wanted = np.asarray(image.convert("RGB")).astype(int)
    elif mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode.endswith("A"):
        alpha = Image.fromarray(np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1)))
        image = image.copy()
        image.putalpha(alpha)
    else:
        image = image.convert(mode)
    upload = intake.from_bytes(made.encoded(image, "PNG"))
    assert np.abs(upload.photo.rgb - wanted).mean() < (16 if mode.startswith("P") else 1.0)
    if mode in {"LA", "RGBA"}:
        np.testing.assert_array_equal(upload.photo.alpha[0], np.arange(64) * 4)
    else:
        assert mode == "PA" or upload.photo.alpha is None


def test_a_transparent_colour_is_alpha(made: Any, intake: Intake) -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([9, 9, 9, 200, 100, 50])
    image.putpixel((0, 0), 0)
    photo = intake.from_bytes(made.encoded(image, "PNG", transparency=0)).photo
    assert photo.alpha is not None
    assert (photo.alpha[0, 0], photo.alpha[1, 1]) == (0, 255)
    assert photo.rgb[1, 1].tolist() == [200, 100, 50]


# Row 53.
@pytest.mark.parametrize("kind", ["CMYK", "YCCK"])
def test_four_inks_are_not_a_negative(kind: str, made: Any, intake: Intake) -> None:
    data = made.encoded(made.picture().convert("CMYK"), "JPEG", quality=95)
    if kind == "YCCK":  # the same numbers, said to be YCCK: another picture, and Pillow's
        at = data.index(b"Adobe")
        data = data[: at + 11] + b"\2" + data[at + 12 :]
        wanted = np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int)
    else:
        wanted = np.asarray(made.picture()).astype(int)
    assert np.abs(intake.from_bytes(data).photo.rgb - wanted).mean() < 4


# Row 54: mean 127.5, not 254.
def test_16_bits_are_scaled_not_clipped(made: Any, intake: Intake) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[np.newaxis].repeat(16, 0)
    rows = b"".join(b"\0" + row.astype(">u2").repeat(3).tobytes() for row in ramp)
    files = {
        "grey": made.encoded(Image.fromarray(ramp)),
        "rgb": made.png((256, 16, 16, 2, 0, 0, 0), zlib.compress(rows)),
        "tiff": made.encoded(Image.fromarray(ramp), "TIFF"),
        "float": made.encoded(Image.fromarray((ramp / 65535).astype(np.float32)), "TIFF"),
    }
    for name, data in files.items():
        rgb = intake.from_bytes(data).photo.rgb
        assert rgb.mean() == pytest.approx(127.5, abs=0.6), name
        assert (rgb.min(), rgb.max()) == (0, 255), name


# Row 55.
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_upright(orientation: int, made: Any, intake: Intake) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = made.picture()
    if orientation > 1:
        stored = stored.transpose(
            {
                2: Image.Transpose.FLIP_LEFT_RIGHT,
                3: Image.Transpose.ROTATE_180,
                4: Image.Transpose.FLIP_TOP_BOTTOM,
                5: Image.Transpose.TRANSPOSE,
                6: Image.Transpose.ROTATE_90,
                7: Image.Transpose.TRANSVERSE,
                8: Image.Transpose.ROTATE_270,
            }[orientation]
        )
    upload = intake.from_bytes(made.encoded(stored, "PNG", exif=exif))
    assert (upload.size_wh, upload.exif.orientation) == ((64, 48), orientation)
    np.testing.assert_array_equal(upload.photo.rgb, np.asarray(made.picture()))


# Row 57.
def test_profiles(made: Any, intake: Intake) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = intake.from_bytes(made.of("PNG")).photo.rgb
    harmless = {"srgb": srgb, "garbage": b"garbage", "3 MB": srgb[:99] + bytes(3 * 2**20)}
    for name, profile in harmless.items():
        for kind in ("PNG", "TIFF"):
            rgb = intake.from_bytes(made.of(kind, icc_profile=profile)).photo.rgb
            np.testing.assert_array_equal(rgb, plain, err_msg=f"{name} {kind}")


def test_a_wide_gamut_moves_colours(made: Any, intake: Intake) -> None:
    wide = intake.from_bytes(made.of("PNG", icc_profile=display_p3())).photo.rgb.astype(int)
    plain = intake.from_bytes(made.of("PNG")).photo.rgb
    assert 1 < np.abs(wide - plain).mean() < 30


def display_p3() -> bytes:
    """sRGB's profile with the primaries of Display P3 (SMPTE EG 432-1, adapted to D50)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for name, xyz in primaries.items():
        place = int.from_bytes(profile[(at := profile.index(name)) + 4 : at + 8], "big")
        profile[place + 8 : place + 20] = struct.pack(">3i", *(round(v * 65536) for v in xyz))
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "wide".encode("utf-16-be"))


# Row 59.
@pytest.mark.parametrize("size", [(1, 1), (1, 16384), (16384, 1)])
def test_thin_pictures(
    size: tuple[int, int], made: Any, intake: Intake, peak: Callable[[], float]
) -> None:
    for kind in ("PNG", "JPEG", "BMP", "TIFF"):
        upload = intake.from_bytes(made.encoded(made.picture(*size), kind))
        assert upload.size_wh == upload.photo.size_wh == size
    assert peak() < 50


# Scaled decode, only where it is asked for.
@pytest.mark.parametrize(
    ("least_hw", "wanted_wh"),
    [
        (None, (1280, 960)),
        ((224, 224), (320, 240)),
        ((960, 961), (1280, 960)),
        ((1, 1), (160, 120)),
    ],
)
def test_a_jpeg_may_be_scaled_while_it_is_decoded(
    least_hw: tuple[int, int] | None,
    wanted_wh: tuple[int, int],
    made: Any,
    intake: Intake,
) -> None:
    image = made.picture(1280, 960)
    upload = intake.from_bytes(made.encoded(image, "JPEG"), Wishes(least_hw=least_hw))
    assert (upload.size_wh, upload.photo.size_wh) == ((1280, 960), wanted_wh)
    small = np.asarray(image.resize(wanted_wh, Image.Resampling.BOX)).astype(int)
    assert np.abs(upload.photo.rgb - small).mean() < 2


def test_the_least_size_is_that_of_the_upright_picture(made: Any, intake: Intake) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = made.encoded(made.picture(1280, 960), "JPEG", exif=exif)
    upload = intake.from_bytes(data, Wishes(least_hw=(640, 240)))
    assert (upload.size_wh, upload.photo.size_wh) == ((960, 1280), (480, 640))


@pytest.mark.parametrize("kind", ["PNG", "HEIF", "WEBP"])
def test_other_formats_are_not_scaled(kind: str, made: Any, intake: Intake) -> None:
    upload = intake.from_bytes(
        made.encoded(made.picture(640, 480), kind), Wishes(least_hw=(60, 60))
    )
    assert upload.photo.size_wh == (640, 480)


def test_no_memory_is_not_the_caller_s_fault(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise MemoryError

    monkeypatch.setattr("edge_server.intake.decoding.photo_of", full)
    with pytest.raises(Memory) as raised:
        decode(made.of("PNG"), "png", IntakeLimits(), Wishes())
    assert (raised.value.status, raised.value.retry_after) == (503, 5)
