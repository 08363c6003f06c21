"""What each task's command does: predict, and paint the picture that ``-o`` writes."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003  a field's default needs it at run time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from edge_runtime.painting import Style

if TYPE_CHECKING:
    from argparse import Namespace

    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.pipeline import Lens
    from edge_runtime.results import Mask, Picture, Prediction

    Predict: TypeAlias = Callable[[Lens, Photo, Namespace], Prediction[Any]]
    Paint: TypeAlias = Callable[[NDArray[np.uint8], Any], NDArray[np.uint8]]

TRANSPARENT = "transparent"


@dataclass(frozen=True)
class Command:
    """``predict`` runs the task on a photo; ``paint`` makes a picture of the photo's RGB
    and the value; ``suffix`` is what every picture in a folder needs, or none."""

    predict: Predict
    paint: Paint
    suffix: Callable[[Namespace], str | None] = lambda _: None


def _grey(rgb: NDArray[np.uint8], mask: Mask) -> NDArray[np.uint8]:
    del rgb
    return (mask.probability * 255 + np.float32(0.5)).astype(np.uint8)


def _itself(rgb: NDArray[np.uint8], picture: Picture) -> NDArray[np.uint8]:
    del rgb
    return picture.pixels


def _drawn(name: str) -> Paint:
    """A function of :mod:`edge_runtime.drawing`, loaded when something is drawn."""

    def paint(rgb: NDArray[np.uint8], value: Any) -> NDArray[np.uint8]:
        painter: Paint = getattr(import_module("edge_runtime.drawing"), name)
        return painter(rgb, value)

    return paint


def _model(args: Namespace) -> dict[str, Any]:
    return {"model": args.model} if args.model else {}


def _background(lens: Lens, photo: Photo, args: Namespace) -> Prediction[Picture]:
    return lens.background(photo, args.background, **_model(args))


def _for_alpha(args: Namespace) -> str | None:
    return ".png" if args.background == TRANSPARENT else None


def _style(lens: Lens, photo: Photo, args: Namespace) -> Prediction[Picture]:
    style = Style(
        mix=args.style,
        picture=args.style_picture,
        strength=args.strength,
        keep_colours=args.keep_colours,
        size_hw=args.size,
    )
    return lens.style(photo, style, args.model)


def _larger(lens: Lens, photo: Photo, args: Namespace) -> Prediction[Picture]:
    return lens.super_resolution(photo, scale=args.scale, **_model(args))


COMMANDS = {
    "segment": Command(lambda o, p, a: o.segment(p, **_model(a)), _grey, lambda _: ".png"),
    "background": Command(_background, _itself, _for_alpha),
    "faces": Command(lambda o, p, a: o.faces(p, **_model(a)), _drawn("draw_faces")),
    "landmarks": Command(lambda o, p, a: o.landmarks(p, **_model(a)), _drawn("draw_landmarks")),
    "smile": Command(lambda o, p, a: o.smile(p, **_model(a)), _drawn("draw_smiles")),
    "style": Command(_style, _itself),
    "super-resolution": Command(_larger, _itself),
    "classify": Command(lambda o, p, a: o.classify(p, **_model(a)), _drawn("draw_labels")),
    "detect": Command(lambda o, p, a: o.detect(p, **_model(a)), _drawn("draw_objects")),
}
