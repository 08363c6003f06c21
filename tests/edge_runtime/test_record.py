from __future__ import annotations

import msgspec
import pytest

from edge_runtime.record import Record


class Pair(Record, frozen=True, kw_only=True):
    left: int
    right: int = 2


def test_a_record_is_frozen_and_hashable() -> None:
    assert hash(Pair(left=1)) == hash(Pair(left=1, right=2))
    with pytest.raises(AttributeError):
        Pair(left=1).left = 3  # type: ignore[misc]


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="up"):
        msgspec.json.decode(b'{"left": 1, "up": 2}', type=Pair)
