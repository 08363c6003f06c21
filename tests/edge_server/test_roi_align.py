"""RoIAlign against values worked by hand, a plain loop, and ONNX Runtime's."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from edge_server.networks import roi_align as module  # noqa: E402
from edge_server.networks.roi_align import roi_align  # noqa: E402

SEVEN = {"scale": 0.125, "size": (7, 7)}
RAMP = np.arange(36, dtype=np.float32).reshape(1, 1, 6, 6)  # value = 6 y + x


def run(features: Any, rois: Any, **options: Any) -> Any:
    asked = {"scale": 1.0, "size": (1, 1), "ratio": 2, "aligned": True} | options
    scale, size, ratio, aligned = asked.values()
    out = roi_align(torch.tensor(features), torch.tensor(rois), scale, *size, ratio, aligned)
    return out.numpy()


@pytest.mark.parametrize(
    ("roi", "options", "expected"),
    [
        # The mean of a plane over a box is its value in the middle: (3, 3) is pixel 2.5, 2.5.
        ([0, 2, 2, 4, 4], {}, [[17.5]]),
        ([0, 2, 2, 4, 4], {"aligned": False}, [[21.0]]),
        ([0, 4, 4, 8, 8], {"scale": 0.5}, [[17.5]]),
        ([0, 1, 2, 5, 4], {"size": (1, 2)}, [[6 * 2.5 + 1.5, 6 * 2.5 + 3.5]]),
        ([0, 2, 1, 4, 5], {"size": (2, 1), "ratio": 0}, [[6 * 1.5 + 2.5], [6 * 3.5 + 2.5]]),
        ([0, 20, 20, 30, 30], {}, [[0.0]]),  # wholly outside
        ([0, 3, 3, 3, 3], {"ratio": 0}, [[0.0]]),  # nothing to take a mean of
        ([0, 3, 3, 3, 3], {}, [[17.5]]),  # a point, asked for four times
        ([0, 3, 3, 3, 3], {"aligned": False}, [[24.5]]),  # at least a pixel wide
        # One point at x = -1.5, outside by more than one, counts as zero; at -0.5 as pixel 0.
        ([0, -2, 0, 0, 1], {"ratio": 1, "size": (1, 2)}, [[0.0, 0.0]]),
        ([0, -2, 3, 0, 4], {"ratio": 1, "size": (1, 2)}, [[0.0, 18.0]]),
        ([0, 4, 3, 8, 4], {"ratio": 1, "size": (1, 2)}, [[22.5, 0.0]]),
    ],
)
def test_by_hand(roi: list[float], options: Any, expected: Any) -> None:
    np.testing.assert_allclose(run(RAMP, [list(map(float, roi))], **options)[0, 0], expected)


def test_a_roi_that_is_not_a_number_is_zero() -> None:
    assert run(RAMP, [[0.0, math.nan, 0, 2, 2]]).tolist() == [[[[0.0]]]]


def test_no_rois() -> None:
    assert run(RAMP, np.zeros((0, 5), np.float32), size=(7, 7)).shape == (0, 1, 7, 7)


def scene(seed: int = 1) -> Any:
    random = np.random.default_rng(seed)
    features = random.normal(size=(2, 3, 13, 17)).astype(np.float32)
    corners = random.uniform(-20, 120, (24, 2, 2)).astype(np.float32)
    corners.sort(axis=1)
    which = random.integers(0, 2, (24, 1)).astype(np.float32)
    return features, np.concatenate([which, corners.reshape(24, 4)], axis=1)


def point(plane: Any, y: float, x: float) -> Any:
    """The bilinear value, in plain steps."""
    high, wide = plane.shape
    if not (-1 <= y <= high and -1 <= x <= wide):
        return 0.0
    y, x = min(max(y, 0), high - 1), min(max(x, 0), wide - 1)
    top, left = math.floor(y), math.floor(x)
    down, right = min(top + 1, high - 1), min(left + 1, wide - 1)
    upper = plane[top, left] * (left + 1 - x) + plane[top, right] * (x - left)
    lower = plane[down, left] * (left + 1 - x) + plane[down, right] * (x - left)
    return upper * (top + 1 - y) + lower * (y - top)


def by_loops(features: Any, rois: Any, options: Any) -> Any:
    scale, size, ratio, aligned = options.values()
    out = np.zeros((len(rois), features.shape[1], *size))
    shift = 0.5 if aligned else 0.0
    for k, roi in enumerate(rois.astype(np.float64)):
        x0, y0, x1, y1 = roi[1:] * scale - shift
        high, wide = (y1 - y0, x1 - x0) if aligned else (max(y1 - y0, 1), max(x1 - x0, 1))
        down = ratio if ratio > 0 else math.ceil(high / size[0])
        across = ratio if ratio > 0 else math.ceil(wide / size[1])
        for c, row, column in itertools.product(range(features.shape[1]), *map(range, size)):
            values = [
                point(
                    features[int(roi[0]), c].astype(np.float64),
                    y0 + (row + (i + 0.5) / down) * high / size[0],
                    x0 + (column + (j + 0.5) / across) * wide / size[1],
                )
                for i, j in itertools.product(range(down), range(across))
            ]
            out[k, c, row, column] = np.mean(values)
    return out


def by_onnx_runtime(features: Any, rois: Any, options: Any) -> Any:
    scale, size, ratio, aligned = options.values()
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    helper, kinds = onnx.helper, onnx.TensorProto
    inputs = {
        "x": features,
        "rois": np.ascontiguousarray(rois[:, 1:]),
        "which": rois[:, 0].astype(np.int64),
    }
    node = helper.make_node(
        "RoiAlign",
        list(inputs),
        ["out"],
        output_height=size[0],
        output_width=size[1],
        sampling_ratio=ratio,
        spatial_scale=scale,
        coordinate_transformation_mode="half_pixel" if aligned else "output_half_pixel",
    )
    types = dict.fromkeys(inputs, kinds.FLOAT) | {"which": kinds.INT64}
    graph = helper.make_graph(
        [node],
        "roi",
        [helper.make_tensor_value_info(n, types[n], v.shape) for n, v in inputs.items()],
        [helper.make_tensor_value_info("out", kinds.FLOAT, [None] * 4)],
    )
    opset = [helper.make_opsetid("", 16)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    return runtime.InferenceSession(model.SerializeToString()).run(None, inputs)[0]


@pytest.mark.parametrize("reference", [by_loops, by_onnx_runtime])
@pytest.mark.parametrize(
    ("size", "ratio", "aligned"),
    [((7, 7), 2, False), ((3, 5), 2, True), ((2, 4), 0, False), ((4, 3), 0, True)],
)
def test_against_another(
    reference: Any, size: tuple[int, int], ratio: int, aligned: bool
) -> None:
    features, rois = scene()
    options = {"scale": 0.125, "size": size, "ratio": ratio, "aligned": aligned}
    got = run(features, rois, **options)
    expected = reference(features, rois, options)
    np.testing.assert_allclose(got, expected, atol=2e-5)
    assert np.abs(expected).max() > 0.5


def test_a_few_regions_at_a_time_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    features, rois = scene()
    whole = run(features, rois, **SEVEN)
    monkeypatch.setattr(module, "_MOST_ROWS", 7 * 7 * 16 * 5)
    np.testing.assert_array_equal(run(features, rois, **SEVEN), whole)


def test_half_precision_features_are_summed_where_they_are() -> None:
    features, rois = scene()
    half = roi_align(
        torch.tensor(features).bfloat16(), torch.tensor(rois).bfloat16(), 1 / 8, 7, 7, 2, False
    )
    assert half.dtype == torch.bfloat16
