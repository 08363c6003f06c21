"""Rows 97 to 102, 107 to 109 of the catalogue, over HTTP."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from werkzeug.test import TestResponse

from edge_server.oip.json_requests import BINARY_INPUT, BINARY_OUTPUT, BINARY_OUTPUTS
from edge_server.oip.rest import JSON_LENGTH

IMAGE = {"name": "image", "datatype": "UINT8", "shape": [1, 2, 3], "data": [1, 2, 3, 4, 5, 6]}


def infer(world: Any, model: str = "held", **given: Any) -> Any:
    return world.http.post(f"/v2/models/{model}/infer", json={"inputs": [IMAGE]} | given)


def problem(response: TestResponse, status: int) -> str:
    """The code of a problem, which has both protocols' members."""
    record = json.loads(response.get_data())
    assert (response.status_code, record["status"]) == (status, status), record
    assert response.content_type == "application/json"
    assert record["error"] == record["detail"]
    assert record["instance"] == f"urn:uuid:{response.headers['X-Request-Id']}"
    assert "Traceback" not in record["error"]
    return str(record["code"])


def test_what_it_says_of_itself(world: Callable[..., Any]) -> None:
    get = world(held=True).http.get
    assert get("/v2/health/live").json == {"live": True}
    assert get("/v2/health/ready").json == {"ready": True}
    assert get("/v2").json["extensions"] == [
        "binary_tensor_data",
        "model_configuration",
        "parameters",
    ]
    for place in ("/v2/models/held", "/v2/models/held/versions/1"):
        record = get(place).json
        assert (record["name"], record["versions"]) == ("held", ["1"])
        assert [one["name"] for one in record["inputs"]] == ["image", "image_encoded"]
        assert record["outputs"] == [
            {"name": "probability", "datatype": "FP32", "shape": [-1, -1]}
        ]
        assert get(f"{place}/ready").json == {"name": "held", "ready": True}
        assert get(f"{place}/config").json["output"][0]["data_type"] == "TYPE_FP32"


def test_an_answer_has_the_numbers_as_they_are(world: Callable[..., Any]) -> None:
    record = infer(world(held=True), id="line\none").json
    assert record["id"] == "line\none"
    assert record["model_name"] == "held"
    assert record["parameters"] == {"model": "held", "sha256": "ab"}
    (output,) = record["outputs"]
    assert output["shape"] == [1, 2]
    expected = np.array([1, 4], np.float32) / np.float32(7)
    assert np.array(output["data"], np.float32).tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    "given",
    [
        {"outputs": [{"name": "probability", "parameters": {BINARY_OUTPUT: True}}]},
        {"parameters": {BINARY_OUTPUTS: True}},
        {"parameters": {BINARY_OUTPUTS: True}, "outputs": [{"name": "probability"}]},
    ],
)
def test_outputs_as_bytes(given: dict[str, Any], world: Callable[..., Any]) -> None:
    response = infer(world(held=True), **given)
    length = int(response.headers[JSON_LENGTH])
    record = json.loads(response.get_data()[:length])
    assert record["outputs"][0]["parameters"] == {"binary_data_size": 8}
    read = np.frombuffer(response.get_data()[length:], "<f4")
    assert read.tolist() == (np.array([1, 4], np.float32) / np.float32(7)).tolist()


