"""FlatBuffers tables as frozen dataclasses, packed without generated code.

A subclass of :class:`Table` lists a schema's fields in the schema's order, which is what
numbers them.  A value says by its type how it is written: numpy scalars and vectors by
their dtype, text, tables, and tuples of tables or texts.  ``None`` is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import flatbuffers
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

ALIGNMENT = 16  # of the bytes that ``Nested`` holds


@dataclass(frozen=True, kw_only=True)
class Table:
    """The root of all tables.

    ``unions``: the fields that hold one of several tables, which take two slots each.
    ``member``: the number of a table that is part of a union.
    """

    unions: ClassVar[frozenset[str]] = frozenset()
    member: ClassVar[int] = 0


class Nested(bytes):
    """A FlatBuffer inside another one, as bytes whose start is aligned."""

    __slots__ = ()


def pack(root: Table, identifier: bytes) -> bytes:
    """The FlatBuffer of a table; the same table gives the same bytes."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(_table(builder, root), identifier)
    return bytes(builder.Output())


def _table(builder: flatbuffers.Builder, table: Table) -> int:
    """Children come first: a FlatBuffer is written from its end."""
    written = [(slot, _child(builder, value)) for slot, value in _slots(table)]
    builder.StartObject(_slot_count(table))
    for slot, value in written:
        _put(builder, slot, value)
    return int(builder.EndObject())


def _slots(table: Table) -> Iterator[tuple[int, Any]]:
    """What is there, by slot; before a member of a union comes its number."""
    slot = 0
    for one in fields(table):
        value = getattr(table, one.name)
        if one.name in table.unions:
            if value is not None:
                yield slot, np.uint8(value.member)
            slot += 1
        if value is not None:
            yield slot, value
        slot += 1


def _slot_count(table: Table) -> int:
    return len(fields(table)) + len(table.unions)


def _child(builder: flatbuffers.Builder, value: Any) -> Any:
    """The offset of what a table refers to; a number stays what it is."""
    if isinstance(value, np.generic):
        return value
    if isinstance(value, Table):
        return _table(builder, value)
    if isinstance(value, str):
        return builder.CreateString(value)
    if isinstance(value, Nested):
        return aligned_bytes(builder, value)
    if isinstance(value, np.ndarray):
        return builder.CreateNumpyVector(value)
    offsets = [_child(builder, one) for one in value]
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()


def _put(builder: flatbuffers.Builder, slot: int, value: Any) -> None:
    """A number is written also where it is zero: nobody has to know the default."""
    if isinstance(value, np.generic):
        getattr(builder, f"Prepend{value.dtype.name.capitalize()}")(value.item())
        builder.Slot(slot)
    else:
        builder.PrependUOffsetTRelativeSlot(slot, value, 0)


def aligned_bytes(builder: flatbuffers.Builder, data: bytes) -> int:
    """The offset of a vector of bytes that begins at a multiple of 16."""
    builder.Prep(ALIGNMENT, len(data))
    return int(builder.CreateByteVector(data))
