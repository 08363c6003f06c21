"""Evaluate a model: every metric of every file, verdicts, waterfalls, sizes and times."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from edge_calibration.against_truth import TruthBook
from edge_calibration.evaluation import FLOAT, Pipeline, Samples, Sitting, compare_all, evenly
from edge_calibration.factory import open_factory
from edge_calibration.photos.augment import Augmentation, Flip, Light, Scale
from edge_calibration.photos.photo_set import check_labels, open_photos
from edge_calibration.photos.truth import labels_of
from edge_calibration.reports.report import Measured, PhotosUsed, Report, VariantReport
from edge_calibration.runs import VariantFile, variant_files
from edge_calibration.verdict import interval, judge, share_interval, within, worst
from edge_calibration.waterfall import waterfall
from edge_runtime.interpreter import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from edge_calibration.evaluation import Look
    from edge_calibration.photos.photo_set import PhotoSet
    from edge_calibration.photos.truth import Truth
    from edge_runtime.pipeline import Lens
    from edge_runtime.spec import Limit, ModelEntry, ModelSpec

CONVERTED = "fp32"
REFERENCE = "PyTorch module"
HALF = "fp16"
WALK_PHOTOS = 24
ROUNDS = 30
VARIATIONS: tuple[Augmentation, ...] = (Flip(), Light(stops=1.0), Scale(least=0.5))
FEW = 60
"""Of fewer photos each is also looked at in variations; its sample is their mean, and what
is counted and resampled is still the photo."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of every model: which photos, which variants (those that ship, where
    none is named), whether the waterfall is drawn, the seed of the bootstrap."""

    photos: PhotoSet
    variants: tuple[str, ...] = ()
    walk: bool = True
    seed: int = 0

    @classmethod
    def about(cls, data: str, variants: tuple[str, ...] = (), seed: int = 0) -> Question:
        """All photos of a committed set, or of a user's: see ``open_photos``."""
        photos = open_photos(data)
        return cls(photos=photos, variants=variants, seed=seed)


def evaluate(
    lens: Lens,
    model_id: str,
    question: Question,
    report: Callable[[str], None] = lambda _: None,
) -> Report:
    """Run the float network and every file on the photos and compare what they say.

    ``report`` is told each step.  Raises ``UnknownName`` for a model or variant that does
    not exist, ``SpecError`` where no photo shows what the model looks for.
    """
    entry = lens.bundle.entry(model_id)
    check_labels(question.photos, lens.bundle.labels(entry.spec) or _labels(question.photos))
    report("opening the files")
    files = variant_files(lens.bundle, entry, question.variants)
    sitting = open_sitting(lens, entry, files)
    photos = sitting.photos(question.photos.items)
    report(f"{len(photos)} photos")
    pairs = {file.name: (Pipeline(run=file.name), Pipeline()) for file in files}
    book = TruthBook(entry.spec, _truths(question.photos), tuple(pairs))
    variations = VARIATIONS if len(photos) < FEW else ()
    looks = _watched(sitting.looks(photos, variations), book)
    found = compare_all(looks, pairs, sitting.exam)
    variants = []
    for file in files:
        report(f"{file.name}: where it is lost")
        of_file = replace(
            _of_file(entry.spec, file, found[file.name], question.seed),
            truth=book.findings(file.name, question.seed),
        )
        variants.append(_completed(of_file, sitting, file, question))
    seen = next(iter(found.values()))[0].by_photo
    return Report(
        model=model_id,
        title=entry.spec.title,
        version=entry.spec.version,
        reference=REFERENCE,
        photos=_used(question, seen, variations),
        seed=question.seed,
        variants=tuple(variants),
    )


def open_sitting(lens: Lens, entry: ModelEntry, files: Sequence[VariantFile]) -> Sitting:
    """The float network, the float32 TFLite file and these files, ready to run."""
    runs = {file.name: file.open(entry.spec) for file in files}
    runs[FLOAT] = open_factory().network(entry.spec.id)
    converted = open_factory().tflite(entry.spec.id, "fp32")
    runs[CONVERTED] = Session(converted, threads=2).run
    return Sitting(spec=entry.spec, lens=lens, runs=runs)


def _watched(looks: Iterator[Look], book: TruthBook) -> Iterator[Look]:
    for look in looks:
        book.see(look)
        yield look


def _truths(photos: PhotoSet) -> dict[str, Truth]:
    return {item.name: item.truth for item in photos.items if item.truth is not None}