@pytest.mark.parametrize(
    "path", ["none/infer", "held/versions/2/infer", "..%2fheld/infer", "x" * 5000 + "/infer"]
)
def test_a_model_that_is_not_there(path: str, world: Callable[..., Any]) -> None:
    client = world(held=True).http
    code = problem(client.post(f"/v2/models/{path}", json={"inputs": [IMAGE]}), 404)
    assert code in {"model-not-found", "not-found"}
    assert problem(client.get("/v2/models/none/ready"), 404) == "model-not-found"


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [1, 2, 4]},
        {"shape": [-1, 2, 3]},
        {"shape": [0, 2, 3], "data": []},
        {"shape": [2**63, 2**63, 3]},
        {"shape": [2**31 - 1, 2**31 - 1, 3]},
        {"shape": "1"},
        {"shape": None},
        {"datatype": "INT8"},
        {"datatype": "FP32"},
        {"datatype": "BF16"},
        {"datatype": "complex"},
        {"datatype": 7},
        {"name": "picture"},
        {"name": 7},
        {"name": "image_encoded"},
        {"name": "image_encoded", "datatype": "BYTES", "shape": [1], "data": [7]},
        {"name": "image_encoded", "datatype": "BYTES", "shape": [2], "data": ["a", "b"]},
        {"data": [1, 2, 3, 4, 5, 1e400]},
        {"data": [1, 2, 3, 4, 5, "6"]},
        {"data": [1, 2, 3, 4, 5, 256]},
        {"data": None},
        {"parameters": []},
        {"parameters": {BINARY_INPUT: 6}},
        {"parameters": {BINARY_INPUT: -1}},
        {"parameters": {"shared_memory_region": "mine"}},
    ],
)
def test_an_input_that_is_none(change: dict[str, Any], world: Callable[..., Any]) -> None:
    response = infer(world(held=True), inputs=[IMAGE | change])
    assert problem(response, 400) in {"malformed-request", "malformed-json"}


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": []},
        {"inputs": None},
        {"inputs": [7]},
        {"inputs": [IMAGE, IMAGE]},
        {"inputs": [IMAGE, {**IMAGE, "name": "other"}]},
        {"outputs": [{"name": "depth"}]},
        {"outputs": [{"name": "probability"}, {"name": "probability"}]},
        {"outputs": [{"name": "probability", "parameters": []}]},
        {"outputs": [{"name": "probability", "parameters": {"classification": 3}}]},
        {"outputs": [{"name": "probability", "parameters": {BINARY_OUTPUT: 1}}]},
        {"outputs": [{}]},
        {"outputs": {}},
        {"parameters": []},
        {"parameters": {BINARY_OUTPUTS: "yes"}},
        {"id": 7},
        {"id": "x" * 2**20},
    ],
)
def test_a_request_that_is_none(change: dict[str, Any], world: Callable[..., Any]) -> None:
    assert problem(infer(world(held=True), **change), 400) in {
        "malformed-request",
        "missing-image",
    }


@pytest.mark.parametrize("identity", ["\U0001f4f7", "a\r\nSet-Cookie: x", "x" * 1000])
def test_an_id_comes_back(identity: str, world: Callable[..., Any]) -> None:
    assert infer(world(held=True), id=identity).json["id"] == identity


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"inputs": NaN}', b'"\xff"', b"[" * 100_000]
)
def test_a_body_that_is_no_json_object(body: bytes, world: Callable[..., Any]) -> None:
    response = world(held=True).http.post("/v2/models/held/infer", data=body)
    assert problem(response, 400) in {"malformed-json", "malformed-request"}


def raw(world: Any, head: dict[str, Any], content: bytes, length: str | None) -> Any:
    encoded = json.dumps(head).encode()
    headers = {JSON_LENGTH: str(len(encoded)) if length is None else length}
    return world.http.post("/v2/models/held/infer", data=encoded + content, headers=headers)


def binary(size: Any, **change: Any) -> dict[str, Any]:
    one = {k: v for k, v in IMAGE.items() if k != "data"} | change
    return {"inputs": [one | {"parameters": {BINARY_INPUT: size}}]}


def test_an_input_as_bytes(world: Callable[..., Any]) -> None:
    here = world(held=True)
    answer = raw(here, binary(6), bytes(range(1, 7)), None).json
    assert answer["outputs"] == infer(here).json["outputs"]


@pytest.mark.parametrize(
    ("size", "content", "length"),
    [
        (6, bytes(6), "100000"),
        (6, bytes(6), "-1"),
        (6, bytes(6), "1e2"),
        (6, bytes(6), "9" * 5000),
        (6, bytes(6), ""),
        (6, bytes(6), "3"),
        (6, bytes(7), None),
        (6, bytes(5), None),
        (7, bytes(7), None),
        (2**63, bytes(6), None),
        (-6, bytes(6), None),
        ("6", bytes(6), None),
        (True, bytes(6), None),
        (0, b"", None),
    ],
)
def test_lengths_that_lie(
    size: Any, content: bytes, length: str | None, world: Callable[..., Any]
) -> None:
    response = raw(world(held=True), binary(size), content, length)
    assert problem(response, 400) in {"malformed-request", "malformed-json"}


def test_bytes_without_the_header_are_no_json(world: Callable[..., Any]) -> None:
    body = json.dumps(binary(6)).encode() + bytes(6)
    response = world(held=True).http.post("/v2/models/held/infer", data=body)
    assert problem(response, 400) == "malformed-json"


