"""Reports as one page that needs nothing else: people look rather than read."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from edge_calibration.evaluate import open_sitting
from edge_calibration.evaluation import Pipeline
from edge_calibration.layers.layer_errors import layer_errors
from edge_calibration.layers.view_inputs import view_inputs
from edge_calibration.reports.plots import layers_plot, spread_plot, waterfall_plot
from edge_calibration.reports.tables import number
from edge_calibration.runs import variant_files
from edge_runtime.outputs import write_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_calibration.evaluate import Question
    from edge_calibration.evaluation import Look
    from edge_calibration.reports.report import Report, VariantReport
    from edge_runtime.pipeline import Lens

    Pixels: TypeAlias = NDArray[np.uint8]

TEMPLATE = "page.html.jinja"
WORST = 3
WIDE = 300
LAYER_PHOTOS = 2
GAIN = 4
"""Differences are shown this much larger than they are."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A photo with what two pipelines made of it, as data URLs."""

    photo: str
    sample: str
    pictures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """What the page shows of one file."""

    variant: VariantReport
    spreads: tuple[str, ...]
    walk: str
    layers: str
    worst: tuple[Shown, ...]


def write_page(path: Path, lens: Lens, question: Question, reports: Sequence[Report]) -> None:
    """Write the page of some reports; the worst photos are run once more for it."""
    models = [(report, _sections(lens, question, report)) for report in reports]
    environment = Environment(
        loader=PackageLoader("edge_calibration.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template(TEMPLATE).render(models=models, number=number, gain=GAIN)
    write_bytes(path, text.encode())


def _sections(lens: Lens, question: Question, report: Report) -> list[Section]:
    worst = _worst(lens, question, report)
    return [
        Section(
            variant=variant,
            spreads=tuple(spread_plot(metric) for metric in variant.metrics),
            walk=waterfall_plot(variant.waterfall) if variant.waterfall else "",
            layers=_layers(lens, question, report, variant),
            worst=worst[f"{variant.format} {variant.variant}"],
        )
        for variant in report.variants
    ]


def _layers(lens: Lens, question: Question, report: Report, variant: VariantReport) -> str:
    """The error of every layer of a TFLite file that is not the float one."""
    if variant.format != "tflite" or variant.variant == "fp32":
        return ""
    spec = lens.bundle.entry(report.model).spec
    items = sorted((item.name, item.path) for item in question.photos.items)
    inputs = view_inputs(lens, spec, items, LAYER_PHOTOS)
    found = layer_errors(spec.id, variant.variant, inputs)
    return layers_plot(found.quantisation) if found.quantisation else ""


def _worst(lens: Lens, question: Question, report: Report) -> dict[str, tuple[Shown, ...]]:
    """The worst photos of each file by its first metric."""
    entry = lens.bundle.entry(report.model)
    files = variant_files(lens.bundle, entry, question.variants)
    sitting = open_sitting(lens, entry, files)
    wanted = {
        f"{v.format} {v.variant}": list(v.metrics[0].photos.items())[:WORST]
        for v in report.variants
        if v.metrics
    }
    names = {photo for photos in wanted.values() for photo, _ in photos}
    looks: dict[str, Look] = {}
    for look in sitting.looks(sitting.photos(question.photos.items)):
        if look.view.photo in names:
            looks.setdefault(look.view.photo, look)
    return {
        name: tuple(_shown(looks[photo], name, value) for photo, value in photos)
        for name, photos in wanted.items()
    }


def _shown(look: Look, run: str, value: float) -> Shown:
    original = look.shot.pixels("pillow")
    pictures = [original, look.picture(Pipeline()), look.picture(Pipeline(run=run))]
    if look.view.placement is not None:
        pictures = [_around(look, picture) for picture in pictures]
    names = ("photo", "float", "this file")
    shown = [(name, _data_url(p)) for name, p in zip(names, pictures, strict=True)]
    shown.append((f"difference x{GAIN}", _data_url(_difference(*pictures[1:]))))
    return Shown(photo=look.view.photo, sample=f"{value:.4g}", pictures=tuple(shown))


def _around(look: Look, picture: Pixels) -> Pixels:
    """The part of a picture that the model looked at."""
    placement = look.view.placement
    if placement is None:
        return picture
    corners = placement.points(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    high, wide = picture.shape[:2]
    left, top = corners.min(axis=0).clip(0, (wide - 1, high - 1)).astype(int)
    right, bottom = corners.max(axis=0).clip(1, (wide, high)).astype(int)
    return picture[top : max(bottom, top + 1), left : max(right, left + 1)]


def _difference(one: Pixels, other: Pixels) -> Pixels:
    off = np.abs(one.astype(np.int16) - other) * GAIN
    shown: Pixels = off.clip(0, 255).astype(np.uint8)
    return shown


def _data_url(pixels: Pixels) -> str:
    high = max(1, round(pixels.shape[0] * WIDE / pixels.shape[1]))
    small = cv2.resize(pixels[..., :3], (WIDE, high), interpolation=cv2.INTER_AREA)
    written = BytesIO()
    Image.fromarray(small).save(written, format="JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(written.getvalue()).decode()
