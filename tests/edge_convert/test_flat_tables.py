from __future__ import annotations

from dataclasses import dataclass

import flatbuffers
import numpy as np
import pytest
from flatbuffers import number_types
from flatbuffers.table import Table as Reader
from numpy.typing import NDArray

from edge_convert.flat_tables import Nested, Table, pack


@dataclass(frozen=True, kw_only=True)
class Leaf(Table):
    member = 7

    word: str | None = None
    number: np.int8 | np.uint32 | np.float32 | None = None


@dataclass(frozen=True, kw_only=True)
class Tree(Table):
    unions = frozenset({"either"})

    before: np.uint32 | None = None
    either: Leaf | None = None
    several: tuple[Leaf, ...] | None = None
    words: tuple[str, ...] | None = None
    floats: NDArray[np.float32] | None = None
    nested: Nested | None = None


def root(data: bytes) -> Reader:
    return Reader(data, flatbuffers.encode.Get(number_types.UOffsetTFlags.packer_type, data, 0))


def place(table: Reader, slot: int) -> int:
    """Where a slot's value stands; 0 where it is left out."""
    offset = table.Offset(4 + 2 * slot)
    return table.Pos + offset if offset else 0


def child(table: Reader, slot: int) -> Reader:
    return Reader(table.Bytes, table.Indirect(place(table, slot)))


def test_fields_are_numbered_in_order_and_a_union_takes_two() -> None:
    made = root(
        pack(Tree(before=np.uint32(5), either=Leaf(word="x"), words=("a", "b")), b"ABCD")
    )
    assert made.Get(number_types.Uint32Flags, place(made, 0)) == 5
    assert made.Get(number_types.Uint8Flags, place(made, 1)) == 7
    assert child(made, 2).String(place(child(made, 2), 0)) == b"x"
    assert place(made, 3) == 0
    start = made.Vector(made.Offset(4 + 2 * 4))
    assert made.VectorLen(made.Offset(4 + 2 * 4)) == 2
    assert [made.String(start), made.String(start + 4)] == [b"a", b"b"]


def test_an_absent_union_keeps_its_two_slots() -> None:
    made = root(pack(Tree(several=(Leaf(word="1"), Leaf(word="2"))), b"ABCD"))
    assert [place(made, slot) for slot in (0, 1, 2)] == [0, 0, 0]
    assert made.VectorLen(made.Offset(4 + 2 * 3)) == 2


@pytest.mark.parametrize(
    ("value", "flags"),
    [
        (np.int8(-3), number_types.Int8Flags),
        (np.uint32(2**32 - 1), number_types.Uint32Flags),
        (np.float32(0.5), number_types.Float32Flags),
        (np.int8(0), number_types.Int8Flags),
    ],
)
def test_a_number_is_written_as_its_dtype_says(value: np.generic, flags: object) -> None:
    made = root(pack(Leaf(number=value), b"ABCD"))  # type: ignore[arg-type]
    assert place(made, 1)
    assert made.Get(flags, place(made, 1)) == value


@pytest.mark.parametrize("length", [1, 15, 16, 33])
@pytest.mark.parametrize("word", ["", "something odd"])
def test_nested_bytes_begin_at_a_multiple_of_sixteen(length: int, word: str) -> None:
    data = pack(Tree(nested=Nested(b"\x5a" * length), words=(word,)), b"ABCD")
    made = root(data)
    start = made.Vector(made.Offset(4 + 2 * 6))
    assert start % 16 == 0
    assert data[start : start + length] == b"\x5a" * length


def test_vectors_of_floats_and_the_identifier() -> None:
    data = pack(Tree(floats=np.array([1.5, -2], np.float32)), b"ABCD")
    made = root(data)
    floats = made.GetVectorAsNumpy(number_types.Float32Flags, made.Offset(4 + 2 * 5))
    assert floats.tolist() == [1.5, -2]
    assert data[4:8] == b"ABCD"


def test_the_same_table_gives_the_same_bytes() -> None:
    tree = Tree(before=np.uint32(1), either=Leaf(word="x"), words=("a", "b"))
    assert pack(tree, b"ABCD") == pack(tree, b"ABCD")
