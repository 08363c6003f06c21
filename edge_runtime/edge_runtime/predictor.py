"""One model, ready: preprocess, run, decode, each timed."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

from edge_runtime.errors import BundleTampered, UnknownName
from edge_runtime.interpreter import Session
from edge_runtime.postprocess import Scene, TaskT
from edge_runtime.preprocess import crop_pixels, fit_pixels
from edge_runtime.results import Prediction, Timings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.bundle import Bundle
    from edge_runtime.geometry import Placement
    from edge_runtime.postprocess import Outputs
    from edge_runtime.spec import ModelEntry, SizeHW

Value = TypeVar("Value")
BACKENDS = {"litert": Session}


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What runs a model: the ``variant`` of the file (the one that ships, where it is not
    said), CPU ``threads``, ``backend`` (``litert``)."""

    variant: str | None = None
    threads: int = 1
    backend: str = "litert"

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise UnknownName("backend", self.backend, BACKENDS)


class Predictor(Generic[TaskT]):
    """A model of a bundle with its memory taken; one thread at a time may use it."""

    def __init__(
        self,
        bundle: Bundle,
        entry: ModelEntry,
        task: type[TaskT],
        runtime: Runtime | None = None,
        size_hw: SizeHW | None = None,
    ) -> None:
        """``task`` is the kind of model that is meant, ``size_hw`` its input's size.

        Raises ``UnknownName`` where the model is of another kind or has no such variant,
        ``BundleError`` where its file cannot be used, ``SpecError`` for a wrong size.
        """
        if not isinstance(entry.spec.task, task):
            same = [m.spec.id for m in bundle.manifest.models if isinstance(m.spec.task, task)]
            raise UnknownName("model for this task", entry.spec.id, same)
        runtime = runtime or Runtime()
        file, path = bundle.file(entry, runtime.variant, size_hw)
        self.task: TaskT = entry.spec.task
        self.spec = entry.spec
        self.variant = str(file.variant)
        self.labels = _labels(bundle, entry)
        self.size_hw = size_hw or file.size_hw
        self.session = BACKENDS[runtime.backend](path, runtime.threads, self.size_hw)

    def predict(
        self,
        rgb: NDArray[np.uint8],
        decode: Callable[[Outputs, Scene[TaskT]], Value],
        vectors: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> Prediction[Value]:
        """Run on a whole photo, brought to size by the spec's resize rule."""
        started = perf_counter()
        pixels, placement = fit_pixels(rgb, self.spec.image, self.size_hw)
        scene = self._scene(rgb, placement)
        return self._finish(
            started, {self.spec.image.name: pixels, **(vectors or {})}, scene, decode
        )

    def predict_crop(
        self,
        rgb: NDArray[np.uint8],
        placement: Placement,
        decode: Callable[[Outputs, Scene[TaskT]], Value],
    ) -> Prediction[Value]:
        """Run on the part of a photo that ``placement`` says."""
        started = perf_counter()
        pixels = crop_pixels(rgb, placement, self.size_hw)
        scene = self._scene(rgb, placement)
        return self._finish(started, {self.spec.image.name: pixels}, scene, decode)

    def _scene(self, rgb: NDArray[np.uint8], placement: Placement) -> Scene[TaskT]:
        height, width = rgb.shape[:2]
        return Scene(self.task, self.labels, placement, (width, height))

    def _finish(
        self,
        started: float,
        inputs: Mapping[str, NDArray[np.float32] | NDArray[np.uint8]],
        scene: Scene[TaskT],
        decode: Callable[[Outputs, Scene[TaskT]], Value],
    ) -> Prediction[Value]:
        prepared = perf_counter()
        outputs = self.session.run(inputs)
        ran = perf_counter()
        value = decode(outputs, scene)
        decoded = perf_counter()
        ms = Timings(
            preprocess=1000 * (prepared - started),
            run=1000 * (ran - prepared),
            postprocess=1000 * (decoded - ran),
        )
        return Prediction(value=value, model=self.spec.id, variant=self.variant, ms=ms)


def _labels(bundle: Bundle, entry: ModelEntry) -> tuple[str, ...]:
    """The labels, which have to be as many as the last output has classes."""
    labels = bundle.labels(entry.spec)
    classes = entry.spec.outputs[-1].shape[-1]
    if entry.spec.labels and len(labels) != classes:
        raise BundleTampered(
            f"{entry.spec.labels} has {len(labels)} labels, {entry.spec.id} {classes} classes: "
            "restore that file"
        )
    return labels
