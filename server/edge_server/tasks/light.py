"""The bundle's light models: the very files that the phone runs, by ``edge_runtime``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec

from edge_runtime import Lens, drawing, portrait, results, spec
from edge_runtime.compose import picture_behind
from edge_runtime.errors import BundleError, PocketLensError
from edge_runtime.errors import UnknownName as NotKnown
from edge_runtime.painting import Style
from edge_runtime.spec import Record
from edge_runtime.transparency import on_white
from edge_server.engine.interface import Servable
from edge_server.problems import InvalidParameter, ModelUnhealthy, Problem, UnknownName
from edge_server.tasks.classifying import distribution
from edge_server.tasks.filtering import FilterParams, filtered
from edge_server.tasks.task import ClassifyParams, EnlargeParams, NoParams, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.bundle import Bundle
    from edge_runtime.images import Photo
    from edge_runtime.results import Prediction
    from edge_runtime.spec import ModelEntry
    from edge_server.engine.interface import Answer
    from edge_server.heavy_model import Job
    from edge_server.tasks.task import Call

Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1)]
Word: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]
# What a model and its runtime take, roughly: the files are a few million bytes each.
_MEMORY = 100 * 2**20
# Of what takes long: one at a time, so that the light tasks keep their slots.
_LONG = "light-long"


class BackgroundParams(Record, frozen=True, kw_only=True):
    """``background``: ``transparent``, ``blur``, a CSS colour, or words such as
    ``rainbow,texture``; a picture sent as ``background_image`` goes before.
    """

    background: Word = "transparent"


class StyleParams(Record, frozen=True, kw_only=True):
    """``style``: one of the learnt styles (``7``) or a mix (``3:0.5,12:0.5``); a picture sent
    as ``style_image`` goes before.  ``strength`` of it, 0..1; ``keep_colours`` of the photo.
    """

    style: Word = "0"
    strength: Share = 1.0
    keep_colours: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a light model's runner is given: the task's parameters, and every photo.

    ``done`` is told the share that is done, 0..1, and raises where nobody waits any more.
    """

    by: Callable[[Lens, Asked], Prediction[Any]]
    photo: Photo
    model: str
    params: Any
    pictures: Mapping[str, Photo]
    done: Callable[[float], None] = field(default=lambda _share: None)


@dataclass(frozen=True, kw_only=True)
class _Light:
    name: str
    title: str
    kind: type
    result: type
    by: Callable[[Lens, Asked], Prediction[Any]]
    # What is told of that prediction's value.
    told: Callable[[Any], Any] = lambda value: value
    params: type[Record] = NoParams
    draw: Callable[[NDArray[np.uint8], Any], NDArray[np.uint8]] | None = None
    pictures: tuple[str, ...] = ()
    # The model that answers when a further picture came along.
    with_picture: str = ""
    # Whether ``decode=scaled`` may be said: its answer has no place in the photo.
    scales: bool = False
    # Whether a heavy model answers unless a light one is named.
    second: bool = False


def _background(lens: Lens, asked: Asked) -> Prediction[results.Picture]:
    mask = lens.segment(asked.photo, asked.model)
    photo, picture = asked.photo, asked.pictures.get("background_image")
    alpha = portrait.outlined(photo, mask.value)
    if picture is None:
        pixels = portrait.before_named(photo, alpha, asked.params.background)
    else:
        behind = picture_behind(on_white(picture.rgb, picture.alpha), photo.rgb)
        pixels = portrait.before(photo, alpha, behind)
    return results.Prediction(
        value=results.Picture(pixels=pixels), model=mask.model, variant=mask.variant, ms=mask.ms
    )


def _style(lens: Lens, asked: Asked) -> Prediction[results.Picture]:
    style = Style(
        mix=asked.params.style,
        picture=asked.pictures.get("style_image"),
        strength=asked.params.strength,
        keep_colours=asked.params.keep_colours,
    )
    return lens.style(asked.photo, style)


def _enlarged(lens: Lens, asked: Asked) -> Prediction[results.Picture]:
    return lens.super_resolution(asked.photo, asked.params.scale, asked.model, asked.done)


