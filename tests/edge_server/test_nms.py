"""NMS against cases worked by hand, a plain loop, and ONNX Runtime's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from edge_server.networks.nms import nms  # noqa: E402

SIDE = [0.0, 0.0, 10.0, 10.0]


@pytest.mark.parametrize(
    ("boxes", "scores", "threshold", "kept"),
    [
        ([], [], 0.5, []),
        ([SIDE], [0.3], 0.5, [0]),
        ([SIDE, SIDE], [0.3, 0.9], 0.5, [1]),
        ([SIDE, SIDE], [0.9, 0.9], 0.5, [0]),  # of equals, the first
        ([SIDE, [5, 0, 15, 10]], [0.9, 0.8], 0.34, [0, 1]),  # 50 / 150 = 1/3
        ([SIDE, [5, 0, 15, 10]], [0.9, 0.8], 0.33, [0]),
        # The middle goes because of the first, and so does not take the last with it.
        ([SIDE, [4, 0, 14, 10], [8, 0, 18, 10]], [0.9, 0.8, 0.7], 0.3, [0, 2]),
        ([SIDE, [10, 10, 20, 20]], [0.1, 0.2], 0.0, [1, 0]),
        ([[3, 3, 3, 3], [3, 3, 3, 3]], [0.2, 0.1], 0.5, [0, 1]),  # no area: 0 / 0 is not more
    ],
)
def test_by_hand(boxes: Any, scores: Any, threshold: float, kept: list[int]) -> None:
    got = nms(torch.tensor(boxes).reshape(-1, 4), torch.tensor(scores), threshold)
    assert got.dtype == torch.int64
    assert got.tolist() == kept


def crowd(count: int, seed: int) -> Any:
    """Boxes in heaps, some twice, with scores that repeat."""
    random = np.random.default_rng(seed)
    corners = random.integers(0, 12, (count, 2)) * 10 + random.normal(0, 3, (count, 2))
    boxes = np.concatenate([corners, corners + random.uniform(5, 60, (count, 2))], axis=1)
    boxes[count // 2 :: 7] = boxes[: len(boxes[count // 2 :: 7])]
    scores = random.permutation(count) / count
    return boxes.astype(np.float32), scores.astype(np.float32)


def by_loops(boxes: Any, scores: Any, threshold: float) -> Any:
    kept = []
    for index in np.argsort(-scores, kind="stable"):
        x0, y0, x1, y1 = boxes[index].astype(np.float64)
        for better in boxes[kept].astype(np.float64):
            wide = max(0, min(x1, better[2]) - max(x0, better[0]))
            high = max(0, min(y1, better[3]) - max(y0, better[1]))
            both = wide * high
            area = (better[2] - better[0]) * (better[3] - better[1])
            if both / ((x1 - x0) * (y1 - y0) + area - both) > threshold:
                break
        else:
            kept.append(int(index))
    return kept


def by_onnx_runtime(boxes: Any, scores: Any, threshold: float) -> Any:
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    helper, kinds = onnx.helper, onnx.TensorProto
    inputs = {
        "boxes": boxes[None, :, [1, 0, 3, 2]],
        "scores": scores[None, None],
        "most": np.array([len(boxes)], np.int64),
        "iou": np.array([threshold], np.float32),
    }
    types = dict.fromkeys(inputs, kinds.FLOAT) | {"most": kinds.INT64}
    graph = helper.make_graph(
        [helper.make_node("NonMaxSuppression", list(inputs), ["kept"])],
        "nms",
        [helper.make_tensor_value_info(n, types[n], v.shape) for n, v in inputs.items()],
        [helper.make_tensor_value_info("kept", kinds.INT64, [None, 3])],
    )
    opset = [helper.make_opsetid("", 11)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    session = runtime.InferenceSession(model.SerializeToString())
    return session.run(None, inputs)[0][:, 2].tolist()


@pytest.mark.parametrize("reference", [by_loops, by_onnx_runtime])
@pytest.mark.parametrize(("count", "threshold"), [(40, 0.5), (700, 0.3), (1300, 0.7)])
def test_against_another(reference: Any, count: int, threshold: float) -> None:
    boxes, scores = crowd(count, seed=count)
    got = nms(torch.tensor(boxes), torch.tensor(scores), threshold).tolist()
    assert got == reference(boxes, scores, threshold)
    assert 0 < len(got) < count


def test_a_chain_through_several_blocks() -> None:
    # Each box takes the next one with it, if it stays: every second one stays.
    starts = torch.arange(1200.0)
    boxes = torch.stack((starts * 4, 0 * starts, starts * 4 + 10, 0 * starts + 10), dim=1)
    kept = nms(boxes, torch.linspace(1, 0, 1200), 0.3)
    assert kept.tolist() == list(range(0, 1200, 2))