def _labels(photos: PhotoSet) -> set[str]:
    """Every label of the photos: a model without labels of its own minds none."""
    return {label for item in photos.items for label in labels_of(item.truth)}


def _used(
    question: Question, seen: dict[str, list[object]], variations: Sequence[Augmentation]
) -> PhotosUsed:
    return PhotosUsed(
        dataset=question.photos.name,
        sha256=question.photos.sha256,
        used=len(seen),
        views=sum(len(samples) for samples in seen.values()),
        skipped=question.photos.skipped,
        augmented=tuple(how.name() for how in variations),
    )


def _of_file(
    spec: ModelSpec, file: VariantFile, found: Sequence[Samples], seed: int
) -> VariantReport:
    limits = {limit.metric: limit for limit in spec.gates.accuracy}
    metrics = tuple(measured(s, limits.get(s.metric.name), seed) for s in found if s.by_photo)
    verdicts = [metric.verdict for metric in metrics if metric.verdict]
    verdict = worst(verdicts)
    return VariantReport(
        format=file.format,
        variant=file.variant,
        sha256=file.sha256,
        bytes=file.bytes,
        ships=spec.ships.get(file.format) == file.variant,
        verdict=verdict,
        metrics=metrics,
        note=half_precision_note(metrics) if file.variant == HALF and verdict != "PASS" else "",
    )


def half_precision_note(metrics: Sequence[Measured]) -> str:
    """Why a float16 file ships although it does not pass: there is nothing closer."""
    said = []
    for metric in metrics:
        if metric.verdict not in {None, "PASS"} and metric.limit:
            beyond = sum(not within(value, metric.limit) for value in metric.photos.values())
            said.append(f"{metric.metric}: {beyond} of {len(metric.photos)} photos beyond it")
    return (
        "float16 ships where no smaller file keeps the gate, and none is closer to float32 ("
        + "; ".join(said)
        + ")"
    )


def measured(samples: Samples, limit: Limit | None, seed: int) -> Measured:
    """The interval of a metric over the photos, and the verdict."""
    metric, per_photo = samples.metric, samples.per_photo
    values = list(per_photo.values())
    found = share_interval(values) if metric.shares else interval(values, metric.over, seed)
    return Measured(
        metric=metric.name,
        title=metric.title,
        unit=metric.unit,
        found=found,
        limit=limit,
        verdict=judge(found, limit) if limit else None,
        photos=_worst_first(samples),
    )


def _worst_first(samples: Samples) -> dict[str, float]:
    """Each photo's own number, rounded."""
    metric = samples.metric
    alone = {photo: metric.over([value]) for photo, value in samples.per_photo.items()}
    sign = 1 if metric.better == "more" else -1
    order = sorted(alone, key=lambda photo: (sign * alone[photo], photo))
    return {photo: float(f"{alone[photo]:.4g}") for photo in order}


def _completed(
    found: VariantReport, sitting: Sitting, file: VariantFile, question: Question
) -> VariantReport:
    """With the waterfall, and the size and time over the float32 file's."""
    tflite = file.format == "tflite"
    walk = None
    if question.walk:
        few = evenly(sitting.photos(question.photos.items), WALK_PHOTOS)
        converted = CONVERTED if tflite else None
        walk = waterfall(sitting.looks(few), sitting.exam, converted, file.name, question.seed)
    float_file = open_factory().tflite(sitting.spec.id, "fp32")
    found = replace(
        found, waterfall=walk, bytes_ratio=round(file.bytes / float_file.stat().st_size, 3)
    )
    if not tflite:
        return found
    milliseconds, ratio = latency(file.path, float_file)
    return replace(found, latency_ratio=ratio, latency_ms=milliseconds, machine=machine_class())


def machine_class() -> str:
    """What kind of machine this is: ``"x86_64, 2 cores, Linux"``."""
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"


def latency(path: Path, other: Path) -> tuple[float, float]:
    """How long one run of a TFLite file takes, in milliseconds and over one of another: the
    median of runs in turns, one thread."""
    sessions = Session(path), Session(other)
    for session in sessions:
        shapes = session.input_shapes.items()
        session.run({name: np.full(shape, 0.5, np.float32) for name, shape in shapes})
    pairs = [tuple(_timed(session) for session in sessions) for _ in range(ROUNDS)]
    milliseconds = median(1000 * mine for mine, _ in pairs)
    ratio = median(mine / theirs for mine, theirs in pairs)
    return float(f"{milliseconds:.2g}"), float(f"{ratio:.2g}")


def _timed(session: Session) -> float:
    started = perf_counter()
    session.invoke()
    return perf_counter() - started