def test_an_element_that_lies_about_its_length(world: Callable[..., Any]) -> None:
    content = struct.pack("<I", 500) + b"abc"
    head = binary(7, name="image_encoded", datatype="BYTES", shape=[1])
    assert problem(raw(world(held=True), head, content, None), 400) == "malformed-request"


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"colour": "red"}, 422, "invalid-parameter"),
        ({"model": "other"}, 200, ""),  # this task does not look at it
        ({"timeout": 10**7}, 200, ""),
        ({"timeout": "soon"}, 422, "invalid-parameter"),
        ({"timeout": -1}, 422, "invalid-parameter"),
        ({"timeout": 1}, 504, "deadline-exceeded"),
        ({"priority": 1}, 422, "invalid-parameter"),
    ],
)
def test_parameters(
    parameters: dict[str, Any], status: int, code: str, world: Callable[..., Any]
) -> None:
    response = infer(world(held=True), parameters=parameters)
    assert response.status_code == status, response.json
    assert not code or problem(response, status) == code


def test_a_file_that_is_no_picture(world: Callable[..., Any]) -> None:
    given = {"name": "image_encoded", "datatype": "BYTES", "shape": [1], "data": ["<svg>"]}
    assert problem(infer(world(held=True), inputs=[given]), 415) == "unsupported-image-format"


def test_pixels_have_the_limits_of_pictures(world: Callable[..., Any]) -> None:
    here = world(held=True, max_side=4)
    wide = IMAGE | {"shape": [1, 5, 3], "data": [0] * 15}
    assert problem(infer(here, inputs=[wide]), 422) == "image-too-large"
    high = IMAGE | {"shape": [1, 5, 1, 3], "data": [0] * 15}
    assert problem(infer(here, inputs=[high]), 422) == "image-too-large"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v2/repository/index"),
        ("POST", "/v2/repository/models/held/load"),
        ("POST", "/v2/repository/models/held/unload"),
        ("POST", "/v2/systemsharedmemory/region/x/register"),
        ("GET", "/v2/cudasharedmemory/status"),
        ("GET", "/v2/models/held/stats"),
        ("POST", "/v2/models/held/generate"),
        ("POST", "/v2/logging"),
    ],
)
def test_what_is_not_offered(method: str, path: str, world: Callable[..., Any]) -> None:
    assert problem(world(held=True).http.open(path, method=method), 404) == "not-found"


def test_another_method(world: Callable[..., Any]) -> None:
    response = world(held=True).http.get("/v2/models/held/infer")
    assert problem(response, 405) == "method-not-allowed"
    assert "POST" in response.headers["Allow"]


def test_a_model_that_is_loaded_or_has_failed_is_not_ready(world: Callable[..., Any]) -> None:
    import threading

    here = world(held=True)
    here.held.load_go.clear()
    asking = threading.Thread(target=infer, args=(here,))
    asking.start()
    while here.services.engine.states()["held"].value != "loading":
        assert asking.is_alive()
    assert here.http.get("/v2/health/ready").status_code == 503
    response = here.http.get("/v2/models/held/ready")
    assert problem(response, 503) == "loading"
    assert response.headers["Retry-After"]
    here.held.load_go.set()
    asking.join(10)
    assert here.http.get("/v2/health/ready").status_code == 200


def test_a_model_that_has_failed_is_not_ready(world: Callable[..., Any]) -> None:
    here = world(held=True)
    here.held.broken = True
    for _ in range(5):
        infer(here)
    assert here.services.engine.states()["held"].value == "unhealthy"
    assert here.http.get("/v2/health/ready").status_code == 503
    assert here.http.get("/v2/health/live").status_code == 200
    assert problem(here.http.get("/v2/models/held/ready"), 503) == "model-unhealthy"
    assert problem(infer(here), 503) == "model-unhealthy"


def test_heavy_models_without_weights_are_not_ready_but_the_server_is(
    world: Callable[..., Any],
) -> None:
    here = world()
    assert problem(here.http.get("/v2/models/depth/ready"), 503) == "weights-missing"
    assert here.http.get("/v2/health/ready").json == {"ready": True}


def test_a_server_that_leaves_is_not_ready(world: Callable[..., Any]) -> None:
    here = world(held=True)
    here.left.set()
    assert here.http.get("/v2/health/ready").status_code == 503
    assert here.http.get("/v2/health/live").status_code == 200
    assert problem(here.http.get("/v2/models/held/ready"), 503) == "draining"
