"""What can be wrong with a set of photos next to the set that models are evaluated on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.health.coverage import NEAR, allowed_outside, near_limit, nearest, outside
from edge_calibration.health.findings import found
from edge_calibration.health.near_duplicates import pairs_between
from edge_calibration.health.skin_tone import TONES, tone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edge_calibration.health.findings import Finding
    from edge_calibration.health.survey import Facts

SLACK = 0.15
"""By how much the share of near photos may stay below that of a random part."""
FACES = 5
"""The photos with faces from which something can be said about faces."""
FACES_SHARE = 0.05
TONE_FACES = 3
"""The faces of a tone that another set has to have for the tone to be missed."""


def coverage_findings(
    facts: Sequence[Facts], others: Sequence[Facts], name: str
) -> Iterator[Finding]:
    """The findings of a set against the set ``name``, each of at least two photos."""
    yield from _leakage(facts, others, name)
    yield from _far(facts, others, name)
    for what in ("brightness", "contrast"):
        yield from _range(facts, others, name, what)
    yield from _faces(facts, others, name)


def near_share(facts: Sequence[Facts], others: Sequence[Facts]) -> float:
    """The share of the others that lie as near to the set as to a random part of their own."""
    return float(np.mean(_distances(facts, others) <= _limit(facts, others)))


def _leakage(facts: Sequence[Facts], others: Sequence[Facts], name: str) -> Iterator[Finding]:
    pairs = pairs_between(*({one.name: one.print for one in half} for half in (facts, others)))
    if pairs:
        told = "; ".join(f"{pair.one} is {pair.other} there" for pair in pairs[:3])
        more = "; ..." if len(pairs) > 3 else ""
        names = dict.fromkeys(pair.one for pair in pairs)
        yield found("leakage", f"{len(names)} photos are in {name!r} too: {told}{more}", names)


def _far(facts: Sequence[Facts], others: Sequence[Facts], name: str) -> Iterator[Finding]:
    apart, limit = _distances(facts, others), _limit(facts, others)
    share = float(np.mean(apart <= limit))
    if share < NEAR - SLACK:
        order = [at for at in np.argsort(-apart, kind="stable") if apart[at] > limit]
        told = (
            f"{share:.0%} of {name!r} are near a photo of this set, of a random part {NEAR:.0%}"
        )
        yield found("far-from-evaluation", told, (others[at].name for at in order))


def _range(
    facts: Sequence[Facts], others: Sequence[Facts], name: str, what: str
) -> Iterator[Finding]:
    values, wanted = (
        np.array([getattr(one, what) for one in half]) for half in (facts, others)
    )
    beyond = outside(values, wanted)
    allowed = allowed_outside(len(facts), len(others))
    if beyond.mean() > allowed:
        told = (
            f"the {what} of {beyond.mean():.0%} of {name!r} is outside this set's"
            f" {values.min():.2f} to {values.max():.2f} (by chance: up to {allowed:.0%})"
        )
        away = np.maximum(wanted - values.max(), values.min() - wanted)
        order = np.argsort(-away, kind="stable")[: beyond.sum()]
        yield found(f"{what}-not-covered", told, (others[at].name for at in order))


def _faces(facts: Sequence[Facts], others: Sequence[Facts], name: str) -> Iterator[Finding]:
    with_faces, wanted = ([one for one in half if one.faces] for half in (facts, others))
    if len(wanted) < max(FACES, FACES_SHARE * len(others)):
        return
    if not with_faces:
        told = f"no photo shows a face, {len(wanted)} of {len(others)} of {name!r} do"
        yield found("no-faces", told, (one.name for one in wanted))
    if len(with_faces) >= FACES:
        yield from _face_sizes(with_faces, wanted, name)
        yield from _tones(with_faces, wanted, name)


def _face_sizes(
    facts: Sequence[Facts], others: Sequence[Facts], name: str
) -> Iterator[Finding]:
    sizes = np.array([face.size for one in facts for face in one.faces])
    told = [(one.name, face.size) for one in others for face in one.faces]
    beyond = outside(sizes, np.array([size for _, size in told]))
    if beyond.mean() > allowed_outside(len(sizes), len(told)):
        names = [photo for (photo, _), out in zip(told, beyond, strict=True) if out]
        yield found(
            "face-sizes-not-covered",
            f"{beyond.mean():.0%} of the faces of {name!r} are larger or smaller than any here"
            f" ({sizes.min():.0%} to {sizes.max():.0%} of the shorter side)",
            dict.fromkeys(names),
        )


def _tones(facts: Sequence[Facts], others: Sequence[Facts], name: str) -> Iterator[Finding]:
    here, there = _by_tone(facts), _by_tone(others)
    missed = [tone for tone in TONES if len(there[tone]) >= TONE_FACES and not here[tone]]
    if missed:
        photos = dict.fromkeys(photo for tone in missed for photo in there[tone])
        told = f"no face here has a skin tone that {name!r} has: {', '.join(missed)}"
        yield found("skin-tones-not-covered", f"{told} (a proxy: ITA as photographed)", photos)


def _by_tone(facts: Sequence[Facts]) -> dict[str, list[str]]:
    """The photos of the faces of each tone, a name a face."""
    tones: dict[str, list[str]] = {tone: [] for tone in TONES}
    for one in facts:
        for face in one.faces:
            if face.tone is not None:
                tones[tone_of(face.tone)].append(one.name)
    return tones


def _distances(facts: Sequence[Facts], others: Sequence[Facts]) -> np.ndarray:
    here, there = (np.stack([one.embedding for one in half]) for half in (facts, others))
    return nearest(here, there)


def _limit(facts: Sequence[Facts], others: Sequence[Facts]) -> float:
    return near_limit(np.stack([one.embedding for one in others]), len(facts))
