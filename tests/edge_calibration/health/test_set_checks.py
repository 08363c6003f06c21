from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edge_calibration.health.set_checks import set_findings
from edge_calibration.health.survey import Facts
from edge_calibration.photos.truth import ClassTruth
from edge_calibration.sources import PhotoItem

Make = Callable[..., list[Facts]]


def ids(photos: Sequence[Facts], items: Sequence[PhotoItem] = ()) -> list[str]:
    return [finding.id for finding in set_findings(photos, items)]


def test_a_varied_set_has_no_findings(facts: Make) -> None:
    assert ids(facts(20)) == []


@pytest.mark.parametrize(
    ("photos", "wanted"),
    [
        (lambda facts: facts(5), ["too-few"]),
        (lambda facts: facts(20, brightness=0.1), ["all-dark"]),
        (lambda facts: facts(20, brightness=0.9), ["all-bright"]),
        (lambda facts: facts(14) + facts(6, 14, contrast=0.02), ["low-contrast"]),
        (lambda facts: facts(10) + facts(10, 10, brightness=0.1), []),
        (lambda facts: facts(19) + facts(1, 30, contrast=0.01), []),
    ],
    ids=["few", "dark", "bright", "flat", "half dark", "one flat"],
)
def test_light(photos: Callable[[Make], list[Facts]], wanted: list[str], facts: Make) -> None:
    assert ids(photos(facts)) == wanted


def test_the_darkest_is_named_first(facts: Make) -> None:
    dark = facts(20, brightness=0.1)
    dark[7] = replace(dark[7], brightness=0.01)
    (finding,) = set_findings(dark, ())
    assert finding.photos[0] == "p7"
    assert len(finding.photos) == 20


def test_a_photo_that_is_there_twice_is_found(facts: Make) -> None:
    photos = facts(15)
    photos.append(replace(photos[3], name="again"))
    (finding,) = set_findings(photos, ())
    assert finding.id == "near-duplicates"
    assert set(finding.photos) == {"p3", "again"}
    assert "again and p3" in finding.told


def test_a_set_that_shows_one_thing_is_one_sided(facts: Make) -> None:
    photos = facts(20)
    same = [replace(one, embedding=photos[0].embedding) for one in photos]
    assert ids(same) == ["one-sided"]


@pytest.mark.parametrize(("cats", "wanted"), [(15, []), (18, ["one-sided"])])
def test_a_set_of_one_class_is_one_sided(cats: int, wanted: list[str], facts: Make) -> None:
    items = [
        PhotoItem(
            name=f"p{at}", path=Path(), truth=ClassTruth(label="cat" if at < cats else "dog")
        )
        for at in range(20)
    ]
    assert ids(facts(20), items) == wanted
