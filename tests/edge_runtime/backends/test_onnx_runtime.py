from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from edge_runtime.backends.onnx_runtime import PROVIDERS, OnnxRuntime
from edge_runtime.errors import BackendError, BundleError, SpecError, UnknownName

SHAPE = (1, 4, 6, 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """``doubled`` = 2 * image, ``root`` = vector to the power of a half."""
    inputs = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, SHAPE),
        helper.make_tensor_value_info("vector", TensorProto.FLOAT, (1, 2)),
    ]
    outputs = [
        helper.make_tensor_value_info("doubled", TensorProto.FLOAT, SHAPE),
        helper.make_tensor_value_info("root", TensorProto.FLOAT, (1, 2)),
    ]
    nodes = [
        helper.make_node("Add", ["image", "image"], ["doubled"]),
        helper.make_node("Sqrt", ["vector"], ["root"]),
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, tmp_path / "tiny.onnx")
    return tmp_path / "tiny.onnx"


def inputs(value: int = 3) -> dict[str, Any]:
    return {
        "image": np.full(SHAPE[1:], value, np.uint8),
        "vector": np.array([[4, 9]], np.float32),
    }


def test_outputs_come_by_name(path: Path) -> None:
    session = OnnxRuntime().open(path, "cpu", 2, (4, 6))
    made = session.run(inputs())
    np.testing.assert_array_equal(made["doubled"], np.full(SHAPE, 6, np.float32))
    np.testing.assert_array_equal(made["root"], [[2, 3]])
    assert session.input_shapes == {"image": SHAPE, "vector": (1, 2)}
    session.invoke()


def test_runs_do_not_touch_what_earlier_runs_returned(path: Path) -> None:
    session = OnnxRuntime().open(path, "cpu")
    first = session.run(inputs(3))["doubled"]
    session.run(inputs(5))
    assert (first == 6).all()


def test_another_size_is_refused(path: Path) -> None:
    with pytest.raises(SpecError, match="tiny.onnx cannot take a picture of 8x5"):
        OnnxRuntime().open(path, "cpu", size_hw=(5, 8))


def test_wrong_inputs_are_named(path: Path) -> None:
    with pytest.raises(SpecError, match="image"):
        OnnxRuntime().open(path, "cpu").run({**inputs(), "image": np.zeros((2, 2, 3))})


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_a_file_that_is_no_model_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.onnx").write_bytes(content)
    with pytest.raises(BundleError, match="broken.onnx .* convert it again") as caught:
        OnnxRuntime().open(tmp_path / "broken.onnx", "cpu")
    assert "\n" not in str(caught.value)


def test_only_what_the_package_has_is_offered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: built)
    assert OnnxRuntime().accelerators() == ("cpu", "cuda", "tensorrt")
    with pytest.raises(UnknownName, match="'openvino'"):
        OnnxRuntime().open(path, "openvino")


def test_a_provider_that_onnx_runtime_left_out_is_not_taken_for_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fallen:
        def get_providers(self) -> list[str]:
            return [PROVIDERS["cpu"]]

    built = list(PROVIDERS.values())
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: built)
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *_, **__: Fallen())
    with pytest.raises(BackendError, match="cuda, but its libraries or its device are missing"):
        OnnxRuntime().open(path, "cuda")


def test_a_run_that_fails_is_a_backend_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def run(self, *_: Any) -> None:
            raise RuntimeError("out of memory\nmore")

    session = OnnxRuntime().open(path, "cpu")
    session._session = Failing()
    with pytest.raises(BackendError, match=r"\(out of memory\)"):
        session.run(inputs())
