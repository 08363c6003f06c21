"""The small photos of the golden vectors, made once from the samples and then kept."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from edge_calibration.datasets import SAMPLES, photo_paths
from edge_convert.placing import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Box: TypeAlias = tuple[int, int, int, int]

ORIENTATION = 0x0112
# Stored turned by this, a picture is upright once the tag is carried out.
_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
# Name of the file: sample, part of it (left, top, right, bottom), size, EXIF orientation.
PHOTOS: Mapping[str, tuple[str, Box, tuple[int, int], int]] = {
    "portrait-exif6.jpg": ("obama", (200, 40, 776, 808), (180, 240), 6),
    "astronaut.png": ("astronaut", (80, 0, 400, 320), (160, 160), 1),
    "cat-exif3.jpg": ("chelsea", (0, 0, 451, 300), (240, 160), 3),
    "motorcycle-exif8.jpg": ("motorcycle", (0, 0, 741, 500), (240, 162), 8),
    "coffee.png": ("coffee", (50, 0, 590, 400), (176, 130), 1),
    "china-subsampled.jpg": ("china", (0, 0, 640, 427), (192, 128), 1),
}
CARD = "card.png"
"""Of another colour in each corner, and small at any size."""
SMALL = "decode"
"""Folder of the pictures that are only decoded."""


def make_photos(folder: Path) -> None:
    """Write the photos that are not there yet; those that are stay as they are."""
    for name, (sample, box, size, orientation) in PHOTOS.items():
        if not (folder / name).exists():
            picture = Image.open(photo_paths(SAMPLES)[sample]).convert("RGB")
            part = picture.crop(box).resize(size, Image.Resampling.LANCZOS)
            write_whole(folder / name, encoded(part, name, orientation))
    small = {f"{SMALL}/{name}": content for name, content in small_pictures().items()}
    for name, content in {CARD: encoded(_card(), CARD), **small}.items():
        if not (folder / name).exists():
            write_whole(folder / name, content)


def encoded(picture: Image.Image, name: str, orientation: int = 1) -> bytes:
    """A file's bytes in the format of its name, stored so that EXIF turns it upright.

    The colours of a JPEG are not subsampled, but for those whose name says so: what decoders
    make of them differs by tens of grey levels, which would hide real faults.
    """
    turn = _STORED[orientation]
    stored = picture if turn is None else picture.transpose(turn)
    exif = Image.Exif()
    if orientation != 1:
        exif[ORIENTATION] = orientation
    into = BytesIO()
    if name.endswith(".png"):
        stored.save(into, format="PNG", optimize=True, exif=exif)
    else:
        subsampling = "4:2:0" if "subsampled" in name else "4:4:4"
        stored.save(into, format="JPEG", quality=92, subsampling=subsampling, exif=exif)
    return into.getvalue()


def turned_upright(stored: Image.Image, orientation: int) -> Image.Image:
    """What was stored for an EXIF orientation, as it is to be seen."""
    turn = _STORED[{6: 8, 8: 6}.get(orientation, orientation)]
    return stored if turn is None else stored.transpose(turn)


def small_pictures() -> dict[str, bytes]:
    """Pictures of one kind each: every EXIF orientation, and every kind of PNG."""
    card = _card()
    made = {f"exif{n}.jpg": encoded(card, ".jpg", n) for n in _STORED}
    made["subsampled.jpg"] = encoded(card, "subsampled.jpg")
    alpha = card.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(card.size))
    deep = Image.fromarray((np.asarray(card.convert("L")).astype(np.uint16) << 8) + 200)
    kinds = {
        "exif6": card,
        "grey": card.convert("L"),
        "palette": card.quantize(16),
        "alpha": alpha,
        "grey16": deep,
    }
    for kind, picture in kinds.items():
        orientation = 6 if kind == "exif6" else 1
        made[f"{kind}.png"] = encoded(picture, ".png", orientation)
    return made


def _card() -> Image.Image:
    """24 x 16, another colour in each corner, so that no turn looks like another."""
    card = Image.new("RGB", (24, 16), (128, 128, 128))
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 11, 7), fill=(220, 40, 40))
    draw.rectangle((12, 0, 23, 7), fill=(40, 200, 60))
    draw.rectangle((0, 8, 7, 15), fill=(40, 60, 220))
    draw.rectangle((8, 8, 15, 15), fill=(250, 250, 250))
    return card
