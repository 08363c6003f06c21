from __future__ import annotations

import json
from typing import Any

import pytest

from edge_server.oip.json_requests import read_request
from edge_server.problems import MalformedJson, MalformedRequest

PIXEL = {"name": "image", "datatype": "UINT8", "shape": [1, 1, 3]}


def body(**given: Any) -> bytes:
    return json.dumps({"inputs": [{**PIXEL, "data": [1, 2, 3]}], **given}).encode()


def binary(*sizes: Any, content: bytes = b"\1\2\3", **given: Any) -> tuple[bytes, str]:
    inputs = [{**PIXEL, "parameters": {"binary_data_size": size}} for size in sizes]
    head = json.dumps({"inputs": inputs, **given}).encode()
    return head + content, str(len(head))


def test_values_in_the_json() -> None:
    asked = read_request(body(id="one", parameters={"text": "a", "number": 2}), None)
    (tensor,) = asked.inputs
    assert tensor.array.tolist() == [[[1, 2, 3]]]
    assert (asked.id, asked.parameters) == ("one", {"text": ["a"], "number": 2})
    assert (asked.outputs, asked.binary) == ({}, False)


def test_values_behind_the_json() -> None:
    asked = read_request(*binary(3, 3, content=bytes(range(6))))
    assert [one.array.ravel().tolist() for one in asked.inputs] == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("given", "outputs"),
    [
        ({"outputs": [{"name": "a"}]}, {"a": False}),
        ({"outputs": [{"name": "a", "parameters": {"binary_data": True}}]}, {"a": True}),
        ({"outputs": [{"name": "a"}], "parameters": {"binary_data_output": True}}, {"a": True}),
        (
            {
                "outputs": [{"name": "a", "parameters": {"binary_data": False}}, {"name": "b"}],
                "parameters": {"binary_data_output": True},
            },
            {"a": False, "b": True},
        ),
    ],
)
def test_which_outputs_are_wanted_as_bytes(
    given: dict[str, Any], outputs: dict[str, bool]
) -> None:
    asked = read_request(body(**given), None)
    assert asked.outputs == outputs
    assert "binary_data_output" not in asked.parameters


@pytest.mark.parametrize("length", ["", "-1", "1.5", "1e3", "99999", "9" * 5000, "٣", "+3"])
def test_a_length_that_is_none(length: str) -> None:
    with pytest.raises(MalformedRequest, match="Inference-Header-Content-Length"):
        read_request(body(), length)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 10**5, b'{"id": NaN}'])
def test_what_is_no_json(content: bytes) -> None:
    with pytest.raises(MalformedJson):
        read_request(content, None)


@pytest.mark.parametrize(
    "given",
    [
        {"id": 1},
        {"id": "x" * 10**5},
        {"parameters": []},
        {"parameters": {"binary_data_output": 1}},
        {"inputs": {}},
        {"inputs": [1]},
        {"inputs": [{"name": "image"}]},
        {"inputs": [{**PIXEL, "data": "abc"}]},
        {"inputs": [{**PIXEL, "data": [1, 2, 3], "parameters": {"shared_memory": "x"}}]},
        {"inputs": [{**PIXEL, "data": [1], "parameters": {"binary_data_size": 0}}]},
        {"outputs": [{}]},
        {"outputs": [{"name": "a"}, {"name": "a"}]},
        {"outputs": [{"name": "a", "parameters": {"classification": 3}}]},
        {"outputs": None},
    ],
)
def test_what_is_no_request(given: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest):
        read_request(body(**given), None)


@pytest.mark.parametrize("content", [b"[]", b"1", b'"text"', b"null"])
def test_json_that_is_no_object(content: bytes) -> None:
    with pytest.raises(MalformedRequest, match="not an object"):
        read_request(content, None)


@pytest.mark.parametrize(
    "sizes", [(-1,), (True,), (3.0,), ("3",), (2,), (4,), (3, 1), (2**70,)]
)
def test_sizes_that_are_not_what_was_sent(sizes: tuple[Any, ...]) -> None:
    with pytest.raises(MalformedRequest):
        read_request(*binary(*sizes))
