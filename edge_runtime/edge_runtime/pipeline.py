"""Photo in, result out: every task as the app does it.

::

    from edge_runtime import Lens
    lens = Lens()
    faces = lens.faces("selfie.jpg").value.faces
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from edge_runtime.bundle import Bundle
from edge_runtime.contract import FindFaces
from edge_runtime.enlarging import COMPACT, enlarge
from edge_runtime.images import Photo, open_photo
from edge_runtime.painting import Style, finished, paint_like, paint_mix
from edge_runtime.predictor import Predictor, Runtime
from edge_runtime.preprocess import use_threads
from edge_runtime.program import with_value
from edge_runtime.results import Faces, Picture, Prediction, Timings
from edge_runtime.spec import (
    FaceDetection,
    FaceExpression,
    FaceLandmarks,
    ImageClassification,
    ObjectDetection,
    PortraitSegmentation,
    SuperResolution,
)
from edge_runtime.transparency import with_alpha

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_runtime.images import Source
    from edge_runtime.results import Labels, Mask, Objects
    from edge_runtime.spec import SizeHW

TaskT = TypeVar("TaskT")
Value = TypeVar("Value")


class Lens:
    """The tasks of the app on the models of a bundle.

    Models are loaded when they are first needed and kept.  Each task takes a photo, its
    path or its bytes, and returns a ``Prediction``; it raises only ``PocketLensError``.
    ``bundle`` is a folder or an open ``Bundle``; without one the installed bundle is
    used.  One thread at a time may use a ``Lens``.
    """

    def __init__(
        self, bundle: Bundle | Path | str | None = None, runtime: Runtime | None = None
    ) -> None:
        if isinstance(bundle, str):
            bundle = Path(bundle)
        self.bundle = bundle if isinstance(bundle, Bundle) else Bundle.open(bundle)
        self.runtime = runtime or Runtime()
        self._predictors: dict[tuple[str, SizeHW | None, Runtime], Predictor[Any]] = {}
        use_threads(self.runtime.threads)

    def predictor(
        self, model_id: str, task: type[TaskT], size_hw: SizeHW | None = None
    ) -> Predictor[TaskT]:
        """The model of that id, which has to be of that kind, loaded once for each size."""
        return self._loaded(model_id, task, size_hw, self.runtime)

    def helper(self, model_id: str, task: type[TaskT]) -> Predictor[TaskT]:
        """A model that another one needs, in the variant that was asked for if there is
        one, else in the variant that ships."""
        runtime = self.runtime
        files = self.bundle.entry(model_id).files
        built = {file.variant for file in files if file.format == "tflite"}
        if runtime.variant not in built:
            runtime = replace(runtime, variant=None)
        return self._loaded(model_id, task, None, runtime)

    def segment(
        self, photo: Photo | Source, model: str = "portrait-segmentation"
    ) -> Prediction[Mask]:
        """The probability of a person at every pixel."""
        opened, decoded = _opened(photo)
        network = self.predictor(model, PortraitSegmentation)
        return _after(decoded, network.predict(opened.rgb))

    def background(
        self,
        photo: Photo | Source,
        background: str = "transparent",
        model: str = "portrait-segmentation",
    ) -> Prediction[Picture]:
        """The person in front of another background: RGBA where that is transparent.

        ``background``: ``transparent``, ``blur``, a CSS colour, the path of a picture, or
        words such as ``rainbow,texture``.  What is transparent in the photo stays so, also
        with ``blur``; any other background is seen there.
        """
        from edge_runtime.portrait import composed  # noqa: PLC0415  only this task needs it

        opened, decoded = _opened(photo)
        mask = self.segment(opened, model)
        started = perf_counter()
        pixels = composed(opened, mask.value, background)
        spent = Timings(postprocess=1000 * (perf_counter() - started))
        return Prediction(
            value=Picture(pixels=pixels),
            model=mask.model,
            variant=mask.variant,
            ms=decoded + mask.ms + spent,
        )

    def faces(
        self, photo: Photo | Source, model: str = "face-detection-short"
    ) -> Prediction[Faces]:
        """The faces with their boxes and six points."""
        opened, decoded = _opened(photo)
        network = self.predictor(model, FaceDetection)
        return _after(decoded, network.predict(opened.rgb))

    def landmarks(
        self, photo: Photo | Source, model: str = "face-landmarks"
    ) -> Prediction[Faces]:
        """The faces with 468 points each; what turns out to be none is left out."""
        return self._each_face(photo, self.predictor(model, FaceLandmarks))

    def smile(self, photo: Photo | Source, model: str = "smile") -> Prediction[Faces]:
        """The faces with the probability of a smile and of each expression."""
        return self._each_face(photo, self.predictor(model, FaceExpression))

    def style(
        self, photo: Photo | Source, style: Style | None = None, model: str | None = None
    ) -> Prediction[Picture]:
        """The photo painted in a style, as transparent as it is; see :class:`Style`."""
        style = style or Style()
        opened, decoded = _opened(photo)
        paint = paint_mix if style.picture is None else paint_like
        painted = paint(self, opened.rgb, style, model)
        started = perf_counter()
        pixels = with_alpha(finished(opened.rgb, painted.value.pixels, style), opened.alpha)
        ms = Timings(postprocess=1000 * (perf_counter() - started))
        return _after(decoded + ms, replace(painted, value=Picture(pixels=pixels)))

    def classify(
        self, photo: Photo | Source, model: str = "image-classification"
    ) -> Prediction[Labels]:
        """What the photo shows: the best labels."""
        opened, decoded = _opened(photo)
        network = self.predictor(model, ImageClassification)
        return _after(decoded, network.predict(opened.rgb))

    def detect(
        self, photo: Photo | Source, model: str = "object-detection"
    ) -> Prediction[Objects]:
        """The objects with their boxes."""
        opened, decoded = _opened(photo)
        network = self.predictor(model, ObjectDetection)
        return _after(decoded, network.predict(opened.rgb))

    def super_resolution(
        self,
        photo: Photo | Source,
        scale: int = 4,
        model: str = COMPACT,
        after: Callable[[float], None] = lambda _share: None,
    ) -> Prediction[Picture]:
        """The photo ``scale`` (2 or 4) times as high and as wide, with detail.

        ``after`` is told the share that is done, 0..1, now and then, and may raise to stop.
        """
        opened, decoded = _opened(photo)
        network = self.predictor(model, SuperResolution)
        return _after(decoded, enlarge(network, opened, scale, after))

    def _loaded(
        self, model_id: str, task: type[TaskT], size_hw: SizeHW | None, runtime: Runtime
    ) -> Predictor[TaskT]:
        key = (model_id, size_hw, runtime)
        known = self._predictors.get(key)
        if known is None or not isinstance(known.task, task):
            known = Predictor(self.bundle, self.bundle.entry(model_id), task, runtime, size_hw)
            self._predictors[key] = known
        return known

    def _each_face(self, photo: Photo | Source, network: Predictor[Any]) -> Prediction[Faces]:
        """Each face, with what the network sees in it; without those in which it sees none."""
        opened, total = _opened(photo)
        detector = self.helper(network.step(FindFaces).model, FaceDetection)
        found = detector.predict(opened.rgb)
        looks = [(face, network.predict_face(opened.rgb, face)) for face in found.value.faces]
        kept = (
            with_value(face, network.spec.program, look.value)
            for face, look in looks
            if look.value is not None
        )
        return Prediction(
            value=Faces(faces=tuple(kept)),
            model=network.spec.id,
            variant=network.variant,
            ms=sum((look.ms for _, look in looks), total + found.ms),
        )


def _opened(photo: Photo | Source) -> tuple[Photo, Timings]:
    if isinstance(photo, Photo):
        return photo, Timings()
    started = perf_counter()
    return open_photo(photo), Timings(decode=1000 * (perf_counter() - started))


def _after(ms: Timings, prediction: Prediction[Value]) -> Prediction[Value]:
    """The prediction with the time that was spent before or after it."""
    return replace(prediction, ms=ms + prediction.ms)
