from __future__ import annotations

import re

import pytest

from edge_calibration.health.findings import KINDS, Kind, found


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_says_what_to_do(kind: Kind) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.id)
    assert re.match(r"(add|keep|take|look)\b", kind.advice)


def test_a_finding_takes_severity_and_advice_from_its_kind() -> None:
    finding = found("leakage", "2 photos are there too", iter(["a", "b"]))
    assert (finding.id, finding.severity, finding.photos) == ("leakage", "error", ("a", "b"))
    assert finding.advice == KINDS["leakage"].advice


def test_an_unknown_kind_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        found("bad-taste", "no")
