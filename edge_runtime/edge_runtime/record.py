"""What everything that JSON holds is made of."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen, keyword-only record that JSON can hold; unknown fields are errors."""


class Step(Record, frozen=True, kw_only=True, tag_field="step"):
    """A step of a model's program: the kinds of value that it takes and gives, its numbers."""

    takes: ClassVar[str]
    gives: ClassVar[str]
