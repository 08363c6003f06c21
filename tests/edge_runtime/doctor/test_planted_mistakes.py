"""Mistakes as apps make them, planted by hand into a run: does the doctor name each?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime.frames import nv21, yuv_to_rgb
from edge_runtime.postprocess.candidates import Candidates
from edge_runtime.results import Faces, Label, Labels, Mask

FACES, SEGMENTS, LABELS = (
    "face-detection-short",
    "portrait-segmentation",
    "image-classification",
)
OBJECTS, MESH, SMILE, PAINT = "object-detection", "face-landmarks", "smile", "style-transfer"
LANDSCAPE, FULL = "portrait-segmentation-landscape", "face-detection-full"
VECTOR = "style-transfer-any-predict"
FLOOR = 0.95  # of the mistakes have to be named


# --- decode-photo -------------------------------------------------------------------------
def as_stored(m: Any) -> np.ndarray:
    return np.array(Image.open(BytesIO(m.photo)).convert("RGB"))


def pillow(change: Callable[[Image.Image], Image.Image]) -> Callable[[Any], np.ndarray]:
    return lambda m: np.array(change(Image.fromarray(m.right())))


def channels_turned_round(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return Image.merge("RGB", (blue, green, red))


def frame(order: str, span: str = "full") -> Callable[[Any], np.ndarray]:
    """A camera's frame of the photo whose bytes are read in another order, or range."""

    def decode(m: Any) -> np.ndarray:
        y, cb, cr = (np.array(p) for p in Image.fromarray(m.right()).convert("YCbCr").split())
        (high, wide), cb, cr = y.shape, cb[::2, ::2], cr[::2, ::2]
        if span == "squeezed":
            y = np.rint(16 + y * 219.0 / 255).astype(np.uint8)
            cb, cr = (np.rint(128 + (c - 128.0) * 224 / 255).astype(np.uint8) for c in (cb, cr))
        chroma = np.stack([cb, cr] if order == "nv12" else [cr, cb], axis=2)
        made = nv21(y.tobytes() + chroma.tobytes(), wide, high)
        return yuv_to_rgb(made, "limited" if span == "limited" else "full")

    return decode


def over_white(m: Any) -> np.ndarray:
    image = Image.open(BytesIO(m.photo)).convert("RGBA")
    return np.array(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image))[
        ..., :3
    ]


def premultiplied(m: Any) -> np.ndarray:
    image = np.array(Image.open(BytesIO(m.photo)).convert("RGBA")).astype(int)
    return ((image[..., :3] * image[..., 3:] + 127) // 255).astype(np.uint8)


def half_as_large(image: Image.Image) -> Image.Image:
    return image.reduce(2)


def without_gamma(m: Any) -> np.ndarray:
    table = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
             for c in (i / 255 for i in range(256))]  # fmt: skip
    return np.array([round(255 * c) for c in table], np.uint8)[m.right()]


# --- resize and crop-square ---------------------------------------------------------------
def resized(how: Image.Resampling) -> Callable[[Any], np.ndarray]:
    """Stretched over the whole input by Pillow."""

    def resize(m: Any) -> np.ndarray:
        m.right()
        high, wide = m.view.size_hw
        return np.array(Image.fromarray(m.given).resize((wide, high), how))

    return resize


