"""``edge-calibrate data``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edge_calibration.cli import show
from edge_calibration.factory import open_factory
from edge_calibration.health.set_health import Health, health, measured_growth
from edge_calibration.health.survey import survey
from edge_calibration.photos.photo_set import open_photos
from edge_calibration.progress import Steps
from edge_runtime.pipeline import Lens

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from edge_calibration.health.range_growth import Growth
    from edge_calibration.health.set_health import Summary
    from edge_calibration.photos.photo_set import PhotoSet

PHOTOS = 6
"""How many photos of a finding are printed; the JSON has all."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What may be said behind ``data``."""
    parser.add_argument(
        "data", metavar="NAME|DIR", help="a committed set, a folder, a COCO JSON or a CSV"
    )
    parser.add_argument(
        "--against", metavar="NAME|DIR", help="the set that models are evaluated on"
    )
    parser.add_argument("--model", metavar="ID", help="whose ranges are to be enough")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the folder of the models")


def run(options: argparse.Namespace) -> int:
    """Look at a set of photos; 1 where something is found that spoils its numbers."""
    found = examined(options)
    show(options, found, list(health_lines(found)))
    return int(any(finding.severity == "error" for finding in found.findings))


def examined(options: argparse.Namespace) -> Health:
    """Everything that can be said about the set that was named."""
    photos = open_photos(options.data)
    against = open_photos(options.against) if options.against else None
    sets = [one for one in (photos, against) if one]
    lens = Lens(options.bundle)
    with Steps(len(sets) + bool(options.model)) as steps:
        facts = []
        for one in sets:
            facts.append(survey(one.items, lens, steps.model(one.name)))
            steps.done()
        grown = _grown(options.model, photos, against, steps)
    return health(photos, facts[0], (against, facts[1]) if against else None, grown)


def _grown(
    model: str | None, photos: PhotoSet, against: PhotoSet | None, steps: Steps
) -> Growth | None:
    if not model:
        return None
    steps.model(model)("measuring ranges")
    grown = measured_growth(open_factory(), model, photos, against)
    steps.done()
    return grown


def health_lines(found: Health) -> Iterator[str]:
    """As text."""
    for summary in (found.of, found.against):
        if summary:
            yield from _summary_lines(summary)
    if found.near is not None and found.against:
        yield f"{found.near:.0%} of {found.against.dataset!r} are near a photo of this set"
    if found.growth:
        yield from _growth_lines(found.growth)
    if not found.findings:
        yield "nothing was found that is wrong"
    for finding in found.findings:
        yield f"{finding.severity:8} {finding.id}: {finding.told}"
        if finding.photos:
            more = ", ..." if len(finding.photos) > PHOTOS else ""
            yield f"{'':8}   {', '.join(finding.photos[:PHOTOS])}{more}"
        yield f"{'':8}   {finding.advice}"


def _summary_lines(summary: Summary) -> Iterator[str]:
    tones = ", ".join(f"{count} {tone}" for tone, count in summary.tones.items())
    light, contrast = (
        f"{least:.2f} to {most:.2f}, median {middle:.2f}"
        for least, middle, most in (summary.brightness, summary.contrast)
    )
    yield f"{summary.dataset}  {summary.photos} photos, {summary.faces} with faces"
    yield f"  brightness {light}; contrast {contrast}; spread {summary.spread:.2f}"
    if tones:
        yield f"  skin tones of the faces, as photographed: {tones}"
    for skipped in summary.skipped:
        yield f"  skipped: {skipped}"


def _growth_lines(growth: Growth) -> Iterator[str]:
    counts = sorted({1, 2, 4, 8, 16, 32, 64, len(growth.curve)})
    curve = ", ".join(
        f"{growth.curve[count - 1]:.0%} after {count}"
        for count in counts
        if count <= len(growth.curve)
    )
    yield f"{growth.model}  ranges of {growth.tensors} tensors: {curve}"
    yield f"  a further photo is expected to widen them by {growth.next_photo:.2%}"
    if growth.beyond is not None:
        yield f"  the other set leaves them by {growth.beyond:.2%} of their width on average"
