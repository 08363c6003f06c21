"""Golden vectors made: a model's cases traced, with tolerances from measured noise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec.structs import replace

from edge_convert.golden_files import Files, hashed
from edge_convert.golden_noise import by_another_decoder, noise, reference_run, result_noise
from edge_convert.golden_photos import CARD, make_photos
from edge_convert.golden_tolerance import left_open, rounded_up, tolerance, wider
from edge_runtime import contract as c
from edge_runtime.errors import VerificationError
from edge_runtime.golden import EXACT, Golden, GoldenCase, GoldenStage
from edge_runtime.images import open_photo
from edge_runtime.pipeline import Lens
from edge_runtime.predictor import Runtime
from edge_runtime.results import StyleVector
from edge_runtime.tracing import Request, Stage, result_of, trace
from edge_runtime.wire import result_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from edge_convert.golden_noise import Key
    from edge_runtime.golden import Noise, Values
    from edge_runtime.predictor import Predictor
    from edge_runtime.spec import ModelFile, ModelSpec

    Traced: TypeAlias = Sequence[Stage]

THREADS, KERNELS, DECODER = "two threads", "LiteRT's reference kernels", "FFmpeg decodes"
PEOPLE = ("portrait-exif6.jpg", "astronaut.png")
# By kind of task: the photos, the first of which is kept with all of its numbers.
PHOTOS_OF: Mapping[str, tuple[str, ...]] = {
    "portrait-segmentation": PEOPLE,
    "face-detection": PEOPLE,
    "face-landmarks": PEOPLE,
    "face-expression": PEOPLE,
    "style-transfer": ("astronaut.png",),
    "style-transfer-any": ("portrait-exif6.jpg",),
    "style-prediction": ("china-subsampled.jpg", "coffee.png"),
    "super-resolution": ("coffee.png",),
    "image-classification": ("cat-exif3.jpg", "coffee.png"),
    "object-detection": ("motorcycle-exif8.jpg", "coffee.png"),
}
MIX = "3:0.5,12:0.5"
STYLE = "china-subsampled.jpg"
ALL_NUMBERS = 620_000  # bytes: all but painted pictures, which are kept rounded
FEW_NUMBERS = 24_000  # bytes


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A case before it is traced: the photo, and the style where one is painted."""

    name: str
    photo: str
    size_hw: tuple[int, int]
    mix: str
    style: str


def make_golden(lens: Lens, spec: ModelSpec, folder: Path) -> tuple[Golden, dict[str, bytes]]:
    """The golden vectors of a model and the files beside them, by path below ``folder``.

    ``folder`` is the bundle's ``golden``; its photos are made where they are missing.
    Raises ``VerificationError`` where a harmless change changes what a result says.
    """
    make_photos(folder / "photos")
    maker = CaseMaker(lens, spec, folder / "photos")
    cases = [maker.case(asked) for asked in asked_of(spec)]
    golden = Golden(
        model=spec.id,
        version=spec.version,
        variant=spec.ships["tflite"],
        cases=tuple(cases),
    )
    return golden, maker.contents


def asked_of(spec: ModelSpec) -> list[Asked]:
    """The cases of a model: its photos at the smallest of its sizes, a card at each other.

    A canary needs one of each file; a photo would make that several times as large.
    """
    kinds = {type(step) for step in spec.program}
    smallest, *larger = sorted(spec.image.sizes_hw)
    photos = [(_stem(photo), photo, smallest) for photo in PHOTOS_OF[spec.kind]]
    cards = [(f"{_stem(CARD)}-{wide}x{high}", CARD, (high, wide)) for high, wide in larger]
    return [
        Asked(
            name=name,
            photo=photo,
            size_hw=size_hw,
            mix=MIX if c.MixStyles in kinds else "",
            style=STYLE if c.EmbedStyle in kinds else "",
        )
        for name, photo, size_hw in [*photos, *cards]
    ]


