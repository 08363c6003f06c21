"""Whether a set of photos is fit to calibrate with: everything that can be said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.health.coverage import spread
from edge_calibration.health.coverage_checks import coverage_findings, near_share
from edge_calibration.health.findings import Finding, found
from edge_calibration.health.range_growth import Growth, SeenRanges, growth
from edge_calibration.health.set_checks import set_findings
from edge_calibration.health.skin_tone import TONES, tone_of
from edge_runtime.contract import Resize, step_of
from edge_runtime.errors import DatasetError, SpecError
from edge_runtime.images import open_photo
from edge_runtime.preprocess import fit
from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from edge_calibration.factory import ModelFactory
    from edge_calibration.health.survey import Facts
    from edge_calibration.photos.photo_set import PhotoSet
    from edge_calibration.sources import PhotoItem
    from edge_runtime.spec import ModelSpec

GROWING = 0.01
"""What a further photo may add to the ranges, as a share of their width, on average."""
BEYOND = 0.01
"""How far the other set's photos may leave the ranges, on average."""
MOST_OTHERS = 48
"""Of the other set, the photos whose ranges are measured, evenly chosen."""


class Summary(Record, frozen=True, kw_only=True):
    """A set in numbers: luma in 0..1 (least, median, largest), ``spread``: the mean
    distance of two photos; photos with ``faces``; faces by tone of skin."""

    dataset: str
    sha256: str
    photos: int
    skipped: tuple[str, ...]
    brightness: tuple[float, float, float]
    contrast: tuple[float, float, float]
    spread: float
    faces: int
    tones: dict[str, int]


class Health(Record, frozen=True, kw_only=True):
    """What is known of a set: alone, against another (``near``: the share of its photos that
    are near this set), as what a model is calibrated with."""

    of: Summary
    against: Summary | None
    near: float | None
    growth: Growth | None
    findings: tuple[Finding, ...]


def health(
    photos: PhotoSet,
    facts: Sequence[Facts],
    against: tuple[PhotoSet, Sequence[Facts]] | None = None,
    grown: Growth | None = None,
) -> Health:
    """All findings of a set, the worst first."""
    findings = list(set_findings(facts, photos.items))
    if against:
        findings += coverage_findings(facts, against[1], against[0].name)
    if grown:
        findings += growth_findings(grown, against[0].name if against else "")
    order = ("error", "warning", "note")
    return Health(
        of=summary(photos, facts),
        against=summary(*against) if against else None,
        near=round(near_share(facts, against[1]), 3) if against else None,
        growth=grown,
        findings=tuple(sorted(findings, key=lambda one: order.index(one.severity))),
    )


def growth_findings(grown: Growth, name: str) -> Iterator[Finding]:
    """The findings about the ranges of a model's activations."""
    if grown.next_photo > GROWING:
        told = f"a further photo is expected to widen {grown.model}'s ranges by"
        yield found("ranges-growing", f"{told} {grown.next_photo:.1%}", grown.stretchers)
    elif grown.stretchers:
        told = (
            f"{len(grown.stretchers)} of {len(grown.curve)} photos: a fifth or more of a range"
            f" of {grown.model} comes from that photo alone"
        )
        yield found("one-photo-stretches", told, grown.stretchers)
    if grown.beyond is not None and grown.beyond > BEYOND:
        told = f"the photos of {name!r} leave {grown.model}'s ranges by {grown.beyond:.1%}"
        yield found("ranges-exceeded", f"{told} of their width", grown.leavers)


def summary(photos: PhotoSet, facts: Sequence[Facts]) -> Summary:
    """A set in numbers."""
    tones = [tone_of(face.tone) for one in facts for face in one.faces if face.tone is not None]
    return Summary(
        dataset=photos.name,
        sha256=photos.sha256,
        photos=len(facts),
        skipped=photos.skipped,
        brightness=_middle([one.brightness for one in facts]),
        contrast=_middle([one.contrast for one in facts]),
        spread=round(spread(np.stack([one.embedding for one in facts])), 3),
        faces=sum(bool(one.faces) for one in facts),
        tones={tone: tones.count(tone) for tone in TONES if tone in tones},
    )


def measured_growth(
    factory: ModelFactory, model_id: str, photos: PhotoSet, against: PhotoSet | None = None
) -> Growth:
    """How the ranges of a model's activations grow with the photos of a set.

    Raises ``SpecError`` for a model that takes more than a picture, ``DatasetError`` for a
    single photo.
    """
    spec = factory.spec(model_id)
    if spec.vectors:
        raise SpecError(f"{model_id} takes vectors: name a model that takes a picture alone")
    if len(photos.items) < 2:
        raise DatasetError(f"{photos.name} has one photo: growth needs two or more")
    seen = _seen(factory, spec, photos.items)
    if not against:
        return growth(model_id, seen)
    every = max(1, -(-len(against.items) // MOST_OTHERS))
    return growth(model_id, seen, _seen(factory, spec, against.items[::every]))


def _seen(factory: ModelFactory, spec: ModelSpec, items: Sequence[PhotoItem]) -> SeenRanges:
    ranges = factory.ranges(spec.id, _inputs(spec, items))
    return SeenRanges.of([item.name for item in items], ranges)


def _inputs(
    spec: ModelSpec, items: Iterable[PhotoItem]
) -> Iterator[Mapping[str, NDArray[np.float32]]]:
    resize, image = step_of(spec.program, Resize), spec.image
    for item in items:
        yield {image.name: fit(open_photo(item.path).rgb, resize, image.size_hw)[0]}


def _middle(values: Sequence[float]) -> tuple[float, float, float]:
    return round(min(values), 3), round(float(np.median(values)), 3), round(max(values), 3)
