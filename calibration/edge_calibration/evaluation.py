"""A model's files on photos, against the float network: paired, photo by photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from edge_calibration.exams.table import exam_of
from edge_calibration.photos.augment import augmented
from edge_calibration.stages import DECODERS, RESIZERS
from edge_runtime.errors import SpecError
from edge_runtime.postprocess import Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_calibration.exams import Exam, View
    from edge_calibration.metrics import Metric
    from edge_calibration.photos.augment import Augmentation
    from edge_calibration.sources import PhotoItem
    from edge_calibration.stages import DecoderName, ReadingName, ResizerName
    from edge_runtime.geometry import Placement
    from edge_runtime.pipeline import Lens
    from edge_runtime.spec import ModelSpec

    Pixels: TypeAlias = NDArray[np.uint8]
    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
    Run: TypeAlias = Callable[[Arrays], Arrays]
    Photograph: TypeAlias = tuple[str, Path]

FLOAT = "float"
"""The name of the run that all others are held against."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Which implementation of each stage is taken; ``run`` is a name among the runs.

    As it stands, everything but the run is the app's, decoded as ``edge_runtime`` does.
    """

    decoder: DecoderName = "pillow"
    resizer: ResizerName = "spec"
    run: str = FLOAT
    reading: ReadingName = "app"


@dataclass(kw_only=True, eq=False)
class Sitting:
    """One model before the photos; inputs and outputs that pipelines share are made once.

    ``runs``: what can be run, by name.
    """

    spec: ModelSpec
    lens: Lens
    runs: Mapping[str, Run]
    exam: Exam = field(init=False)
    labels: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.exam = exam_of(self.spec)
        self.labels = self.lens.bundle.labels(self.spec)

    def photos(self, items: Sequence[PhotoItem]) -> list[Photograph]:
        """Those photos that the exam looks at; of those without tags nothing is known."""
        tags = set(self.exam.tags)
        fitting = [
            (item.name, item.path)
            for item in items
            if not (tags and item.tags) or tags & item.tags
        ]
        return evenly(fitting, self.exam.most_photos)

    def looks(
        self, photos: Sequence[Photograph], variations: Sequence[Augmentation] = ()
    ) -> Iterator[Look]:
        """What there is to look at in each photo as it is, then in each variation of it."""
        for name, path in photos:
            for how in (None, *variations):
                shot = Shot(name=name, path=path, how=how)
                for view in self.exam.views(self.lens, name, shot.pixels("pillow")):
                    yield Look(self, shot, view)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A photo, perhaps varied."""

    name: str
    path: Path
    how: Augmentation | None = None

    def pixels(self, decoder: DecoderName) -> Pixels:
        """The pixels by a decoder; what is not varied is decoded once."""
        rgb = decoded(self.path, decoder)
        return rgb if self.how is None else augmented(self.name, (rgb, None), self.how)[0]


class Look:
    """One view, through as many pipelines as are asked for."""

    def __init__(self, sitting: Sitting, shot: Shot, view: View) -> None:
        self.view = view
        self.shot = shot
        self._sitting = sitting
        self._inputs: dict[tuple[str, str], tuple[Arrays, Placement]] = {}
        self._outputs: dict[tuple[str, str, str], Arrays] = {}

    def result(self, pipeline: Pipeline) -> Any:
        """What that pipeline makes of the view."""
        exam = self._sitting.exam
        _, placement = self._prepared(pipeline)
        decode = exam.decode if pipeline.reading == "app" else exam.decode_plainly
        return decode(self._ran(pipeline), self._scene(placement))

    def picture(self, pipeline: Pipeline) -> Pixels:
        """That result, drawn."""
        rgb = self.shot.pixels("pillow")
        return self._sitting.exam.picture(rgb, self.result(pipeline))

    def _scene(self, placement: Placement) -> Scene:
        height, width = self.shot.pixels("pillow").shape[:2]
        sitting = self._sitting
        return Scene(sitting.spec.program, sitting.labels, placement, (width, height))

    def _prepared(self, pipeline: Pipeline) -> tuple[Arrays, Placement]:
        key = (pipeline.decoder, pipeline.resizer)
        if key not in self._inputs:
            image, program = self._sitting.spec.image, self._sitting.spec.program
            rgb = self.shot.pixels(pipeline.decoder)
            resize = RESIZERS[pipeline.resizer]
            pixels, placement = resize(rgb, program, image.size_hw, self.view.placement)
            self._inputs[key] = {image.name: pixels, **self.view.vectors}, placement
        return self._inputs[key]

    def _ran(self, pipeline: Pipeline) -> Arrays:
        key = (pipeline.decoder, pipeline.resizer, pipeline.run)
        if key not in self._outputs:
            inputs, _ = self._prepared(pipeline)
            self._outputs[key] = self._sitting.runs[pipeline.run](inputs)
        return self._outputs[key]


@lru_cache(maxsize=512)
def decoded(path: Path, decoder: DecoderName) -> Pixels:
    """A photo's pixels, decoded once; those of the other decoder only where they differ."""
    pixels = DECODERS[decoder](path)
    if decoder != "pillow":
        usual = decoded(path, "pillow")
        if np.array_equal(pixels, usual):
            return usual
    return pixels


@dataclass(kw_only=True, eq=False)
class Samples:
    """The samples of a metric, of one pipeline against another, by photo."""

    metric: Metric
    by_photo: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, photo: str, made: Any, wanted: Any) -> None:
        """Compare one view's results."""
        sample = self.metric.compare(made, wanted)
        if sample is not None:
            self.by_photo.setdefault(photo, []).append(sample)

    @property
    def per_photo(self) -> dict[str, Any]:
        """One sample a photo: the mean over its views."""
        return {
            photo: samples[0] if len(samples) == 1 else float(np.mean(samples))
            for photo, samples in self.by_photo.items()
        }


def evenly(photos: Sequence[Photograph], most: int) -> list[Photograph]:
    """At most so many photos, spread evenly over the set."""
    if len(photos) <= most:
        return list(photos)
    return [photos[int(i * len(photos) / most)] for i in range(most)]


def compare_all(
    looks: Iterator[Look], pairs: Mapping[str, tuple[Pipeline, Pipeline]], exam: Exam
) -> dict[str, tuple[Samples, ...]]:
    """Every metric of each pair of pipelines (made, wanted), by the pair's name."""
    found = {name: tuple(Samples(metric=metric) for metric in exam.metrics) for name in pairs}
    seen = 0
    for look in looks:
        seen += 1
        for name, (made, wanted) in pairs.items():
            results = look.result(made), look.result(wanted)
            for samples in found[name]:
                samples.add(look.view.photo, *results)
    if not seen:
        raise SpecError("none of the photos shows what the model looks for: name other --data")
    return found
