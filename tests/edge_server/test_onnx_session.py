"""A tiny network in ONNX's own form, written here."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime")
onnx = pytest.importorskip("onnx")

from edge_server import onnx_session as module  # noqa: E402
from edge_server.onnx_session import OnnxSession, providers  # noqa: E402
from edge_server.problems import ModelUnhealthy  # noqa: E402


@pytest.fixture(scope="module")
def doubling() -> bytes:
    shape = ["n", 3]
    value = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Add", ["x", "x"], ["y"])],
        "doubling",
        [onnx.helper.make_tensor_value_info("x", value, shape)],
        [onnx.helper.make_tensor_value_info("y", value, shape)],
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=9)
    onnx.helper.set_model_props(model, {"character": "a\nb"})
    content: bytes = model.SerializeToString()
    return content


def test_it_runs_and_says_what_is_written_in_it(doubling: bytes) -> None:
    session = OnnxSession(doubling)
    for count in (1, 4):
        values = np.arange(3 * count, dtype=np.float32).reshape(count, 3)
        np.testing.assert_array_equal(session.run(values), 2 * values)
    assert session.metadata == {"character": "a\nb"}
    assert session.classes == 3


def test_bytes_that_are_no_network_are_the_models_fault(doubling: bytes) -> None:
    for content in (b"", b"not a network", doubling[: len(doubling) // 2]):
        with pytest.raises(ModelUnhealthy, match="pull its weights again"):
            OnnxSession(content)


@pytest.mark.parametrize(
    ("device", "built", "first"),
    [
        ("cpu", ["CUDAExecutionProvider", "CPUExecutionProvider"], "CPUExecutionProvider"),
        ("cuda:1", ["CPUExecutionProvider"], "CPUExecutionProvider"),
        (
            "cuda:1",
            ["CUDAExecutionProvider", "CPUExecutionProvider"],
            ("CUDAExecutionProvider", {"device_id": 1}),
        ),
    ],
)
def test_a_device_is_used_where_the_package_can(
    device: str, built: list[str], first: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.onnxruntime, "get_available_providers", lambda: built)
    made = providers(device)
    assert made[0] == first
    assert made[-1] == "CPUExecutionProvider"
