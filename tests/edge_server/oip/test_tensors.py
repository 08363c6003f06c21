from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from edge_server.oip import tensors
from edge_server.oip.tensors import (
    DTYPES,
    Tensor,
    checked_shape,
    from_raw,
    from_texts,
    from_values,
    to_raw,
    to_values,
)
from edge_server.problems import MalformedRequest, OutputTooLarge

SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@st.composite
def anything(draw: st.DrawFn) -> Tensor:
    datatype = draw(st.sampled_from(list(DTYPES)))
    return Tensor(
        name="x", datatype=datatype, array=draw(arrays.arrays(DTYPES[datatype], SHAPES))
    )


@st.composite
def elements(draw: st.DrawFn) -> Tensor:
    shape = draw(SHAPES)
    array = draw(arrays.arrays(object, shape, elements=st.binary(max_size=9)))
    return Tensor(name="x", datatype="BYTES", array=array)


@settings(max_examples=1500, deadline=None)
@given(anything())
def test_numbers_come_back_as_they_went(tensor: Tensor) -> None:
    back = from_raw("x", tensor.datatype, tensor.shape, to_raw(tensor))
    assert back.array.dtype == tensor.array.dtype
    assert back.array.tobytes() == tensor.array.tobytes()
    if np.isfinite(tensor.array).all():
        text = msgspec.json.decode(msgspec.json.encode(to_values(tensor)))
        read = from_values("x", tensor.datatype, tensor.shape, text)
        assert read.array.tobytes() == np.ascontiguousarray(tensor.array).tobytes()


@settings(max_examples=500, deadline=None)
@given(elements())
def test_bytes_come_back_as_they_went(tensor: Tensor) -> None:
    back = from_raw("x", "BYTES", tensor.shape, to_raw(tensor))
    assert back.shape == tensor.shape
    assert list(back.array.ravel()) == list(tensor.array.ravel())
    flat = list(tensor.array.ravel())
    assert from_texts("x", tensor.shape, flat).array.tolist() == tensor.array.tolist()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40), st.sampled_from(["BYTES", *DTYPES]), st.lists(st.integers(0, 9)))
def test_any_bytes_are_a_tensor_or_refused(
    content: bytes, datatype: str, shape: list[int]
) -> None:
    try:
        read = from_raw("x", datatype, checked_shape("x", shape), content)
    except MalformedRequest:
        return
    assert to_raw(read) == content


@pytest.mark.parametrize(
    "shape",
    [None, 3, "3", [-1, 3], [2**63, 1], [2**31], [1.5], [True], [[1]], [1] * 9, {"a": 1}],
)
def test_what_is_no_shape(shape: Any) -> None:
    with pytest.raises(MalformedRequest, match="not a list of whole numbers"):
        checked_shape("x", shape)


@pytest.mark.parametrize(
    ("datatype", "shape", "content", "said"),
    [
        ("UINT8", [2], b"abc", "3 bytes"),
        ("UINT8", [2**31 - 1] * 8, b"abc", "3 bytes"),  # nothing of that size is made
        ("FP32", [1], b"abc", "3 bytes"),
        ("BF16", [1], b"ab", "not known"),
        ("", [1], b"ab", "not known"),
        ("BOOL", [2], b"\x01\x02", "not 0 or 1"),
        ("BYTES", [1], b"\x05\x00\x00\x00abc", "longer than what is there"),
        ("BYTES", [1], b"\xff\xff\xff\xffabc", "longer than what is there"),
        ("BYTES", [1], b"\x01\x00", "longer than what is there"),
        ("BYTES", [2], b"\x01\x00\x00\x00a", "1 elements"),
    ],
)
def test_bytes_that_are_not_the_tensor(
    datatype: str, shape: list[int], content: bytes, said: str
) -> None:
    with pytest.raises(MalformedRequest, match=said):
        from_raw("x", datatype, shape, content)


@pytest.mark.parametrize(
    ("datatype", "shape", "values", "said"),
    [
        ("UINT8", [2], [1], "1 values"),
        ("UINT8", [1], [256], "not of UINT8"),
        ("UINT8", [1], [-1], "not of UINT8"),
        ("UINT8", [1], [1.0], "not of UINT8"),
        ("UINT8", [1], [True], "not of UINT8"),
        ("UINT8", [1], [None], "not of UINT8"),
        ("UINT8", [1], ["1"], "not of UINT8"),
        ("BOOL", [1], [1], "not of BOOL"),
        ("FP16", [1], [1e6], "not of FP16"),
        ("FP32", [1], [1e39], "not of FP32"),
        ("FP64", [1], [10**400], "not of FP64"),
        ("FP32", [1], [float("nan")], "not of FP32"),
        ("BYTES", [1], [1], "send texts"),
        ("UINT8", [1, 2], [[1], [2]], "not nested as"),
        ("UINT8", [2, 2], [[1, 2], 3], "3 values|2 values"),
        ("UINT8", [2, 2], [[1, 2, 3], [4]], "not nested as"),
        ("UINT8", [2], [[1], [2]], "not nested as"),
    ],
)
def test_values_that_are_not_the_tensor(
    datatype: str, shape: list[int], values: list[Any], said: str
) -> None:
    with pytest.raises(MalformedRequest, match=said):
        from_values("x", datatype, shape, values)


@pytest.mark.parametrize("values", [[1, 2, 3, 4], [[1, 2], [3, 4]]])
def test_values_are_flat_or_nested(values: list[Any]) -> None:
    assert from_values("x", "INT32", [2, 2], values).array.tolist() == [[1, 2], [3, 4]]


def test_more_numbers_than_are_written_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "MAX_VALUES", 3)
    with pytest.raises(OutputTooLarge, match="binary_data"):
        to_values(Tensor(name="x", datatype="UINT8", array=np.zeros(4, np.uint8)))
