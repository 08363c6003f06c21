from __future__ import annotations

import msgspec
import pytest

from edge_server.search.records import KINDS, SearchParams


def test_everything_is_told_unless_less_is_asked_for() -> None:
    assert SearchParams().kind == KINDS[-1]
    assert msgspec.convert({"limit": 5, "kind": "near"}, SearchParams).limit == 5


@pytest.mark.parametrize("given", [{"limit": 0}, {"limit": 101}, {"kind": "other"}])
def test_parameters_have_their_ranges(given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, SearchParams)
