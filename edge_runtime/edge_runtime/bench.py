"""``edge-run bench``: how long the bare graph takes, and the whole pipeline around it.

Bare and whole are measured in turns, so that whatever else the machine does falls on
both; what is reported are medians, of the ratio too.  For what needs a face first, the
bare time includes the detector's graph and one run of the model's own a face; of what is
enlarged in windows, both are one window's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias, cast

import cv2
import msgspec

from edge_runtime.bundle import Bundle
from edge_runtime.contract import EmbedStyle, FindFaces
from edge_runtime.errors import PocketLensError
from edge_runtime.images import Photo, open_photo
from edge_runtime.painting import Style
from edge_runtime.pipeline import Lens
from edge_runtime.predictor import Runtime
from edge_runtime.spec import (
    FaceDetection,
    FaceExpression,
    FaceLandmarks,
    ImageClassification,
    ObjectDetection,
    PortraitSegmentation,
    StylePrediction,
    StyleTransfer,
    StyleTransferAny,
    SuperResolution,
)
from edge_runtime.terminal import answer, complain, progress
from edge_runtime.testcard import draw_portrait

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.backends.interface import Session
    from edge_runtime.spec import ModelEntry, Task

    Whole: TypeAlias = Callable[[Lens, Photo, str], object]

SIZES_WH = ((640, 480), (1280, 960))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One model, variant and thread count: bytes of the file, milliseconds bare and, for
    each size of the photo, whole; ``ratio`` is whole over bare, round by round."""

    model: str
    variant: str
    threads: int
    bytes: int
    bare_ms: float
    whole_ms: dict[str, float]
    ratio: dict[str, float]


def _predict_style(lens: Lens, photo: Photo, model: str) -> object:
    return lens.predictor(model, StylePrediction).predict(photo.rgb)


def _enlarge_window(lens: Lens, photo: Photo, model: str) -> object:
    return lens.predictor(model, SuperResolution).predict(photo.rgb)


WHOLE: dict[type[Task], Whole] = {
    PortraitSegmentation: lambda lens, photo, model: lens.segment(photo, model),
    FaceDetection: lambda lens, photo, model: lens.faces(photo, model),
    FaceLandmarks: lambda lens, photo, model: lens.landmarks(photo, model),
    FaceExpression: lambda lens, photo, model: lens.smile(photo, model),
    StyleTransfer: lambda lens, photo, model: lens.style(photo, model=model),
    StyleTransferAny: lambda lens, photo, model: lens.style(photo, Style(picture=photo), model),
    StylePrediction: _predict_style,
    SuperResolution: _enlarge_window,
    ImageClassification: lambda lens, photo, model: lens.classify(photo, model),
    ObjectDetection: lambda lens, photo, model: lens.detect(photo, model),
}


def run_bench(args: Namespace) -> int:
    """Measure what the options name and print a line for each; returns the exit status."""
    if args.video:
        from edge_runtime.video.benchmark import run_video_bench  # noqa: PLC0415  seldom

        return run_video_bench(args)
    bundle = Bundle.open(args.bundle)
    ids = args.models or [entry.spec.id for entry in bundle.manifest.models]
    entries = [bundle.entry(model_id) for model_id in ids]
    photos = [_photo(args.photo, *size) for size in SIZES_WH]
    if not args.json:
        answer(heading())
    failed = False
    for entry, variant, threads in _cases(entries, args.variant, args.threads):
        progress(f"{entry.spec.id} {variant}, {threads} threads")
        try:
            lens = Lens(bundle, Runtime(variant=variant, threads=threads))
            row = measure(lens, entry, photos, args.rounds)
        except PocketLensError as error:
            complain(error)
            failed = True
        else:
            answer(msgspec.json.encode(row).decode() if args.json else line(row))
    return 1 if failed else 0


def _invoke_all(sessions: Sequence[Session]) -> None:
    for session in sessions:
        session.invoke()


def measure(lens: Lens, entry: ModelEntry, photos: Sequence[Photo], rounds: int) -> Row:
    """One model on each photo, in the variant and with the threads of the ``lens``."""
    model, task = entry.spec.id, type(entry.spec.task)
    file, _ = lens.bundle.file(entry, lens.runtime.variant)
    bare, whole, ratio = [], {}, {}
    for photo in photos:
        size = "x".join(map(str, photo.size_wh))
        sessions = _sessions(lens, entry, photo)
        alone, around, quotient = _in_turns(
            partial(_invoke_all, sessions),
            partial(WHOLE[task], lens, photo, model),
            rounds,
        )
        bare.append(alone)
        whole[size], ratio[size] = round(around, 3), round(quotient, 3)
    return Row(
        model=model,
        variant=file.variant,
        threads=lens.runtime.threads,
        bytes=file.bytes,
        bare_ms=round(median(bare), 3),
        whole_ms=whole,
        ratio=ratio,
    )


def heading() -> str:
    """The first line of the table that :func:`line` continues."""
    sizes = "".join(f"{f'{w}x{h} ms':>14}{'ratio':>7}" for w, h in SIZES_WH)
    return f"{'model':<32}{'variant':<23}{'threads':>7}{'bytes':>12}{'bare ms':>10}{sizes}"


def line(row: Row) -> str:
    """A row of the table."""
    sizes = "".join(f"{row.whole_ms[size]:>14.2f}{row.ratio[size]:>7.2f}" for size in row.ratio)
    head = f"{row.model:<32}{row.variant:<23}{row.threads:>7}{row.bytes:>12,}"
    return f"{head}{row.bare_ms:>10.2f}{sizes}"


def _cases(
    entries: Sequence[ModelEntry], variant: str | None, threads: Sequence[int]
) -> Iterator[tuple[ModelEntry, str, int]]:
    for entry in entries:
        built = {file.variant: None for file in entry.files if file.format == "tflite"}
        for name in [variant] if variant else built:
            for count in threads:
                yield entry, name, count


def _photo(path: Path | None, width: int, height: int) -> Photo:
    if path is None:
        return Photo(draw_portrait(width, height), name="drawn portrait")
    resized = cv2.resize(open_photo(path).rgb, (width, height), interpolation=cv2.INTER_AREA)
    return Photo(cast("NDArray[np.uint8]", resized), name=str(path))


def _sessions(lens: Lens, entry: ModelEntry, photo: Photo) -> list[Session]:
    """The graphs that the whole pipeline runs on this photo, one entry a run."""
    own = lens.predictor(entry.spec.id, type(entry.spec.task)).session
    for step in entry.spec.program:
        if isinstance(step, FindFaces):
            detector = lens.helper(step.model, FaceDetection)
            found = detector.predict(photo.rgb).value.faces
            return [detector.session, *[own] * len(found)]
        if isinstance(step, EmbedStyle):
            return [lens.helper(step.model, StylePrediction).session, own]
    return [own]


def _in_turns(
    bare: Callable[[], object], whole: Callable[[], object], rounds: int
) -> tuple[float, float, float]:
    """Medians of both in milliseconds and of whole over bare in the same round; the first
    two rounds do not count."""
    pairs = [(_timed(bare), _timed(whole)) for _ in range(rounds + 2)][2:]
    alone, around = zip(*pairs, strict=True)
    return median(alone), median(around), median(w / b for b, w in pairs)


def _timed(call: Callable[[], object]) -> float:
    started = perf_counter()
    call()
    return 1000 * (perf_counter() - started)