_TASKS = (
    _Light(
        name="segment",
        title="The probability of a person at every pixel",
        kind=spec.PortraitSegmentation,
        result=results.Mask,
        by=lambda lens, asked: lens.segment(asked.photo, asked.model),
    ),
    _Light(
        name="background",
        title="People in front of another background",
        kind=spec.PortraitSegmentation,
        result=results.Picture,
        by=_background,
        params=BackgroundParams,
        pictures=("background_image",),
    ),
    _Light(
        name="filter",
        title="Stickers, light, weather and another background, by faces and smiles",
        kind=spec.FaceExpression,
        result=results.Picture,
        by=filtered,
        params=FilterParams,
        pictures=("background_image",),
    ),
    _Light(
        name="faces",
        title="Faces, their boxes and six points",
        kind=spec.FaceDetection,
        result=results.Faces,
        by=lambda lens, asked: lens.faces(asked.photo, asked.model),
        draw=drawing.draw_faces,
    ),
    _Light(
        name="landmarks",
        title="Faces with 468 points each",
        kind=spec.FaceLandmarks,
        result=results.Faces,
        by=lambda lens, asked: lens.landmarks(asked.photo, asked.model),
        draw=drawing.draw_landmarks,
    ),
    _Light(
        name="smile",
        title="Faces, the probability of a smile and of each expression",
        kind=spec.FaceExpression,
        result=results.Faces,
        by=lambda lens, asked: lens.smile(asked.photo, asked.model),
        draw=drawing.draw_smiles,
    ),
    _Light(
        name="classify",
        title="What the photo shows: the best labels",
        kind=spec.ImageClassification,
        result=results.Labels,
        by=distribution,
        told=lambda found: found.best,
        params=ClassifyParams,
        scales=True,
        draw=drawing.draw_labels,
    ),
    _Light(
        name="objects",
        title="Objects and their boxes",
        kind=spec.ObjectDetection,
        result=results.Objects,
        by=lambda lens, asked: lens.detect(asked.photo, asked.model),
        draw=drawing.draw_objects,
    ),
    _Light(
        name="style",
        title="The photo painted in a learnt style, or in that of a picture",
        kind=spec.StyleTransfer,
        result=results.Picture,
        by=_style,
        params=StyleParams,
        pictures=("style_image",),
        with_picture="style-transfer-any",
    ),
    _Light(
        name="super-resolution",
        title="Twice or four times as large, by the network that the phone has",
        kind=spec.SuperResolution,
        result=results.Picture,
        by=_enlarged,
        params=EnlargeParams,
        second=True,
    ),
)


def light_tasks(bundle: Bundle) -> tuple[Task, ...]:
    """The tasks that the bundle has a model for."""
    made = ((light, _models(bundle, light.kind)) for light in _TASKS)
    return tuple(_task(bundle, light, models) for light, models in made if models)


def light_servables(bundle: Bundle) -> tuple[Servable, ...]:
    """Each model of the bundle, loaded once for every inference slot."""
    return tuple(_servable(bundle, entry) for entry in bundle.manifest.models)


def _models(bundle: Bundle, kind: type) -> tuple[str, ...]:
    """The models of a kind; the one that a :class:`Lens` takes by itself comes first."""
    specs = (entry.spec for entry in bundle.manifest.models)
    found = [model.id for model in specs if isinstance(model.task, kind)]
    return tuple(sorted(found, key=lambda id_: (id_ not in _DEFAULTS, id_)))


_DEFAULTS = {"portrait-segmentation", "face-detection-short"}


def _task(bundle: Bundle, light: _Light, models: tuple[str, ...]) -> Task:
    least = _least_hw(bundle, models[0]) if light.scales else None
    return Task(
        name=light.name,
        title=light.title,
        params=light.params,
        result=light.result,
        models=models,
        lighter=models if light.second else (),
        answer=partial(_answer, light),
        draw=light.draw,
        pictures=light.pictures,
        least_hw=lambda params: least if least and params.decode == "scaled" else None,
    )


def _least_hw(bundle: Bundle, model: str) -> tuple[int, int]:
    """Twice the model's input: a contract's resize halves a photo down to there, and what a
    JPEG's decoder scales by is a power of two as well.
    """
    height, width = bundle.entry(model).spec.image.sizes_hw[0]
    return 2 * height, 2 * width


def _answer(light: _Light, task: Task, call: Call) -> Answer:
    other = light.with_picture if call.pictures else ""
    asked = Asked(
        by=light.by,
        photo=call.photo,
        model=other or task.model_of(call.choice),
        params=call.params,
        pictures=call.pictures,
    )
    answer = call.submit(asked.model, asked).result()
    prediction: Prediction[Any] = answer.value
    return replace(
        answer,
        value=light.told(prediction.value),
        model=prediction.model,
        variant=prediction.variant,
    )


def _servable(bundle: Bundle, entry: ModelEntry) -> Servable:
    variant = entry.spec.ships["tflite"]
    long = isinstance(entry.spec.task, spec.SuperResolution)
    shipped = next(
        file for file in entry.files if (file.format, file.variant) == ("tflite", variant)
    )
    return Servable(
        id=entry.spec.id,
        load=lambda _device: LightRunner(bundle),
        available=lambda: True,
        variant=variant,
        sha256=lambda: shipped.sha256,
        own_slot=not long,
        lane=_LONG if long else "light",
        on="cpu" if long else "",
    )


class LightRunner:
    """A lens of one inference slot."""

    memory_bytes = _MEMORY

    def __init__(self, bundle: Bundle) -> None:
        self._lens = Lens(bundle)

    def run(self, jobs: Sequence[Job]) -> Sequence[Any]:
        """The predictions; each job's ``params`` is an :class:`Asked`."""
        return [self._one(job) for job in jobs]

    def _one(self, job: Job) -> Prediction[Any]:
        params: Any = job.params
        asked: Any = replace(params, done=job.done)
        try:
            return asked.by(self._lens, asked)  # type: ignore[no-any-return]
        except NotKnown as error:
            raise UnknownName(str(error)) from None
        except BundleError:
            raise ModelUnhealthy(
                f"{asked.model} cannot be loaded: its file is not the one of the manifest"
            ) from None
        except Problem:
            raise
        except PocketLensError as error:
            raise InvalidParameter(str(error)) from None

    def close(self) -> None:
        """Give the memory back."""
        del self._lens