def letterboxed(grey: int = 0, *, corner: bool = False) -> Callable[[Any], np.ndarray]:
    def resize(m: Any) -> np.ndarray:
        high, wide = m.view.size_hw
        have_h, have_w = m.given.shape[:2]
        scale = min(high / have_h, wide / have_w)
        size = (round(have_w * scale), round(have_h * scale))
        inner = Image.fromarray(m.given).resize(size, Image.Resampling.BILINEAR)
        m.right()
        canvas = Image.new("RGB", (wide, high), (grey,) * 3)
        middle = ((wide - size[0]) // 2, (high - size[1]) // 2)
        canvas.paste(inner, (0, 0) if corner else middle)
        return np.array(canvas)

    return resize


def every_other_pixel(m: Any) -> np.ndarray:
    """Two loops over the output's pixels, with whole-number division."""
    m.right()
    high, wide = m.view.size_hw
    have_h, have_w = m.given.shape[:2]
    made = np.zeros((high, wide, 3), np.uint8)
    for y in range(high):
        for x in range(wide):
            made[y, x] = m.given[y * have_h // high, x * have_w // wide]
    return made


def by_corners(m: Any) -> np.ndarray:
    """Bilinear in floats, first and last pixels on each other."""
    m.right()
    high, wide = m.view.size_hw
    return np.rint(
        bilinear(m.given.astype(float), *corners(m.given.shape, (high, wide)))
    ).astype(np.uint8)


def corners(have: Any, want: Any) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.arange(n) * ((h - 1) / (n - 1)) for h, n in zip(have, want, strict=False))


def bilinear(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The picture at those rows and columns, its edge repeated."""
    y, x = (np.clip(a, 0, n - 1) for a, n in zip((rows, columns), image.shape, strict=False))
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1, x1 = np.minimum(y0 + 1, image.shape[0] - 1), np.minimum(x0 + 1, image.shape[1] - 1)
    extra = (1,) * (image.ndim - 2)
    fy, fx = (y - y0).reshape(-1, 1, *extra), (x - x0).reshape(1, -1, *extra)
    top = image[y0][:, x0] * (1 - fx) + image[y0][:, x1] * fx
    low = image[y1][:, x0] * (1 - fx) + image[y1][:, x1] * fx
    return top * (1 - fy) + low * fy


def cut_top_left(m: Any) -> np.ndarray:
    m.right()
    side = min(m.given.shape[:2])
    image = Image.fromarray(m.given).crop((0, 0, side, side))
    return np.array(image.resize(m.view.size_hw[::-1], Image.Resampling.BILINEAR))


def box_cut_out(margin: float) -> Callable[[Any], np.ndarray]:
    """An upright square around the face, by Pillow."""

    def crop(m: Any) -> np.ndarray:
        m.right()
        x0, y0, x1, y1 = m.view.face.box_xyxy
        half = margin * max(x1 - x0, y1 - y0) / 2
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        box = (x - half, y - half, x + half, y + half)
        size = m.view.size_hw[::-1]
        image = Image.fromarray(m.view.rgb)
        return np.array(
            image.transform(size, Image.Transform.EXTENT, box, Image.Resampling.BILINEAR)
        )

    return crop


# --- write-tensor and run -----------------------------------------------------------------
def written(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Any], Any]:
    def write(m: Any) -> Any:
        pixels = next(iter(m.right().values())).astype(np.float32)
        return {m.step.input: change(pixels)[np.newaxis].astype(np.float32)}

    return write


def imagenet(pixels: np.ndarray) -> np.ndarray:
    for channel, (mean, std) in enumerate([(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]):
        pixels[..., channel] = (pixels[..., channel] / 255 - mean) / std
    return pixels


def signed(pixels: np.ndarray) -> np.ndarray:
    return np.where(pixels > 127, pixels - 256, pixels)


def planes(pixels: np.ndarray) -> np.ndarray:
    return np.concatenate([pixels[..., c].ravel() for c in range(3)]).reshape(pixels.shape)


def gave(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], Any]:
    return lambda m: change(dict(m.right()))


def each(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Any], Any]:
    return gave(lambda outputs: {n: np.float32(change(a)) for n, a in outputs.items()})


def fed(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Any], Any]:
    def run(m: Any) -> Any:
        image = next(name for name in m.given if name == "image")
        pixels = np.asarray(m.given[image], np.float32)
        return m.right({**m.given, image: change(pixels).astype(np.float32)})

    return run


def in_half(array: np.ndarray) -> np.ndarray:
    """What a GPU gives: sums in float16 are off by a few units of the last place."""
    noise = np.random.default_rng(5).normal(0, 2e-3, array.shape)
    return (array * (1 + noise)).astype(np.float16).astype(np.float32)


def loses(array: np.ndarray) -> np.ndarray:
    return array + np.random.default_rng(5).normal(0, 0.01, array.shape) * array


def garbage(array: np.ndarray) -> np.ndarray:
    return np.random.default_rng(5).uniform(0, 1, array.shape)


def squash(array: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-array))


def share(array: np.ndarray) -> np.ndarray:
    return np.exp(array) / np.exp(array).sum()


def first_and_last_swapped(outputs: dict[str, Any]) -> dict[str, Any]:
    """By the order in which a runtime happens to list them."""
    one, *middle, last = outputs
    return dict(zip([last, *middle, one], outputs.values(), strict=True))


# --- candidates ---------------------------------------------------------------------------
def kept_from(threshold: float) -> Callable[[Any], Any]:
    def select(m: Any) -> Candidates:
        boxes, scores = m.given[m.step.boxes][0], m.given[m.step.scores][0]
        table = scores.reshape(len(boxes), -1)
        pairs = [(a, c) for a, c in np.argwhere(table >= threshold).tolist()]
        pairs.sort(key=lambda pair: -table[pair])
        rows = [boxes[a].tolist() for a, _ in pairs]
        if m.step.points:
            rows = [[*boxes[a].tolist(), *m.given[m.step.points][0][a].ravel().tolist()]
                    for a, _ in pairs]  # fmt: skip
        return Candidates(
            rows=rows, scores=[float(table[p]) for p in pairs], classes=[c for _, c in pairs]
        )

    return select


def rows_as(change: Callable[..., list[float]]) -> Callable[[Any], Any]:
    def select(m: Any) -> Candidates:
        found = m.right()
        return replace(found, rows=[[*change(*row[:4]), *row[4:]] for row in found.rows])

    return select


def all_kept(m: Any) -> Candidates:
    return m.given


def best_kept(limit: float) -> Callable[[Any], Any]:
    """Greedy, in plain Python."""

    def suppress(m: Any) -> Candidates:
        kept: list[int] = []
        for i, row in enumerate(m.given.rows):
            same = [k for k in kept if m.given.classes[k] == m.given.classes[i]]
            if all(overlap(m.given.rows[k], row) <= limit for k in same):
                kept.append(i)
        pick = [[values[i] for i in kept]
                for values in (m.given.rows, m.given.scores, m.given.classes)]  # fmt: skip
        return Candidates(rows=pick[0], scores=pick[1], classes=pick[2])

    return suppress


def overlap(a: list[float], b: list[float]) -> float:
    wide = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return wide * high / (areas - wide * high)


def times(of: str) -> Callable[[Any], Any]:
    def to_photo(m: Any) -> Candidates:
        high, wide = m.view.rgb.shape[:2] if of == "photo" else m.view.size_hw
        if of == "nothing":
            high = wide = 1
        rows = [[v * (high if i % 2 else wide) for i, v in enumerate(row)]
                for row in m.given.rows]  # fmt: skip
        return replace(m.given, rows=rows)

    return to_photo


# --- results ------------------------------------------------------------------------------
def mask_by(make: Callable[[np.ndarray, Any], np.ndarray]) -> Callable[[Any], Mask]:
    def spread(m: Any) -> Mask:
        plane = m.given[m.step.output][0, ..., 0]
        return Mask(probability=np.float32(make(plane, m.view.rgb.shape[:2])))

    return spread


def mask_nearest(plane: np.ndarray, size: Any) -> np.ndarray:
    image = Image.fromarray(plane).resize(size[::-1], Image.Resampling.NEAREST)
    return np.array(image)


def mask_half_off(plane: np.ndarray, size: Any) -> np.ndarray:
    at = [np.arange(n) * (h / n) for h, n in zip(plane.shape, size, strict=True)]
    return bilinear(plane, *at)


def named(shift: int) -> Callable[[Any], Labels]:
    """The best classes, looked up one line off in the file of labels."""

    def top(m: Any) -> Labels:
        probabilities = m.given[m.step.output][0]
        best = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])[: m.step.most]
        names = m.view.labels
        return Labels(
            labels=tuple(
                Label(label=names[(i + shift) % len(names)], score=float(probabilities[i]))
                for i in best
            )
        )

    return top


def relabelled(change: Callable[[list[str], int], str]) -> Callable[[Any], Any]:
    def label(m: Any) -> Any:
        names = list(m.view.labels)
        m.view.labels = tuple(change(names, i) for i in range(len(names)))
        return m.right()

    return label


GAPS = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}


def coco_of_90(names: list[str], index: int) -> str:
    """The file of 90 lines that TensorFlow's models come with."""
    rest = iter(names)
    full = ["???" if number in GAPS else next(rest) for number in range(1, 91)]
    return full[index]


def landmarks_by(move: Callable[[np.ndarray, Any], np.ndarray]) -> Callable[[Any], Any]:
    return lambda m: np.float32(move(np.array(m.given[m.step.output][0], float), m))


def upright_square(points: np.ndarray, m: Any) -> np.ndarray:
    """As if the crop had not been turned."""
    x0, y0, x1, y1 = m.view.face.box_xyxy
    side = 1.5 * max(x1 - x0, y1 - y0)
    points *= side
    points[:, 0] += (x0 + x1) / 2 - side / 2
    points[:, 1] += (y0 + y1) / 2 - side / 2
    return points


def eyes_swapped(m: Any) -> Faces:
    faces = []
    for face in m.right().faces:
        points = dict(face.points)
        for part in ("eye", "ear"):
            right, left = f"right_{part}", f"left_{part}"
            points[right], points[left] = points[left], points[right]
        faces.append(replace(face, points=points))
    return Faces(faces=tuple(faces))


def cut_off(m: Any) -> np.ndarray:
    return m.given["picture"][0].clip(0, 255).astype(np.uint8)


def picture_of(how: Image.Resampling) -> Callable[[Any], Any]:
    def enlarge(m: Any) -> Any:
        size = m.view.rgb.shape[1::-1]
        return replace(m.right(), pixels=np.array(Image.fromarray(m.given).resize(size, how)))

    return enlarge


@dataclass(frozen=True)
class Plant:
    """A mistake at a step of a model's run on a photo, and what it may be called."""

    model: str
    photo: str
    step: str
    mistake: Callable[[Any], Any]
    names: str
    only: tuple[int, ...] | None = None

    def __str__(self) -> str:
        part = "" if self.only is None else f" of {self.only}"
        return f"{self.model}: {self.names} at {self.step}{part}"


NEAREST, BILINEAR = Image.Resampling.NEAREST, Image.Resampling.BILINEAR
MAN, WOMAN, CAT, CUP = "portrait-exif6.jpg", "astronaut.png", "cat-exif3.jpg", "coffee.png"
BIKE, LARGE, CARD = "motorcycle-exif8.jpg", "obama.jpg", "card.png"
TURNED = Image.Transpose
PLANTS = [
    Plant(FACES, MAN, "decode-photo", as_stored, "exif-ignored"),
    Plant(LABELS, CAT, "decode-photo", as_stored, "exif-ignored"),
    Plant(LANDSCAPE, MAN, "decode-photo", as_stored, "exif-ignored", (2, 3)),
    Plant(OBJECTS, BIKE, "decode-photo", as_stored, "exif-ignored", (2,)),
    Plant(SEGMENTS, WOMAN, "decode-photo", pillow(channels_turned_round), "bgr"),
    Plant(OBJECTS, CUP, "decode-photo", pillow(channels_turned_round), "bgr", (2, 3)),
    Plant(FULL, WOMAN, "decode-photo", lambda m: m.right()[:, ::-1].copy(), "mirrored"),
    Plant(SEGMENTS, MAN, "decode-photo", lambda m: m.right()[:, ::-1].copy(), "mirrored", (2,)),
    Plant(MESH, WOMAN, "decode-photo",
          pillow(lambda image: image.transpose(TURNED.ROTATE_270)), "rotated-90"),
    Plant(SEGMENTS, MAN, "decode-photo",
          pillow(lambda image: image.transpose(TURNED.ROTATE_180)), "rotated-180", (2, 3)),
    Plant(LABELS, CUP, "decode-photo",
          pillow(lambda image: image.transpose(TURNED.ROTATE_90)), "rotated-270"),
    Plant(OBJECTS, CUP, "decode-photo", lambda m: m.right()[::-1].copy(), "upside-down"),
    Plant(SEGMENTS, LARGE, "decode-photo", frame("nv12"), "uv-swapped"),
    Plant(FACES, WOMAN, "decode-photo", frame("nv21", "limited"), "yuv-full-read-as-limited"),
    Plant(LABELS, CUP, "decode-photo", frame("nv21", "squeezed"), "yuv-limited-read-as-full"),
    Plant(LABELS, "alpha", "decode-photo", premultiplied, "alpha-premultiplied"),
    Plant(SEGMENTS, "alpha", "decode-photo", over_white, "alpha-on-white"),
    Plant(FACES, MAN, "decode-photo", pillow(lambda image: image.convert("L").convert("RGB")),
          "grey"),
    Plant(SEGMENTS, WOMAN, "decode-photo", without_gamma, "linear-light"),
    Plant(OBJECTS, CUP, "decode-photo", pillow(half_as_large), "thumbnail"),
    Plant(FACES, MAN, "resize", resized(BILINEAR), "stretch-instead"),
    Plant(LABELS, CUP, "resize", resized(BILINEAR), "stretch-instead"),
    Plant(SEGMENTS, MAN, "resize", letterboxed(), "letterbox-instead"),
    Plant(OBJECTS, CUP, "resize", letterboxed(), "letterbox-instead", (2,)),
    Plant(FACES, MAN, "resize", letterboxed(114), "letterbox-colour"),
    Plant(FULL, MAN, "resize", letterboxed(corner=True), "letterbox-in-corner"),
    Plant(LABELS, CUP, "resize", cut_top_left, "crop-off"),
    Plant(SEGMENTS, LARGE, "resize", every_other_pixel, "resize-nearest"),
    Plant(VECTOR, CUP, "resize", every_other_pixel, "crop-instead|stretch-instead"),
    Plant(LANDSCAPE, LARGE, "resize", resized(BILINEAR), "resize-antialias-bilinear"),
    Plant(OBJECTS, CUP, "resize", by_corners, "resize-align-corners"),
    Plant(SEGMENTS, LARGE, "resize", resized(Image.Resampling.BOX), "resize-area"),
    Plant(MESH, "turned", "crop-square", box_cut_out(1.5), "crop-not-level"),
    Plant(SMILE, WOMAN, "crop-square", box_cut_out(1.0), "crop-scale"),
    Plant(SEGMENTS, WOMAN, "write-tensor", written(lambda p: p / 255), "scaled-0-1"),
    Plant(FACES, WOMAN, "write-tensor", written(lambda p: (p - 127.5) / 127.5),
          "scaled-minus1-1"),
    Plant(LABELS, CUP, "write-tensor", written(imagenet), "imagenet-normalised"),
    Plant(SMILE, MAN, "write-tensor", written(lambda p: p[..., ::-1]), "bgr"),
    Plant(OBJECTS, BIKE, "write-tensor", written(signed), "int8-cast"),
    Plant(SEGMENTS, MAN, "write-tensor", written(planes), "nchw"),
    Plant(MESH, MAN, "write-tensor", written(lambda p: p.transpose(2, 0, 1)), "nchw"),
    Plant(SMILE, MAN, "write-tensor", written(lambda p: p[..., ::-1] / 255), "bgr+scaled-0-1"),
    Plant(PAINT, WOMAN, "write-tensor", written(lambda p: p / 255), "scaled-0-1", (2,)),
    Plant(FACES, MAN, "write-tensor", written(lambda p: p / 255), "scaled-0-1", (2, 3)),
    Plant(SMILE, WOMAN, "run", fed(lambda p: p / 255), "scaled-0-1"),
    Plant(SEGMENTS, WOMAN, "run", fed(lambda p: p / 127.5 - 1), "scaled-minus1-1", (2, 3)),
    Plant(LABELS, CUP, "run", fed(np.zeros_like), "input-not-written"),
    Plant(LABELS, CUP, "run", each(in_half), "float16|delegate-imprecise"),
    Plant(SEGMENTS, MAN, "run", each(in_half), "float16|delegate-imprecise"),
    Plant(SEGMENTS, MAN, "run", each(loses), "delegate-imprecise"),
    Plant(MESH, WOMAN, "run", each(garbage), "delegate-wrong"),
    Plant(OBJECTS, CUP, "run", each(np.zeros_like), "zeros"),
    Plant(SEGMENTS, WOMAN, "run", each(squash), "sigmoid-twice"),
    Plant(LABELS, CAT, "run", each(share), "softmax-twice"),
    Plant(SMILE, MAN, "run", each(lambda a: np.rint(a * 255)), "dequantised-wrongly"),
    Plant(FACES, WOMAN, "run", gave(first_and_last_swapped), "outputs-swapped"),
    Plant(SEGMENTS, MAN, "run", each(lambda a: a[:, ::-1]), "output-upside-down"),
    Plant(FACES, MAN, "select-candidates", kept_from(0.2), "threshold"),
    Plant(OBJECTS, CUP, "select-candidates", kept_from(0.6), "threshold"),
    Plant(OBJECTS, CUP, "select-candidates",
          rows_as(lambda x0, y0, x1, y1: [y0, x0, y1, x1]), "boxes-yxyx"),
    Plant(FACES, WOMAN, "select-candidates",
          rows_as(lambda x0, y0, x1, y1: [x0, y0, x1 - x0, y1 - y0]), "boxes-xywh"),
    Plant(FACES, WOMAN, "weighted-nms", all_kept, "nms-missing"),
    Plant(OBJECTS, BIKE, "nms", all_kept, "nms-missing"),
    Plant(FULL, WOMAN, "weighted-nms", best_kept(0.3), "nms-not-weighted"),
    Plant(OBJECTS, CUP, "nms", best_kept(0.95), "nms-overlap|nms-missing"),
    Plant(FACES, MAN, "map-boxes", times("nothing"), "not-mapped"),
    Plant(FULL, MAN, "map-boxes", times("photo"), "letterbox-not-undone"),
    Plant(OBJECTS, CUP, "map-boxes", times("input"), "input-pixels"),
    Plant(FACES, WOMAN, "name-points", eyes_swapped, "left-right-swapped"),
    Plant(SEGMENTS, MAN, "upsample-mask", mask_by(mask_nearest), "mask-nearest"),
    Plant(LANDSCAPE, WOMAN, "upsample-mask", mask_by(mask_half_off), "mask-half-pixel"),
    Plant(SEGMENTS, WOMAN, "upsample-mask", mask_by(lambda plane, _: plane),
          "mask-not-enlarged"),
    Plant(SEGMENTS, LARGE, "upsample-mask",
          mask_by(lambda plane, size: bilinear(plane, *corners(plane.shape, size))),
          "mask-align-corners"),
    Plant(SEGMENTS, MAN, "upsample-mask",
          mask_by(lambda plane, size: mask_nearest(1 - plane, size)), "inverted"),
    Plant(MESH, "turned", "map-points", landmarks_by(upright_square), "turn-not-undone"),
    Plant(MESH, MAN, "map-points", landmarks_by(lambda points, m: points * 192),
          "input-pixels"),
    Plant(LABELS, CUP, "top-labels", named(1), "labels-shifted"),
    Plant(LABELS, CAT, "top-labels", named(-1), "labels-shifted"),
    Plant(OBJECTS, CUP, "label-boxes", relabelled(coco_of_90), "labels-coco-90"),
    Plant(SMILE, WOMAN, "name-expressions",
          relabelled(lambda names, i: names[i - 1]), "labels-shifted|result-other"),
    Plant(PAINT, CARD, "round-pixels", cut_off, "not-rounded"),
    Plant(PAINT, WOMAN, "resize-picture", picture_of(NEAREST), "picture-nearest"),
]  # fmt: skip
# The painter is drawn by other mistakes as well: its graph is the slowest.
TALLY: dict[str, bool] = {}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> dict[str, str]:
    """Photos that no one has: one with transparency, one of a face that is turned."""
    place = tmp_path_factory.mktemp("made")
    photo = Image.open(samples / "astronaut.png").convert("RGB").reduce(2)
    turned = photo.rotate(20, Image.Resampling.BICUBIC)
    turned.save(place / "turned.png")
    grown = np.linspace(0, 255, photo.width).astype(np.uint8)
    photo.putalpha(Image.fromarray(np.tile(grown, (photo.height, 1))))
    photo.save(place / "alpha.png")
    return {name: str(place / f"{name}.png") for name in ("turned", "alpha")}


@pytest.mark.parametrize("plant", PLANTS, ids=str)
def test_a_planted_mistake_is_found(
    plant: Plant, app: Any, diagnosed: Any, made: dict[str, str]
) -> None:
    planted = app(
        plant.model, made.get(plant.photo, plant.photo), mistakes={plant.step: plant.mistake}
    )
    report = diagnosed(planted.dump(plant.only))
    assert report.findings, plant
    first = report.findings[0]
    TALLY[str(plant)] = first.diagnosis in plant.names.split("|")
    if not TALLY[str(plant)]:
        print(f"{plant}: {first.sentence}")
    if plant.only is None and first.step != "result":
        assert first.step == plant.step


def test_nearly_all_of_them_are_named_rightly() -> None:
    assert len({plant.model for plant in PLANTS}) >= 4
    wrong = [name for name, right in TALLY.items() if not right]
    assert len(TALLY) - len(wrong) >= FLOOR * len(TALLY), wrong
