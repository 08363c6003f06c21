"""One model, ready: the steps of its program before, at and after the run, each timed."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from edge_runtime.contract import Run, StepT, step_of
from edge_runtime.errors import BundleTampered, UnknownName
from edge_runtime.free_memory import check_fits
from edge_runtime.opening import Runtime as Runtime  # noqa: PLC0414  its public name
from edge_runtime.opening import open_model
from edge_runtime.program import View, check_program, execute
from edge_runtime.results import Prediction, Timings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.bundle import Bundle
    from edge_runtime.results import Face
    from edge_runtime.spec import ModelEntry, SizeHW
    from edge_runtime.windows import Window

TaskT = TypeVar("TaskT")
# What the largest of the models whose size can be chosen takes: style transfer, measured at
# 1024x1024 and 1536x1536.
_BYTES_A_PIXEL = 1500


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
        ``BundleError`` where its file cannot be used, ``SpecError`` for a wrong size or a
        program that makes no sense, ``PocketLensError`` for a size that memory does not hold.
        """
        if not isinstance(entry.spec.task, task):
            same = [m.spec.id for m in bundle.manifest.models if isinstance(m.spec.task, task)]
            raise UnknownName("model for this task", entry.spec.id, same)
        check_program(entry.spec)
        if size_hw is not None:
            _check_memory(entry.spec.id, size_hw)
        opened = open_model(bundle, entry, runtime or Runtime(), size_hw)
        self.task: TaskT = entry.spec.task
        self.spec = entry.spec
        self.variant = str(opened.file.variant)
        self.backend, self.accelerator = opened.backend, opened.accelerator
        self.labels = _labels(bundle, entry)
        self.size_hw = size_hw or opened.file.size_hw
        self.session = opened.session

    def step(self, kind: type[StepT]) -> StepT:
        """The program's step of that kind; ``SpecError`` where it has none."""
        return step_of(self.spec.program, kind)

    def predict(
        self, rgb: NDArray[np.uint8], vectors: Mapping[str, NDArray[np.float32]] | None = None
    ) -> Prediction[Any]:
        """Run on a whole photo; ``vectors`` are the inputs beside it."""
        return self._timed(self.view(rgb, vectors=vectors or {}))

    def predict_face(self, rgb: NDArray[np.uint8], face: Face) -> Prediction[Any]:
        """Run on one face of a photo; the value is none where it turns out to be none."""
        return self._timed(self.view(rgb, face=face))

    def predict_window(self, rgb: NDArray[np.uint8], window: Window) -> Prediction[Any]:
        """Run on one window of a photo."""
        view = self.view(rgb)
        view.window = window
        return self._timed(view)

    def view(
        self,
        rgb: NDArray[np.uint8],
        face: Face | None = None,
        vectors: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> View:
        """What :func:`edge_runtime.program.execute` needs for the model's program."""
        return View(
            rgb=rgb,
            size_hw=self.size_hw,
            run=self.session.run,
            labels=self.labels,
            face=face,
            vectors=vectors or {},
        )

    def _timed(self, view: View) -> Prediction[Any]:
        ms = {"preprocess": 0.0, "run": 0.0, "postprocess": 0.0}
        phase, value = "preprocess", None
        before = perf_counter()
        for step, value in execute(self.spec.program, view):  # noqa: B007  the last value
            if isinstance(step, Run):
                phase = "run"
            elif phase == "run":
                phase = "postprocess"
            now = perf_counter()
            ms[phase] += 1000 * (now - before)
            before = now
        return Prediction(
            value=value, model=self.spec.id, variant=self.variant, ms=Timings(**ms)
        )


def _check_memory(model: str, size_hw: SizeHW) -> None:
    """A size that memory does not hold would end the process, and perhaps others."""
    height, width = size_hw
    what = f"{model} at {width}x{height}"
    check_fits(_BYTES_A_PIXEL * width * height, what, "name a smaller size")


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
