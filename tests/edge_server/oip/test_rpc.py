"""Rows 98 to 109 of the catalogue, over gRPC."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest

from edge_server.oip import rpc
from edge_server.oip.messages import message

Code = grpc.StatusCode
PIXELS = bytes(range(1, 7))


def request(model: str = "held", **given: Any) -> bytes:
    """A request for the picture of two pixels, as raw bytes where nothing else is said."""
    change = given.pop("image", {})
    image = message("InferInput")(
        **{"name": "image", "datatype": "UINT8", "shape": [1, 2, 3]} | change
    )
    raws = {} if "contents" in change else {"raw_input_contents": [PIXELS]}
    made = message("ModelInferRequest")(
        **{"model_name": model, "inputs": [image]} | raws | given
    )
    content: bytes = made.SerializeToString()
    return content


def contents(**given: Any) -> Any:
    return message("InferTensorContents")(**given)


def parameter(**given: Any) -> Any:
    return message("InferParameter")(**given)


def answer(world: Any, content: bytes, **given: Any) -> Any:
    sent = world.rpc.call("ModelInfer", content, **given).result(20)
    return message("ModelInferResponse").FromString(sent)


def trailer(error: Any, name: str) -> Any:
    return dict(error.trailing_metadata()).get(name)


def wait(until: Callable[[], Any]) -> None:
    """Until it is so."""
    ends = time.monotonic() + 10
    while not until():
        assert time.monotonic() < ends
        time.sleep(0.01)


def settled(world: Any) -> None:
    """Until no slot is busy and nothing waits."""
    wait(lambda: not world.gauge("busy_slots") and not world.gauge("queue_depth"))


def test_what_it_says_of_itself(world: Callable[..., Any]) -> None:
    ask = world(held=True).rpc.ask
    assert ask("ServerLive").live
    assert ask("ServerReady").ready
    assert ask("ServerMetadata").name == "pocketlens"
    assert ask("ModelReady", name="held", version="1").ready
    assert [one.name for one in ask("ModelMetadata", name="held").inputs] == [
        "image",
        "image_encoded",
    ]
    assert ask("ModelConfig", name="held").config.output[0].data_type == 11


@pytest.mark.parametrize(
    "change", [{}, {"contents": contents(uint_contents=PIXELS)}, {"shape": [1, 1, 2, 3]}]
)
def test_an_answer_has_the_numbers_as_they_are(
    change: dict[str, Any], world: Callable[..., Any]
) -> None:
    given = answer(world(held=True), request(id="one", image=change))
    assert (given.id, given.model_name, given.model_version) == ("one", "held", "1")
    assert given.parameters["sha256"].string_param == "ab"
    assert (given.outputs[0].datatype, list(given.outputs[0].shape)) == ("FP32", [1, 2])
    expected = np.array([1, 4], np.float32) / np.float32(7)
    assert list(given.raw_output_contents) == [expected.tobytes()]


@pytest.mark.parametrize("method", ["ModelReady", "ModelMetadata", "ModelConfig", "ModelInfer"])
@pytest.mark.parametrize(
    "of", [("none", ""), ("held", "2"), ("../held", ""), ("x" * 10**4, "")]
)
def test_a_model_that_is_not_there(
    method: str, of: tuple[str, str], world: Callable[..., Any]
) -> None:
    names = ("model_name", "model_version") if method == "ModelInfer" else ("name", "version")
    content = message(f"{method}Request")(**dict(zip(names, of, strict=True)))
    error = world(held=True).rpc.refused(method, content.SerializeToString())
    assert (error.code(), trailer(error, "problem-code")) == (Code.NOT_FOUND, "model-not-found")


@pytest.mark.parametrize(
    "given",
    [
        {"image": {"shape": [1, 2, 4]}},
        {"image": {"shape": [-1, 2, 3]}},
        {"image": {"shape": [0, 2, 3]}},
        {"image": {"shape": [2**63 - 1] * 3}},
        {"image": {"shape": [2**31 - 1] * 8}},
        {"image": {"shape": [1] * 9}},
        {"image": {"datatype": "BF16"}},
        {"image": {"datatype": "FP16"}},
        {"image": {"datatype": "FP32"}},
        {"image": {"datatype": ""}},
        {"image": {"name": "other"}},
        {"image": {"name": "image_encoded", "datatype": "BYTES", "shape": [1]}},
        {"image": {"contents": contents(uint_contents=[1, 2])}},
        {"image": {"contents": contents(uint_contents=[256] * 6)}},
        {"image": {"contents": contents(int_contents=PIXELS)}},
        {"image": {"contents": contents(fp32_contents=[float("nan")] * 6), "datatype": "FP32"}},
        {"image": {"contents": contents(), "datatype": "FP16"}},
        {
            "image": {"contents": contents(uint_contents=PIXELS)},
            "raw_input_contents": [PIXELS],
        },
        {"image": {"parameters": {"shared_memory_region": parameter(string_param="x")}}},
        {"raw_input_contents": [PIXELS, PIXELS]},
        {"raw_input_contents": [b""]},
        {"inputs": []},
        {"inputs": [], "raw_input_contents": []},
        {"outputs": [message("InferRequestedOutput")(name="depth")]},
        {"outputs": [message("InferRequestedOutput")(name="probability")] * 2},
        {"parameters": {"model": parameter()}},
        {"parameters": {"colour": parameter(string_param="red")}},
        {"parameters": {"timeout": parameter(int64_param=-1)}},
        {"parameters": {"timeout": parameter(double_param=0.5)}},
        {"parameters": {"priority": parameter(uint64_param=1)}},
        {"id": "x" * 2**20},
    ],
)
def test_a_request_that_is_none(given: dict[str, Any], world: Callable[..., Any]) -> None:
    error = world(held=True).rpc.refused("ModelInfer", request(**given))
    assert error.code() is Code.INVALID_ARGUMENT, error
    assert "Traceback" not in (error.details() or "")


@pytest.mark.parametrize("identity", ["\U0001f4f7", "a\r\nb", "x" * 1000])
def test_an_id_comes_back(identity: str, world: Callable[..., Any]) -> None:
    assert answer(world(held=True), request(id=identity)).id == identity


def test_four_million_bytes_are_no_limit_but_the_bodys_is(world: Callable[..., Any]) -> None:
    here = world(held=True, max_body_bytes=6 * 2**20, max_side=10**7)
    side = 4 * 2**20 // 3 + 1  # one byte more than gRPC takes by default, and the message
    image = {"shape": [side, 1, 3]}
    given = answer(here, request(image=image, raw_input_contents=[bytes(3 * side)]))
    assert list(given.outputs[0].shape) == [side, 1]
    side = 2 * 2**20 + 1
    image = {"shape": [side, 1, 3]}
    content = request(image=image, raw_input_contents=[bytes(3 * side)])
    assert here.rpc.refused("ModelInfer", content).code() is Code.RESOURCE_EXHAUSTED
    assert answer(here, request()).outputs


def test_a_small_message_does_not_become_a_large_one(world: Callable[..., Any]) -> None:
    here = world(held=True)
    content = request(raw_input_contents=[bytes(10**6)])
    error = here.rpc.refused("ModelInfer", content, compression=grpc.Compression.Gzip)
    assert error.code() is Code.UNIMPLEMENTED


def test_a_deadline_frees_the_slot(world: Callable[..., Any]) -> None:
    here = world(held=True)
    answer(here, request())
    assert here.held.entered.acquire(timeout=10)
    here.held.go.clear()
    began = time.monotonic()
    error = here.rpc.refused("ModelInfer", request(), timeout=0.05)
    assert error.code() is Code.DEADLINE_EXCEEDED
    assert time.monotonic() - began < 5  # nobody lets it go
    here.held.go.set()
    settled(here)
    assert answer(here, request()).outputs


def test_the_parameter_timeout_is_a_deadline(world: Callable[..., Any]) -> None:
    here = world(held=True)
    here.held.go.clear()
    given = request(parameters={"timeout": parameter(int64_param=50_000)})
    error = here.rpc.refused("ModelInfer", given)
    assert error.code() is Code.DEADLINE_EXCEEDED
    assert trailer(error, "problem-code") == "deadline-exceeded"
    here.held.go.set()
    settled(here)


def test_what_is_cancelled_while_it_waits_is_never_computed(world: Callable[..., Any]) -> None:
    here = world(held=True)
    here.held.go.clear()
    first = here.rpc.call("ModelInfer", request())
    assert here.held.entered.acquire(timeout=10)
    second = here.rpc.call("ModelInfer", request())
    wait(lambda: here.gauge("queue_depth"))
    assert second.cancel()
    assert second.code() is Code.CANCELLED
    wait(lambda: not here.gauge("queue_depth"))
    here.held.go.set()
    first.result(10)
    settled(here)
    assert not here.held.entered.acquire(timeout=0.1)


def test_a_caller_who_hangs_up_is_heard_of(world: Callable[..., Any]) -> None:
    here = world(held=True)
    here.held.go.clear()
    first = here.rpc.call("ModelInfer", request())
    assert here.held.entered.acquire(timeout=10)
    other = type(here.rpc)(here.rpc.address)
    second = other.call("ModelInfer", request())
    wait(lambda: here.gauge("queue_depth"))
    other.channel.close()
    assert second.done()
    wait(lambda: not here.gauge("queue_depth"))
    here.held.go.set()
    first.result(10)


@pytest.mark.parametrize("method", ["ServerLive", "ModelReady", "ModelMetadata", "ModelInfer"])
def test_what_is_no_protobuf(method: str, world: Callable[..., Any]) -> None:
    call = world(held=True).rpc.call(method, b"\xff\xff\xff")
    if method == "ServerLive":  # whose message has nothing that would be read
        assert call.result(10)
    else:
        assert call.code() is Code.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "path",
    [
        "/inference.GRPCInferenceService/ModelStreamInfer",
        "/inference.GRPCInferenceService/ModelStatistics",
        "/inference.GRPCInferenceService/RepositoryIndex",
        "/inference.GRPCInferenceService/RepositoryModelLoad",
        "/inference.GRPCInferenceService/SystemSharedMemoryRegister",
        "/inference.GRPCInferenceService/CudaSharedMemoryRegister",
        "/inference.GRPCInferenceService/TraceSetting",
        "/inference.GRPCInferenceService/LogSettings",
        "/inference.Other/ModelInfer",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/",
    ],
)
def test_what_is_not_offered(path: str, world: Callable[..., Any]) -> None:
    future = world(held=True).rpc.channel.unary_unary(path).future(b"")
    assert future.code() is Code.UNIMPLEMENTED


def test_bytes_that_are_no_http2_harm_nobody(world: Callable[..., Any]) -> None:
    import socket

    here = world(held=True)
    host, port = here.rpc.address.rsplit(":", 1)
    for content in (
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(1000),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff",
    ):
        with socket.create_connection((host, int(port)), 5) as connection:
            connection.sendall(content)
    assert answer(here, request()).outputs


def test_a_stalled_call_holds_no_thread(world: Callable[..., Any]) -> None:
    """Calls whose message never ends, more than there are threads: others are answered."""
    here = world(held=True, request_threads=2)
    sent = threading.Event()

    def never() -> Any:
        sent.wait(20)
        yield b""

    stalled = [
        here.rpc.channel.stream_unary("/inference.GRPCInferenceService/ModelInfer").future(
            never()
        )
        for _ in range(8)
    ]
    time.sleep(0.2)
    assert answer(here, request(), timeout=5).outputs
    sent.set()
    for call in stalled:
        call.cancel()


def test_keys_are_asked_for_as_over_http(world: Callable[..., Any]) -> None:
    here = world(held=True, require_keys="yes")
    assert here.rpc.ask("ServerLive").live
    assert here.rpc.ask("ServerReady").ready
    error = here.rpc.refused("ModelInfer", request())
    assert (error.code(), trailer(error, "problem-code")) == (
        Code.UNAUTHENTICATED,
        "unauthenticated",
    )
    key = here.services.keys.add("one")
    other = here.services.keys.add("two", ("store",))
    for name, value in (("authorization", f"Bearer {key}"), ("x-api-key", key)):
        assert answer(here, request(), metadata=((name, value),)).outputs
    for value, code in (
        ("Bearer nothing", Code.UNAUTHENTICATED),
        (key, Code.UNAUTHENTICATED),
        (f"Bearer {other}", Code.PERMISSION_DENIED),
    ):
        given = (("authorization", value),)
        assert here.rpc.refused("ModelInfer", request(), metadata=given).code() is code


def test_the_rate_is_one_for_both_protocols(world: Callable[..., Any]) -> None:
    here = world(held=True, requests_per_minute=2)
    assert here.http.get("/v2").status_code == 200
    assert here.rpc.ask("ServerMetadata").name
    error = here.rpc.refused("ModelInfer", request())
    assert error.code() is Code.RESOURCE_EXHAUSTED
    assert trailer(error, "problem-code") == "rate-limited"
    assert int(trailer(error, "retry-after")) >= 1
    assert here.http.get("/v2").status_code == 429


def test_what_is_full_says_when_to_come_again(
    world: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world(held=True, threads=1, waiting=0)
    here.held.go.clear()
    taken = [here.rpc.call("ModelInfer", request()) for _ in range(2)]  # two permits a core
    assert here.held.entered.acquire(timeout=10)
    wait(lambda: here.gauge("queue_depth"))
    error = here.rpc.refused("ModelInfer", request())
    assert error.code() is Code.RESOURCE_EXHAUSTED
    assert trailer(error, "problem-code") == "overloaded"
    assert trailer(error, "retry-after") == "1"
    here.held.go.set()
    for call in taken:
        call.result(10)


def test_more_calls_than_there_is_room_for(world: Callable[..., Any]) -> None:
    here = world(held=True, request_threads=1)
    here.held.go.clear()
    calls = [here.rpc.call("ModelInfer", request()) for _ in range(4)]
    wait(lambda: sum(call.done() for call in calls) == 2)
    refused = [call for call in calls if call.done()]
    assert [call.code() for call in refused] == [Code.RESOURCE_EXHAUSTED] * 2
    here.held.go.set()
    for call in calls:
        if call not in refused:
            call.result(10)


def test_a_model_that_has_failed_is_not_ready(world: Callable[..., Any]) -> None:
    here = world(held=True)
    here.held.broken = True
    for _ in range(5):
        here.rpc.refused("ModelInfer", request())
    assert not here.rpc.ask("ServerReady").ready
    assert here.rpc.ask("ServerLive").live
    assert not here.rpc.ask("ModelReady", name="held").ready
    error = here.rpc.refused("ModelInfer", request())
    assert (error.code(), trailer(error, "problem-code")) == (
        Code.UNAVAILABLE,
        "model-unhealthy",
    )


def test_a_bug_says_nothing_of_itself(
    world: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_request: Any) -> Any:
        raise ZeroDivisionError("/secret/path")

    monkeypatch.setattr(rpc, "inputs_from", broken)
    error = world(held=True).rpc.refused("ModelInfer", request())
    assert error.code() is Code.INTERNAL
    assert "secret" not in str(error)


def test_no_memory_is_no_bug(
    world: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc, "inputs_from", lambda _: bytes(2**62))
    error = world(held=True).rpc.refused("ModelInfer", request())
    assert (error.code(), trailer(error, "problem-code")) == (Code.UNAVAILABLE, "memory")


def test_a_server_that_leaves_takes_nothing_new(world: Callable[..., Any]) -> None:
    here = world(held=True)
    here.held.go.clear()
    running = here.rpc.call("ModelInfer", request())
    assert here.held.entered.acquire(timeout=10)
    here.left.set()
    assert not here.rpc.ask("ServerReady").ready
    error = here.rpc.refused("ModelInfer", request())
    assert (error.code(), trailer(error, "problem-code")) == (Code.UNAVAILABLE, "draining")
    here.held.go.set()
    assert running.result(10)


def test_requests_are_named_and_counted(world: Callable[..., Any]) -> None:
    here = world(held=True)
    call = here.rpc.call("ServerLive", b"", metadata=(("x-request-id", "mine-0001"),))
    call.result(10)
    assert ("x-request-id", "mine-0001") in call.initial_metadata()
    call = here.rpc.call("ServerLive", b"", metadata=(("x-request-id", "a b"),))
    assert dict(call.initial_metadata())["x-request-id"] not in {"", "a b"}
    here.rpc.refused("ModelReady", message("ModelReadyRequest")(name="x").SerializeToString())
    for method, status, times in (("ServerLive", 200, 2), ("ModelReady", 404, 1)):
        line = f'{method}",status="{status}"}} {times}.0'
        wait(lambda line=line: line in here.http.get("/metrics").get_data(as_text=True))  # type: ignore[misc]
