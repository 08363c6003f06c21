from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from edge_calibration.health.coverage_checks import coverage_findings, near_share
from edge_calibration.health.survey import FaceSeen, Facts

LIGHT, DARK = 48.0, -50.0

Make = Callable[..., list[Facts]]
Others = Callable[[Make, Make], list[Facts]]


@pytest.fixture
def portraits(fact: Callable[..., Facts]) -> Make:
    def make(count: int, first: int, size: float, tone: float | None) -> list[Facts]:
        face = FaceSeen(size=size, tone=tone)
        return [fact(f"p{seed}", seed, [face]) for seed in range(first, first + count)]

    return make


@pytest.fixture
def base(facts: Make) -> list[Facts]:
    return facts(30)


def same_things(photos: list[Facts], others: list[Facts]) -> list[Facts]:
    """The others as photos of what the first show."""
    return [
        replace(other, embedding=photos[at % len(photos)].embedding)
        for at, other in enumerate(others)
    ]


def ids(photos: list[Facts], others: list[Facts]) -> list[str]:
    others = same_things(photos, others)
    return [finding.id for finding in coverage_findings(photos, others, "evaluation")]


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        (lambda facts, _: facts(60, 100), []),
        (
            lambda facts, _: facts(30, 100) + facts(30, 130, brightness=0.05),
            ["brightness-not-covered"],
        ),
        (
            lambda facts, _: facts(30, 100) + facts(30, 130, contrast=0.01),
            ["contrast-not-covered"],
        ),
        (
            lambda facts, portraits: facts(50, 100) + portraits(10, 150, 0.3, LIGHT),
            ["no-faces"],
        ),
        (lambda facts, portraits: facts(56, 100) + portraits(4, 156, 0.3, LIGHT), []),
    ],
    ids=["alike", "dark half", "flat half", "faces", "few faces"],
)
def test_what_the_other_set_has_and_this_has_not(
    others: Others, wanted: list[str], base: list[Facts], facts: Make, portraits: Make
) -> None:
    assert ids(base, others(facts, portraits)) == wanted


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        (lambda _, portraits: portraits(9, 200, 0.3, LIGHT), []),
        (lambda _, portraits: portraits(9, 200, 0.7, LIGHT), ["face-sizes-not-covered"]),
        (
            lambda _, portraits: portraits(6, 200, 0.3, LIGHT) + portraits(3, 206, 0.3, DARK),
            ["skin-tones-not-covered"],
        ),
        (lambda _, portraits: portraits(7, 200, 0.3, LIGHT) + portraits(2, 207, 0.3, DARK), []),
        (lambda _, portraits: portraits(9, 200, 0.3, None), []),
    ],
    ids=["alike", "nearer", "another tone", "too few of it", "grey"],
)
def test_faces_are_held_against_faces(
    others: Others, wanted: list[str], base: list[Facts], facts: Make, portraits: Make
) -> None:
    mine = base + portraits(6, 60, 0.3, LIGHT)
    assert ids(mine, facts(20, 100) + others(facts, portraits)) == wanted


def test_a_missing_tone_is_named_with_its_photos(
    base: list[Facts], facts: Make, portraits: Make
) -> None:
    mine = base + portraits(6, 60, 0.3, LIGHT)
    others = same_things(mine, facts(20, 100) + portraits(5, 200, 0.3, DARK))
    (finding,) = coverage_findings(mine, others, "evaluation")
    assert "'evaluation' has: dark (a proxy" in finding.told
    assert finding.photos == tuple(f"p{seed}" for seed in range(200, 205))


def test_a_photo_of_the_other_set_is_leakage(base: list[Facts], facts: Make) -> None:
    others = same_things(base, facts(40, 100))
    others[5] = replace(base[7], name="the same")
    (finding,) = coverage_findings(base, others, "evaluation")
    assert (finding.id, finding.severity, finding.photos) == ("leakage", "error", ("p7",))
    assert "p7 is the same there" in finding.told


def test_other_things_are_far(
    base: list[Facts], facts: Make, fact: Callable[..., Facts]
) -> None:
    """Every second of the others shows what another of them shows, none what is here."""
    others = [
        replace(one, embedding=fact("", 500 + at // 20).embedding)
        for at, one in enumerate(facts(60, 100))
    ]
    assert near_share(base, others) == 0
    (finding,) = coverage_findings(base, others, "evaluation")
    assert finding.id == "far-from-evaluation"
    assert "0% of 'evaluation'" in finding.told
    assert len(finding.photos) == 60
