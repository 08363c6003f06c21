"""Which image format bytes are in, by their first bytes; names and types are not believed."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec

from PIL import features

# Name to Pillow's name.  Only pure decoders: no format that runs another program, that
# is a language (SVG, PostScript, PDF), or that holds files of other formats (ICO, ICNS).
FORMATS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "avif": "AVIF",
    "heic": "HEIF",
    "gif": "GIF",
    "tiff": "TIFF",
    "bmp": "BMP",
}
_MAGIC = (
    ("jpeg", re.compile(rb"\xff\xd8(\xff|\Z)")),
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("gif", re.compile(rb"GIF8[79]a")),
    ("tiff", re.compile(rb"II[*+]\0|MM\0[*+]")),
    # "BM" is how texts begin too: the size of a header that is known has to follow.
    ("bmp", re.compile(rb"BM.{12}(\x0c|\x10|\x28|\x34|\x38|\x40|\x6c|\x7c)\0\0\0", re.DOTALL)),
)
_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}


def sniff(data: bytes) -> str | None:
    """The name of the format, a key of ``FORMATS``; None where it is none of them."""
    for name, magic in _MAGIC:
        if magic.match(data):
            return name
    return _sniff_ftyp(data) if data[4:8] == b"ftyp" else None


def _sniff_ftyp(data: bytes) -> str | None:
    """An ISO base media file says its major brand, then (after a version) compatible ones."""
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, size, 4))]
    for brand in brands:
        if brand in _AVIF:
            return "avif"
        if brand in _HEIC:
            return "heic"
    return None


@cache
def supported() -> tuple[str, ...]:
    """The names of the formats whose decoder is installed."""
    here = {"heic": find_spec("pillow_heif") is not None, "avif": features.check("avif")}
    return tuple(name for name in FORMATS if here.get(name, True))
