"""NVIDIA's client against the server as a user starts it, and against what ``/v1`` says."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import numpy as np
import pytest
import tritonclient.grpc
import tritonclient.http
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tritonclient.utils import InferenceServerException

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.images import open_photo

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = SAMPLES / "obama.jpg"
CLIENTS = (tritonclient.http, tritonclient.grpc)


@dataclass
class Caller:
    """A client of one protocol, and its own classes."""

    of: ModuleType
    client: Any

    def input(self, name: str, array: np.ndarray[Any, Any], **given: Any) -> Any:
        kind = "BYTES" if array.dtype == object else "UINT8"
        made = self.of.InferInput(name, list(array.shape), kind)
        made.set_data_from_numpy(array, **given)
        return made

    def infer(self, model: str, *inputs: Any, **given: Any) -> dict[str, np.ndarray[Any, Any]]:
        result = self.client.infer(model, list(inputs), **given)
        record = result.get_response()
        outputs = record["outputs"] if isinstance(record, dict) else record.outputs
        names = [one["name"] if isinstance(one, dict) else one.name for one in outputs]
        return {name: result.as_numpy(name) for name in names}


@pytest.fixture
def callers(serve: Callable[..., Any]) -> Iterator[tuple[Any, list[Caller]]]:
    """The server, and a caller by each protocol."""
    server = serve("--grpc-port", "-1", "--threads", "1", "--requests-per-minute", "0")
    addresses = (server.address.removeprefix("http://"), server.grpc)
    made = [
        Caller(of, of.InferenceServerClient(address))
        for of, address in zip(CLIENTS, addresses, strict=True)
    ]
    yield server, made
    for one in made:
        one.client.close()


def encoded() -> np.ndarray[Any, Any]:
    return np.array([PHOTO.read_bytes()], object)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Bit for bit."""
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.dtype == other[name].dtype
        assert array.shape == other[name].shape
        assert array.tolist() == other[name].tolist(), name
    return True


def test_what_the_server_says_of_itself(callers: tuple[Any, list[Caller]]) -> None:
    for caller in callers[1]:
        client = caller.client
        assert client.is_server_live()
        assert client.is_server_ready()
        for version in ("", "1"):
            assert client.is_model_ready("faces", version)
            assert client.get_model_config("faces", version)
        assert not client.is_model_ready("depth")
    rest, grpc = (one.client for one in callers[1])
    names = [
        model["id"] for model in httpx.get(f"{callers[0].address}/v1/models").json()["models"]
    ]
    assert names
    for task in ("faces", "segment", "cut", "depth", "instances", "classify", "style"):
        there = grpc.get_model_metadata(task, as_json=True)
        for side in ("inputs", "outputs"):  # protobuf's JSON writes whole numbers as text
            for one in there[side]:
                one["shape"] = [int(length) for length in one["shape"]]
        assert rest.get_model_metadata(task) == there
    assert rest.get_server_metadata() == grpc.get_server_metadata(as_json=True)


def test_infer_is_what_the_runtime_says_bit_for_bit(
    callers: tuple[Any, list[Caller]],
) -> None:
    lens, photo = Lens(Bundle.open()), open_photo(PHOTO)
    faces = lens.landmarks(photo).value.faces
    expected: dict[str, dict[str, Any]] = {
        "segment": {"probability": lens.segment(photo).value.probability},
        "landmarks": {
            "boxes_xyxy": np.array([face.box_xyxy for face in faces], np.float32),
            "scores": np.array([face.score for face in faces], np.float32),
            "points": np.array([list(face.points.values()) for face in faces], np.float32),
            "landmarks": np.stack(
                [face.landmarks for face in faces if face.landmarks is not None]
            ),
        },
    }
    labels = lens.classify(photo).value.labels
    expected["classify"] = {
        "labels": np.array([one.label.encode() for one in labels], object),
        "scores": np.array([one.score for one in labels], np.float32),
    }
    for caller in callers[1]:
        for model, outputs in expected.items():
            found = caller.infer(model, caller.input("image_encoded", encoded()))
            assert same(found, outputs), (caller.of.__name__, model)


