from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_convert.graphdef_source import Field, fields, read_constants, run_source
from edge_runtime.errors import WeightsError


def varint(value: int) -> bytes:
    more = value >> 7
    return bytes([value & 0x7F | (0x80 if more else 0)]) + (varint(more) if more else b"")


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def part(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def single(value: float) -> bytes:
    return varint(5 << 3 | 5) + np.float32(value).tobytes()


def node(name: str, values: bytes, shape: tuple[int, ...], dtype: int = 1) -> bytes:
    """A ``Const`` as TensorFlow writes it; ``values`` is content or single numbers."""
    dimensions = b"".join(part(2, number(1, size)) for size in shape)
    tensor = number(1, dtype) + part(2, dimensions) + values
    attribute = part(1, b"value") + part(2, part(8, tensor))
    kind = part(1, b"dtype") + part(2, number(6, dtype))
    return part(
        1, part(1, name.encode()) + part(2, b"Const") + part(5, kind) + part(5, attribute)
    )


NUMBERS = np.arange(6, dtype="<f4") / 3
CASES = {
    "content": (part(4, NUMBERS.tobytes()), (2, 3), NUMBERS.reshape(2, 3)),
    "one for all": (single(0.5), (2, 2), np.full((2, 2), 0.5)),
    "one by one": (single(1) + single(2), (2,), np.array([1, 2])),
    "a scalar": (single(7), (), np.array(7)),
    "large": (part(4, np.ones(300, "<f4").tobytes()), (300,), np.ones(300)),
}


@pytest.mark.parametrize(("values", "shape", "wanted"), CASES.values(), ids=CASES)
def test_a_constant_is_read(
    tmp_path: Path, values: bytes, shape: tuple[int, ...], wanted: np.ndarray
) -> None:
    path = tmp_path / "graph.pb"
    path.write_bytes(node("scope/weights", values, shape))
    (name, found), *others = read_constants(path).items()
    assert (name, others) == ("scope/weights", [])
    assert found.dtype == np.float32
    assert found.shape == shape
    assert np.array_equal(found, wanted.astype(np.float32))


def test_what_is_no_float_constant_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "graph.pb"
    placeholder = part(1, part(1, b"image") + part(2, b"Placeholder"))
    integers = node("axes", part(4, np.arange(2, dtype="<i4").tobytes()), (2,), dtype=3)
    path.write_bytes(placeholder + integers + node("w", single(1), (1,)) + number(3, 24))
    assert list(read_constants(path)) == ["w"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (node("w", single(1), (1,))[:-3], "not a TensorFlow graph"),
        (b"\x0b\x00", "not a TensorFlow graph: wire type 3"),
        (b"\xff" * 4, "not a TensorFlow graph"),
        (b"", "no float32 constants"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "graph.pb"
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=message):
        read_constants(path)


def test_fields_come_in_order() -> None:
    message = number(1, 300) + part(2, b"ab") + varint(3 << 3 | 1) + bytes(8) + single(1)
    found = [
        (f.number, f.value if isinstance(f.value, int) else bytes(f.value))
        for f in fields(memoryview(message))
    ]
    one = np.float32(1).tobytes()
    assert found == [(1, 300), (2, b"ab"), (3, bytes(8)), (5, one)]
    assert next(fields(memoryview(message))) == Field(1, 300)


def test_a_graph_is_run_by_tensorflow(tmp_path: Path) -> None:
    float32 = part(2, number(6, 1))
    image = part(1, b"image") + part(2, b"Placeholder") + part(5, part(1, b"dtype") + float32)
    inputs = part(3, b"image") + part(3, b"w")
    product = part(1, b"y") + part(2, b"Mul") + inputs + part(5, part(1, b"T") + float32)
    path = tmp_path / "graph.pb"
    path.write_bytes(part(1, image) + node("w", single(3), (2,)) + part(1, product))
    given = {"image:0": np.array([[1, 2]], np.float32)}
    (made,) = run_source(path, given, ["y:0"])
    assert made.tolist() == [[3, 6]]
