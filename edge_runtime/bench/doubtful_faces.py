"""How far true faces lie from what is taken for one: the numbers behind ``close_up``.

    python edge_runtime/bench/doubtful_faces.py
    python edge_runtime/bench/doubtful_faces.py --variants

Every face that the detector and the mesh find in the photos of ``calibration/data``, with what
both say at first and from close by.  ``--variants`` also turns, darkens, covers, cuts and
spoils the photos in many ways (minutes), and counts.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edge_runtime import Lens, open_photo
from edge_runtime.close_up import SURE_AT_ONCE, CloseUp, close_up
from edge_runtime.contract import Run
from edge_runtime.geometry import iou
from edge_runtime.program import execute
from edge_runtime.spec import FaceDetection, FaceLandmarks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edge_runtime.results import Face

    Pixels = NDArray[np.uint8]
    Boxes = NDArray[np.float64]
    Variant = tuple[str, Pixels, Boxes]

DATA = Path(__file__).parents[2] / "calibration" / "data"
# Photos with people whose faces the second detector knows, each of them.
PEOPLE = """
andersson astronaut bar-couple bar-couple-glasses beach-woman biden cabin-men camera-man
canyon-couple canyon-man close-up-man cold-water dahlgren face-on-black giunchedi grinning-man
henner hopper laughing-man man-in-fridge man-in-suit man-looking-down mexico obama obama2
obama3 office-man paumier pool-player three-men
"""
# Photos with people, or pictures of people, that are too small or too many to be told.
UNSURE = """
australia ireland italy japan orchestra petra pool stone-shop the-movies the-movies-inside
village
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One face: what it is (``face``, ``animal``, ``other``) and what was seen of it."""

    photo: str
    variant: str
    kind: str
    score: float
    presence: float
    near: CloseUp

    @property
    def is_kept(self) -> bool:
        """As ``is_face`` has it."""
        return self.score >= SURE_AT_ONCE or self.near.is_face

    def __str__(self) -> str:
        kept = "kept" if self.is_kept else "left out"
        near = f"{self.near.score:.2f}, {self.near.presence:.4f}"
        return (
            f"{self.kind:7}{self.photo:20}{self.score:.2f}, {self.presence:.4f}   "
            f"{near}   {kept}"
        )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--variants", action="store_true", help="also spoilt photos, counted")
    options = parser.parse_args()
    lens = Lens()
    rows = [row for path in _photos() for row in _rows(lens, path, spoil=options.variants)]
    plain = [row for row in rows if row.variant == "plain"]
    print("kind   photo               score, presence   close by       in a filter")
    for row in sorted(plain, key=lambda one: (one.kind, one.near.score)):
        print(row)
    if options.variants:
        print()
        counts = Counter((row.kind, row.is_kept) for row in rows)
        for kind in sorted({kind for kind, _ in counts}):
            kept, out = counts[kind, True], counts[kind, False]
            print(f"{kind}: {kept} of {kept + out} are kept")
        for row in rows:
            if (row.kind == "face") is not row.is_kept and row.kind != "animal":
                print(f"{row}: {row.variant}")
    return 0


def _photos() -> Iterator[Path]:
    for path in sorted(DATA.glob("*/*")):
        if path.suffix in {".jpg", ".png"} and path.stem not in UNSURE.split():
            yield path


def _rows(lens: Lens, path: Path, *, spoil: bool) -> Iterator[Row]:
    rgb = open_photo(path).rgb
    told = path.stem in PEOPLE.split()
    there = _boxes(lens.faces(path, "face-detection-full").value.faces) if told else NOBODY
    plain = ("plain", rgb, there)
    spoilt: list[Variant] = []
    if spoil:
        spoilt = list(_people(rgb, there) if told else _things(rgb))
    source = (path.parent / "SOURCE.md").read_text(encoding="utf-8")
    animal = re.search(
        rf"^\| {re.escape(path.name)} .*\|[^|]*animal[^|]*\|[^|]*\|$", source, re.MULTILINE
    )
    for name, pixels, boxes in (plain, *spoilt):
        for face, presence in _kept(lens, pixels):
            kind = _kind(face, boxes, "animal" if animal else "other")
            if kind == "beside" or (name == "cut" and kind == "other"):
                continue
            yield Row(
                photo=path.stem,
                variant=name,
                kind=kind,
                score=face.score,
                presence=presence,
                near=close_up(lens, pixels, face),
            )


NOBODY = np.empty((0, 4))


def _boxes(faces: Sequence[Face]) -> Boxes:
    return np.array([face.box_xyxy for face in faces], np.float64).reshape(-1, 4)


def _kept(lens: Lens, rgb: Pixels) -> Iterator[tuple[Face, float]]:
    """The faces that the mesh agrees with, and how much."""
    mesh: Any = lens.predictor("face-landmarks", FaceLandmarks)
    for face in lens.helper("face-detection-short", FaceDetection).predict(rgb).value.faces:
        stages = execute(mesh.spec.program, mesh.view(rgb, face=face))
        presence = next(
            float(value["presence"][0, 0]) for step, value in stages if isinstance(step, Run)
        )
        if presence >= 0.5:
            yield face, presence


def _kind(face: Face, boxes: Boxes, otherwise: str) -> str:
    box = np.array(face.box_xyxy)
    if (iou(box, boxes) > 0.25).any():
        return "face"
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = ((middles > box[:2]) & (middles < box[2:])).all(axis=1)
    return "beside" if inside.any() else otherwise


def _people(rgb: Pixels, boxes: Boxes) -> Iterator[Variant]:
    width = rgb.shape[1]
    yield (
        "mirrored",
        _whole(rgb[:, ::-1]),
        np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1),
    )
    for degrees in (-45, -30, -15, 15, 30, 45):
        yield f"turned by {degrees}", *_turned(rgb, degrees, boxes)
    for scale in (0.6, 0.4, 0.25):
        yield f"{scale} as large", *_smaller(rgb, scale, boxes)
    yield "very dark", _spoilt(rgb, 0.12, 4), boxes
    for name, pixels in _worse(rgb):
        yield name, pixels, boxes
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    yield "grey", _whole(np.repeat(grey[..., None], 3, axis=2)), boxes
    yield "eyes covered", _covered(rgb, boxes, (0.15, 0.4), 10), boxes
    yield "mouth covered", _covered(rgb, boxes, (0.55, 1.05), 220), boxes
    for x0, y0, x1, y1 in boxes:
        side = x1 - x0
        left, top = max(0, int(x0 - 1.5 * side)), max(0, int(y0 - 1.5 * side))
        part = rgb[top : int(y1 + 1.5 * side), left : int((x0 + x1) / 2 + 0.1 * side)]
        if min(part.shape[:2]) >= 24:
            yield "cut", _whole(part), boxes - (left, top, left, top)


def _things(rgb: Pixels) -> Iterator[Variant]:
    for name, pixels in _worse(rgb):
        yield name, pixels, NOBODY
    for degrees in (-40, -20, -10, 10, 20, 40):
        yield f"turned by {degrees}", _turned(rgb, degrees, NOBODY)[0], NOBODY
    for quarters in (1, 2, 3):
        yield f"turned by {90 * quarters}", _whole(np.rot90(rgb, quarters)), NOBODY
    yield "half as large", _smaller(rgb, 0.5, NOBODY)[0], NOBODY
    for name, part in (("", rgb), *_tiles(rgb)):
        yield f"{name} mirrored", _whole(part[:, ::-1]), NOBODY
        if name:
            yield name, part, NOBODY
            yield f"{name} on its head", _whole(part[::-1, ::-1]), NOBODY


def _tiles(rgb: Pixels) -> Iterator[tuple[str, Pixels]]:
    height, width = rgb.shape[:2]
    for count in (2, 3, 4):
        high, wide = int(height / (0.7 * count)), int(width / (0.7 * count))
        for place in range(count * count):
            y = place // count * (height - high) // (count - 1)
            x = place % count * (width - wide) // (count - 1)
            yield (
                f"part {place + 1} of {count}x{count}",
                _whole(rgb[y : y + high, x : x + wide]),
            )


def _worse(rgb: Pixels) -> Iterator[tuple[str, Pixels]]:
    yield "dark", _spoilt(rgb, 0.3, 5)
    yield "noise", _spoilt(rgb, 1.0, 25)
    yield "blurred", _whole(cv2.GaussianBlur(rgb, (0, 0), 3))
    coded: Any = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 12])[1]
    yield "JPEG 12", _whole(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED))


def _spoilt(rgb: Pixels, light: float, noise: float) -> Pixels:
    grain = np.random.default_rng(1).normal(0, noise, rgb.shape)
    return np.clip(rgb * light + grain, 0, 255).astype(np.uint8)


def _turned(rgb: Pixels, degrees: float, boxes: Boxes) -> tuple[Pixels, Boxes]:
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cos, sin = abs(matrix[0, :2])
    size = int(width * cos + height * sin), int(height * cos + width * sin)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    pixels = _whole(cv2.warpAffine(rgb, matrix, size, borderValue=(90, 90, 90)))
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    return pixels, np.hstack([middles - half, middles + half])


def _smaller(rgb: Pixels, scale: float, boxes: Boxes) -> tuple[Pixels, Boxes]:
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    y, x = (np.array(rgb.shape[:2]) - small.shape[:2]) // 2
    canvas = np.full_like(rgb, 100)
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas, boxes * scale + (x, y, x, y)


def _covered(rgb: Pixels, boxes: Boxes, rows: tuple[float, float], grey: int) -> Pixels:
    covered = rgb.copy()
    for x0, y0, x1, y1 in boxes:
        top, bottom = (max(0, int(y0 + part * (y1 - y0))) for part in rows)
        covered[top:bottom, max(0, int(x0)) : max(0, int(x1))] = grey
    return covered


def _whole(pixels: Any) -> Pixels:
    return np.ascontiguousarray(pixels, np.uint8)


if __name__ == "__main__":
    raise SystemExit(main())