def test_infer_is_what_v1_says_bit_for_bit(callers: tuple[Any, list[Caller]]) -> None:
    server, both = callers

    def v1(path: str, accept: str) -> bytes:
        files = {"image": PHOTO.read_bytes()}
        headers = {"Accept": accept}
        answer = httpx.post(f"{server.address}{path}", files=files, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.content

    painted = np.asarray(Image.open(BytesIO(v1("/v1/style?style=7", "image/png"))))
    cut = np.asarray(Image.open(BytesIO(v1("/v1/cut?objects=person", "image/png"))))
    for caller in both:
        image = caller.input("image_encoded", encoded())
        found = caller.infer("style", image, parameters={"style": "7"})
        assert (found["pixels"] == painted).all()
        found = caller.infer("cut", image, parameters={"objects": "person"})
        assert found["found"].tolist() == [b"person"]
        assert (found["pixels"] == cut).all()


def test_every_way_of_sending_a_tensor_gives_the_same(
    callers: tuple[Any, list[Caller]],
) -> None:
    rest, grpc = callers[1]
    rgb = open_photo(PHOTO).rgb[::4, ::4]
    wanted = [
        [
            tritonclient.http.InferRequestedOutput(name, binary_data=binary)
            for name in ("boxes_xyxy", "points", "scores")
        ]
        for binary in (False, True)
    ]
    found = [
        grpc.infer("faces", grpc.input("image", rgb)),
        grpc.infer("faces", grpc.input("image", rgb[None])),
        *(
            rest.infer("faces", rest.input("image", rgb, binary_data=binary), outputs=outputs)
            for binary in (False, True)
            for outputs in (None, *wanted)
        ),
    ]
    assert len(found[0]["scores"]) == 1
    for other in found[1:]:
        assert same(dict(sorted(found[0].items())), dict(sorted(other.items())))


def test_what_is_refused_says_why(callers: tuple[Any, list[Caller]]) -> None:
    codes = {
        tritonclient.http: ("404", "400", "422"),
        tritonclient.grpc: (
            "StatusCode.NOT_FOUND",
            "StatusCode.INVALID_ARGUMENT",
            "StatusCode.INVALID_ARGUMENT",
        ),
    }
    for caller in callers[1]:
        image = caller.input("image", np.zeros((4, 4, 3), np.uint8))
        wrong = caller.input("picture", np.zeros((4, 4, 3), np.uint8))
        for code, said, model, one, parameters in zip(
            codes[caller.of],
            ("no such model", "no such input", "no parameter"),
            ("none", "faces", "faces"),
            (image, wrong, image),
            (None, None, {"x": "y"}),
            strict=True,
        ):
            with pytest.raises(InferenceServerException, match=said) as caught:
                caller.infer(model, one, parameters=parameters)
            assert caught.value.status() == code


def test_what_is_not_offered_is_refused(callers: tuple[Any, list[Caller]]) -> None:
    for caller in callers[1]:
        client = caller.client
        for act in (
            client.get_model_repository_index,
            lambda client=client: client.load_model("faces"),
            lambda client=client: client.unload_model("faces"),
            lambda client=client: client.register_system_shared_memory("a", "b", 1),
            client.get_cuda_shared_memory_status,
            client.get_inference_statistics,
            client.get_log_settings,
        ):
            with pytest.raises(InferenceServerException) as caught:
                act()
            assert caught.value.status() in {"404", "StatusCode.UNIMPLEMENTED"}


def test_a_message_of_more_than_the_limit(callers: tuple[Any, list[Caller]]) -> None:
    large = np.zeros((2700, 2700, 3), np.uint8)
    codes = []
    for caller in callers[1]:
        with pytest.raises(InferenceServerException, match="(?i)bytes|larger than") as caught:
            caller.infer("faces", caller.input("image", large))
        assert "decoding" not in str(caught.value)
        codes.append(caught.value.status())
        assert caller.client.is_server_live()
    assert codes == ["413", "StatusCode.RESOURCE_EXHAUSTED"]


def test_a_server_told_to_end_finishes_what_runs_over_grpc(
    callers: tuple[Any, list[Caller]],
) -> None:
    server, (_, grpc) = callers
    image = grpc.input("image_encoded", encoded())
    grpc.infer("background", image)
    ends: list[Any] = []
    for _ in range(3):
        grpc.client.async_infer(
            "background", [image], lambda result, error: ends.append(error or result)
        )
    until = time.monotonic() + 120
    while not _ran_again(server.address):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert server.end(signal.SIGTERM) == 0
    while len(ends) < 3:  # they are told by a thread of the client
        assert time.monotonic() < until
        time.sleep(0.02)
    refused = [one for one in ends if isinstance(one, InferenceServerException)]
    assert len(refused) < 3
    assert all(one.status() == "StatusCode.UNAVAILABLE" for one in refused)


def _ran_again(address: str) -> bool:
    told = httpx.get(f"{address}/metrics").text
    return (
        re.search(r'runs_total\{model="portrait-segmentation"\} ([2-9]|\d\d)', told) is not None
    )


def test_random_tensors_are_answered_or_refused_alike(
    callers: tuple[Any, list[Caller]],
) -> None:
    rest, grpc = callers[1]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.integers(0, 9), max_size=5),
        st.sampled_from([np.uint8, np.int8, np.float32, np.bool_, np.uint64]),
        st.booleans(),
        st.booleans(),
    )
    def check(shape: list[int], dtype: type, binary: bool, out: bool) -> None:
        array: np.ndarray[Any, Any] = np.ones(shape, dtype)
        ends: list[str | bytes] = []
        for caller in (rest, grpc):
            kinds = {"uint8": "UINT8", "int8": "INT8", "float32": "FP32"}
            kind = kinds.get(array.dtype.name, array.dtype.name.upper())
            one = caller.of.InferInput("image", shape, kind)
            one.set_data_from_numpy(
                array, **({"binary_data": binary} if caller is rest else {})
            )
            wanted = [caller.of.InferRequestedOutput("probability")]
            if caller is rest:
                wanted = [rest.of.InferRequestedOutput("probability", binary_data=out)]
            try:
                ends.append(
                    caller.infer("segment", one, outputs=wanted)["probability"].tobytes()
                )
            except InferenceServerException as error:
                ends.append(str(error.message()))
        assert ends[0] == ends[1]

    check()