class CaseMaker:
    """Makes the cases of one model; ``contents`` are the files that they need."""

    def __init__(self, lens: Lens, spec: ModelSpec, photos: Path) -> None:
        self._lens = lens
        self._two = Lens(lens.bundle, Runtime(threads=2))
        self._spec = spec
        self._photos = photos
        self._references: dict[Path, Callable[..., Any]] = {}
        self.contents: dict[str, bytes] = {}

    def case(self, asked: Asked) -> GoldenCase:
        """One photo traced; of the model's first one every number is kept."""
        files = Files() if self.contents else Files(whole_up_to=ALL_NUMBERS)
        if asked.photo == CARD:
            files = Files(whole_up_to=FEW_NUMBERS, sample=FEW_NUMBERS)
        stages = self._trace(self._lens, asked)
        others = self._changed(asked)
        keeper = Keeper(
            spec=self._spec,
            asked=asked,
            files=files,
            noises={source: noise(source, stages, made) for source, made in others.items()},
            runs=self._noise_of_runs(asked, stages),
        )
        kept = tuple(keeper.stage(stage) for stage in stages)
        self.contents |= files.contents
        result = result_of(self._spec.program, stages)
        pixels, scores = self._result_noise(result, others)
        return GoldenCase(
            name=asked.name,
            sha256=self._file(asked).sha256,
            photo=f"photos/{asked.photo}",
            size_hw=asked.size_hw,
            mix=asked.mix,
            style_photo=f"photos/{asked.style}" if asked.style else "",
            stages=kept,
            result={} if isinstance(result, StyleVector) else result_record(result),
            pixels=rounded_up(0.01 + 3 * pixels),
            scores=rounded_up(1e-5 + 3 * scores),
        )

    def _trace(self, lens: Lens, asked: Asked, **change: Any) -> Traced:
        request = Request(
            **{
                "photo": open_photo(self._photos / asked.photo),
                "size_hw": asked.size_hw,
                "mix": asked.mix,
                "style": open_photo(self._photos / asked.style) if asked.style else None,
                **change,
            }
        )
        return list(trace(lens, self._spec.id, request))

    def _changed(self, asked: Asked) -> Mapping[str, Traced]:
        """The same case with each of the harmless changes."""
        photo = by_another_decoder(self._photos / asked.photo)
        made = {
            THREADS: self._trace(self._two, asked),
            KERNELS: self._trace(self._lens, asked, run_of=self._reference),
        }
        if asked.photo.endswith(".jpg"):
            made[DECODER] = self._trace(self._lens, asked, photo=photo)
        return made

    def _reference(self, predictor: Predictor[Any]) -> Callable[..., Any]:
        bundle, spec = self._lens.bundle, predictor.spec
        _, path = bundle.file(bundle.entry(spec.id), predictor.variant, predictor.size_hw)
        if path not in self._references:
            self._references[path] = reference_run(path)
        return self._references[path]

    def _file(self, asked: Asked) -> ModelFile:
        bundle = self._lens.bundle
        file, _ = bundle.file(bundle.entry(self._spec.id), size_hw=asked.size_hw)
        return file

    def _noise_of_runs(self, asked: Asked, stages: Traced) -> dict[Key, Noise | None]:
        """What the graph gives on the same tensors, by other kernels."""
        predictor: Predictor[Any] = self._lens.predictor(self._spec.id, object, asked.size_hw)
        found: dict[Key, Noise | None] = {}
        for before, after in pairwise(stages):
            if isinstance(self._spec.program[after.index], c.Run):
                made = self._reference(predictor)(before.value)
                other = Stage(index=after.index, face=after.face, value=made)
                found |= noise(KERNELS, [after], [other])
        return found

    def _result_noise(
        self, result: object, others: Mapping[str, Traced]
    ) -> tuple[float, float]:
        if isinstance(result, StyleVector):
            return 0.0, 0.0
        pixels, scores = 0.0, 0.0
        for source, made in others.items():
            off = result_noise(result, result_of(self._spec.program, made))
            if off is None:
                raise VerificationError(
                    f"{self._spec.id}: its result is another one with {source}: take other "
                    "photos in edge_convert/golden_cases.py"
                )
            pixels, scores = max(pixels, off[0]), max(scores, off[1])
        return pixels, scores


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Turns the stages of one case into records with tolerances.

    ``noises``: what each harmless change did to the whole case; ``runs``: what other kernels
    did to a graph's outputs on the same tensors.
    """

    spec: ModelSpec
    asked: Asked
    files: Files
    noises: Mapping[str, Mapping[Key, Noise | None]]
    runs: Mapping[Key, Noise | None]

    def stage(self, stage: Stage) -> GoldenStage:
        """The record of a stage; its arrays go to the files."""
        step = self.spec.program[stage.index]
        return GoldenStage(
            index=stage.index,
            step=str(step.__struct_config__.tag),
            face=stage.face,
            values=tuple(
                self._with_tolerances(step, stage, self._kept(step, stage, name))
                for name in stage.arrays
            ),
        )

    def _kept(self, step: c.Step, stage: Stage, name: str) -> Values:
        array = stage.arrays[name]
        small = self.asked.photo == CARD
        if isinstance(step, c.WriteTensor) or (small and isinstance(step, c.RoundPixels)):
            return hashed(name, array)
        if step.gives == "tensors" and array.ndim == 4 and array.shape[-1] == 3:
            return hashed(name, array)
        if isinstance(step, c.DecodePhoto):
            return self.files.keep(f"photos/{_stem(self.asked.photo)}.rgb", name, array)
        face = "" if stage.face is None else f"-face{stage.face}"
        tag = step.__struct_config__.tag
        stem = f"{self.spec.id}/{self.asked.name}-{stage.index}-{tag}{face}-{name}"
        return self.files.keep(stem, name, array)

    def _with_tolerances(self, step: c.Step, stage: Stage, values: Values) -> Values:
        key = (stage.index, stage.face, values.name)
        noises = {source: found.get(key) for source, found in self.noises.items()}
        run = self.runs.get(key)
        of_the_step: list[Noise | None] = [run] if run else []
        if isinstance(step, c.DecodePhoto):
            of_the_step = list(noises.values())
        elif isinstance(step, c.FindFaces | c.EmbedStyle):
            of_the_step = [noises[THREADS], noises[KERNELS]]
        given = tolerance(of_the_step, left_open(step)) or EXACT
        only_a_hash = not (values.numbers or values.path)
        whole = wider(given, step, stage.arrays[values.name])
        return replace(
            values,
            given=given,
            from_photo=None if only_a_hash else tolerance(list(noises.values()), whole),
            noise=tuple(found for found in (run, *noises.values()) if found is not None),
        )


def _stem(photo: str) -> str:
    return photo.partition(".")[0]
