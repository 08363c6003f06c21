"""torchvision as it is found here: with its own operations, or with ours."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("edge_server.torchvision_ops")

from edge_server import torchvision_ops  # noqa: E402


@pytest.fixture(scope="module")
def torchvision() -> Any:
    return torchvision_ops.torchvision()


def test_it_is_the_module(torchvision: Any) -> None:
    assert torchvision is sys.modules["torchvision"]
    assert torchvision_ops.torchvision() is torchvision


def test_its_functions_work(torchvision: Any) -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 1, 10, 10], [20, 20, 30, 30]])
    scores = torch.tensor([0.5, 0.9, 0.1])
    assert torchvision.ops.nms(boxes, scores, 0.5).tolist() == [1, 2]
    features = torch.arange(36.0).reshape(1, 1, 6, 6)
    found = torchvision.ops.roi_align(features, [boxes[:1] * 0.4], 1, aligned=True)
    assert found.item() == pytest.approx(6 * 1.5 + 1.5)


def test_autocast_computes_them_in_float32(torchvision: Any) -> None:
    features = torch.randn(1, 4, 8, 8)
    boxes = torch.tensor([[0.0, 1, 1, 6, 5]])
    exact = torchvision.ops.roi_align(features.bfloat16().float(), boxes, 2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = torchvision.ops.roi_align(features.bfloat16(), boxes, 2)
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), exact, atol=0.02, rtol=0.01)


def test_shapes_are_known_without_computing(torchvision: Any) -> None:
    features = torch.empty(1, 4, 8, 8, device="meta")
    boxes = torch.empty(3, 5, device="meta")
    assert torchvision.ops.roi_align(features, boxes, 7).shape == (3, 4, 7, 7)


@pytest.mark.skipif(torchvision_ops.compiled(), reason="the compiled operations are here")
def test_what_is_not_written_says_so(torchvision: Any) -> None:
    with pytest.raises(NotImplementedError, match="torchvision::roi_pool"):
        torchvision.ops.roi_pool(torch.zeros(1, 1, 4, 4), torch.zeros(1, 5), 2)


def test_every_schema_is_torchs_own_language(torchvision: Any) -> None:
    for name in torchvision_ops.SCHEMAS:
        assert hasattr(torch.ops.torchvision, name)


def test_compiled_operations_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torchvision_ops, "compiled", lambda: True)
    monkeypatch.setattr(torchvision_ops, "_declared", lambda: pytest.fail("declared"))
    torchvision_ops.torchvision()


def test_without_torchvision_it_says_so() -> None:
    code = (
        "import sys; sys.modules['torchvision'] = None\n"
        "from edge_server.torchvision_ops import torchvision\n"
        "try:\n    torchvision()\nexcept ImportError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "torchvision" in done.stdout


def test_an_import_that_failed_before_does_not_matter() -> None:
    code = (
        "try:\n    import torchvision\nexcept RuntimeError:\n    pass\n"
        "import torch\n"
        "from edge_server.torchvision_ops import torchvision\n"
        "boxes, scores = torch.tensor([[0.0, 0, 1, 1]] * 2), torch.tensor([0.5, 0.9])\n"
        "print(torchvision().ops.nms(boxes, scores, 0.5).tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[1]\n"
