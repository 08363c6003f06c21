"""What Python computes for small inputs, for the unit tests of the Dart package.

``python -m edge_convert.dart_tables`` writes ``test/data/tables.json``; a test makes it again
and compares.  Photos are not kept: both sides make them by :func:`photo`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_convert.dart_filters import SIZE_WH, backdrop_rows, filter_rows, random_rows
from edge_convert.dart_transparency import transparency_rows
from edge_convert.dart_types import PACKAGE
from edge_runtime import contract as c
from edge_runtime import frames, geometry, painting, preprocess, stylise
from edge_runtime.outputs import write_bytes
from edge_runtime.postprocess import Scene, candidates, classification, landmarks, style
from edge_runtime.postprocess.segmentation import spread
from edge_runtime.program import placement_of
from edge_runtime.results import Face

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

TARGET = PACKAGE / "test" / "data" / "tables.json"
Json = dict[str, Any]
SIZES_WH = ((9, 7, 16, 12), (31, 22, 8, 8), (64, 48, 8, 8), (67, 131, 12, 5), (8, 8, 8, 8))
BOXES = (
    ((10.0, 8.0, 30.0, 32.0), 1.5, 0.0),
    ((-4.0, 2.0, 17.0, 20.0), 1.25, 0.6),
    ((5.0, 5.0, 55.0, 44.0), 2.0, -2.8),
    ((40.25, 30.5, 70.0, 60.0), 1.0, 1.57),
)


def tables() -> Json:
    """Every table by its name."""
    return {
        "rint": [[value, float(np.rint(value))] for value in _halves()],
        "plan": list(_plans()),
        "resize": list(_resizes()),
        "crop": list(_crops()),
        "candidates": _candidates(),
        "mask": list(_masks()),
        "picture": list(_pictures()),
        "landmarks": _landmarks(),
        "labels": _labels(),
        "styles": [[mix, _floats(stylise.parse_style(mix, 4))] for mix in ("2", "0:1,3:2")],
        "finished": list(_finished()),
        "transparency": list(transparency_rows(photo(7, 5))),
        "colours": list(_colours()),
        "upright": list(_uprights()),
        "random": list(random_rows()),
        "backdrops": list(backdrop_rows()),
        "filters": list(filter_rows(photo(*SIZE_WH))),
    }


def photo(width: int, height: int) -> NDArray[np.uint8]:
    """A photo that whole numbers define: uint8 [height, width, 3]."""
    y, x, channel = np.ogrid[:height, :width, :3]
    pixels: NDArray[np.uint8] = ((x * 31 + y * 57 + channel * 83 + x * y * 6) % 256).astype(
        np.uint8
    )
    return pixels


def plane(width: int, height: int) -> NDArray[np.float32]:
    """Probabilities that whole numbers define: float32 [height, width], 256ths."""
    return photo(width, height)[..., 0].astype(np.float32) / np.float32(256)


def _halves() -> list[float]:
    return [-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 254.5, 255.5, 2.4999999, 2.5000001]


def _plans() -> Iterator[Json]:
    for fit in ("stretch", "letterbox", "crop"):
        for wide, high, width, height in (*SIZES_WH, (4032, 3024, 192, 192), (3, 500, 64, 64)):
            how = geometry.plan((wide, high), (height, width), c.Resize(fit=fit))
            yield {
                "fit": fit,
                "photo": [wide, high],
                "input": [width, height],
                "source": how.source,
                "halvings": how.halvings,
                "target": how.target,
                "matrix": how.placement.matrix.tolist(),
            }


def _resizes() -> Iterator[Json]:
    for fit in ("stretch", "letterbox", "crop"):
        for wide, high, width, height in SIZES_WH:
            resize = c.Resize(fit=fit, pad=7)
            pixels, _ = preprocess.fit_pixels(photo(wide, high), resize, (height, width))
            made = {"photo": [wide, high], "input": [width, height], "pixels": _hex(pixels)}
            yield {"fit": fit, "pad": 7, **made}


def _crops() -> Iterator[Json]:
    crop = c.CropSquare(scale=1.5, level=("a", "b"))
    for box, reach, angle in BOXES:
        for halve_from in (1, 4):
            ends = (np.cos(angle).item(), np.sin(angle).item())
            face = Face(box_xyxy=box, score=1.0, points={"a": (0.0, 0.0), "b": ends})
            step = msgspec.structs.replace(crop, scale=reach, halve_from=halve_from)
            where = placement_of(face, step)
            pixels = preprocess.crop_pixels(photo(64, 48), where, (9, 16), halve_from)
            yield {
                "box": box,
                "scale": reach,
                "to": ends,
                "halve_from": halve_from,
                "matrix": where.matrix.tolist(),
                "pixels": _hex(pixels),
            }


def _candidates() -> Json:
    """Boxes of two classes with equal scores among them, through every step that reads them."""
    rng = np.random.default_rng(4)
    corners = rng.random((24, 2)).round(2) * 0.7
    boxes = np.concatenate([corners, corners + 0.25], axis=1).astype(np.float32)[np.newaxis]
    scores = (rng.integers(2, 10, (1, 24, 2)) / 10).astype(np.float32)
    points = rng.random((1, 24, 2, 2)).round(3).astype(np.float32)
    outputs = {"boxes": boxes, "scores": scores, "points": points, "face": scores[..., 0]}
    scene = Scene((), (), geometry.Placement.region(-3.0, 5.0, 97.0, 61.0), (90, 60))
    one = c.SelectCandidates(boxes="boxes", scores="face", points="points", threshold=0.4)
    many = c.SelectCandidates(boxes="boxes", scores="scores", threshold=0.5, most=20)
    faces = candidates.select(one, outputs, scene)
    things = candidates.to_photo(c.MapBoxes(), candidates.select(many, outputs, scene), scene)
    kept = candidates.suppress(c.Nms(iou_threshold=0.3, most=8), things, scene)
    return {
        "outputs": {name: [list(o.shape), _floats(o)] for name, o in outputs.items()},
        "select": _found(faces),
        "melt": _found(candidates.melt(c.WeightedNms(iou_threshold=0.3), faces, scene)),
        "map": _found(things),
        "nms": _found(kept),
        "clip": _found(candidates.clip(c.ClipBoxes(), kept, scene)),
    }


def _found(found: candidates.Candidates) -> Json:
    return {"rows": found.rows, "scores": found.scores, "classes": found.classes}


def _masks() -> Iterator[Json]:
    for fit in ("stretch", "letterbox", "crop"):
        for wide, high, width, height in SIZES_WH:
            resize = c.Resize(fit=fit)
            how = geometry.plan((wide, high), (height, width), resize)
            mask = spread(plane(width, height), how.placement, (wide, high))
            sizes = {"photo": [wide, high], "input": [width, height]}
            yield {"fit": fit, **sizes, "probability": _floats(mask.reshape(-1)[::11])}


def _pictures() -> Iterator[Json]:
    for wide, high, width, height in SIZES_WH:
        scene = Scene((), (), geometry.Placement.region(0, 0, 1, 1), (wide, high))
        made = style.resize_picture(c.ResizePicture(), photo(width, height), scene)
        yield {"photo": [wide, high], "input": [width, height], "pixels": _hex(made.pixels)}


def _finished() -> Iterator[Json]:
    """A painting that is the photo upside down, backwards."""
    rgb = photo(24, 18)
    for strength, keep in ((1.0, True), (0.65, False), (0.3, True), (0.0, False)):
        finish = painting.Style(strength=strength, keep_colours=keep)
        made = painting.finished(rgb, rgb[::-1, ::-1].copy(), finish)
        said = {"strength": strength, "keep_colours": keep}
        yield {"size": [24, 18], **said, "pixels": _hex(made)}


def _landmarks() -> Json:
    points = np.linspace(-0.2, 1.3, 12, dtype=np.float32).reshape(1, 4, 3)
    where = geometry.Placement.square((40.0, 30.0), 25.0, 0.4)
    scene = Scene((), (), where, (64, 48))
    step = c.MapPoints(output="points")
    made = landmarks.map_points(step, {"points": points}, scene)
    return {"points": _floats(points), "placed": _floats(made)}


def _labels() -> Json:
    shares = np.array([[0.1, 0.3, 0.05, 0.3, 0.25]], dtype=np.float32)
    scene = Scene((), tuple("abcde"), geometry.Placement.region(0, 0, 1, 1), (1, 1))
    step = c.TopLabels(output="shares", most=3)
    best = classification.top_labels(step, {"shares": shares}, scene).labels
    return {"shares": _floats(shares), "best": [[one.label, one.score] for one in best]}


def _colours() -> Iterator[Json]:
    """Every corner of the colour space, and some values between, as 2 x 2 frames."""
    ends = (0, 15, 16, 128, 235, 255)
    spans: tuple[frames.Range, ...] = ("full", "limited")
    for span in spans:
        for u in ends:
            for v in ends:
                data = bytes([*ends[:4], u, v])
                rgb = frames.yuv_to_rgb(frames.i420(data, 2, 2), span)
                yield {"span": span, "i420": data.hex(), "rgb": _hex(rgb)}


def _uprights() -> Iterator[Json]:
    turns: tuple[frames.Rotation, ...] = (0, 90, 180, 270)
    for rotation in turns:
        for mirror in (False, True):
            rgb = frames.upright(photo(3, 2), rotation, mirror=mirror)
            sizes = [rgb.shape[1], rgb.shape[0]]
            yield {"rotation": rotation, "mirror": mirror, "size": sizes, "rgb": _hex(rgb)}


def _hex(pixels: NDArray[np.uint8]) -> str:
    return pixels.tobytes().hex()


def _floats(values: NDArray[np.float32]) -> list[float]:
    return [float(value) for value in values.reshape(-1).tolist()]


def tables_json() -> bytes:
    """The file as it stands in the package."""
    lines = (
        f'"{name}": {msgspec.json.encode(table).decode()}' for name, table in tables().items()
    )
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def main() -> None:
    """Write the file."""
    write_bytes(TARGET, tables_json())
    print(TARGET.relative_to(PACKAGE), file=sys.stderr)  # noqa: T201  a script says what it did


if __name__ == "__main__":
    main()
