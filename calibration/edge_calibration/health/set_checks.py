"""What can be wrong with one set of photos, whatever it is for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.health.coverage import spread
from edge_calibration.health.findings import found
from edge_calibration.health.near_duplicates import pairs_within
from edge_calibration.photos.truth import ClassTruth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edge_calibration.health.findings import Finding
    from edge_calibration.health.survey import Facts
    from edge_calibration.sources import PhotoItem

FEW = 12
DARK, BRIGHT = 0.15, 0.85
"""The mean luma, in 0..1, below and above which a photo is dark or bright."""
FLAT = 0.06
"""The standard deviation of the luma below which a photo is flat."""
MOST = 0.8
"""The share of a set that may be of one kind."""
MANY_FLAT = 0.25
NARROW = 0.6
"""The mean distance of two photos below which a set shows one thing; committed sets: 0.9."""


def set_findings(facts: Sequence[Facts], items: Sequence[PhotoItem]) -> Iterator[Finding]:
    """The findings of a set of at least one photo."""
    if len(facts) < FEW:
        yield found("too-few", f"{len(facts)} photos, fewer than {FEW}")
    yield from _duplicates(facts)
    yield from _light(facts)
    yield from _kinds(facts, items)


def _duplicates(facts: Sequence[Facts]) -> Iterator[Finding]:
    pairs = pairs_within({one.name: one.print for one in facts})
    if pairs:
        named = dict.fromkeys(name for pair in pairs for name in (pair.one, pair.other))
        told = "; ".join(f"{pair.one} and {pair.other}" for pair in pairs[:3])
        more = "; ..." if len(pairs) > 3 else ""
        yield found("near-duplicates", f"{len(pairs)} pairs show the same: {told}{more}", named)


def _light(facts: Sequence[Facts]) -> Iterator[Finding]:
    count = len(facts)
    by_light = sorted(facts, key=lambda one: one.brightness)
    dark = [one.name for one in by_light if one.brightness < DARK]
    bright = [one.name for one in reversed(by_light) if one.brightness > BRIGHT]
    flat = sorted((one for one in facts if one.contrast < FLAT), key=lambda one: one.contrast)
    if len(dark) > MOST * count:
        yield found("all-dark", f"{len(dark)} of {count} photos are dark", dark)
    if len(bright) > MOST * count:
        yield found("all-bright", f"{len(bright)} of {count} photos are bright", bright)
    if len(flat) > MANY_FLAT * count:
        names = [one.name for one in flat]
        yield found("low-contrast", f"{len(flat)} of {count} photos are flat", names)


def _kinds(facts: Sequence[Facts], items: Sequence[PhotoItem]) -> Iterator[Finding]:
    apart = spread(np.stack([one.embedding for one in facts]))
    if len(facts) >= FEW and apart < NARROW:
        told = f"two photos differ by {apart:.2f} on average, in a varied set by 0.9"
        yield found("one-sided", told)
    labels = [item.truth.label for item in items if isinstance(item.truth, ClassTruth)]
    if len(labels) < FEW:
        return
    label, count = Counter(labels).most_common(1)[0]
    if count > MOST * len(labels):
        yield found("one-sided", f"{count} of {len(labels)} photos are of {label!r}")
