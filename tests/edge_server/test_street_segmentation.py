"""Street scenes as a heavy model, with random weights in the published form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import save_file  # noqa: E402

from edge_runtime.testcard import draw_portrait  # noqa: E402
from edge_server.heavy_model import Job, Weights, heavy_model  # noqa: E402
from edge_server.models.semantic_segmentation import Params  # noqa: E402
from edge_server.networks.lraspp import LrAspp  # noqa: E402

MODEL = heavy_model("street-segmentation")


def test_streets(tmp_path: Path) -> None:
    checkpoint = MODEL.spec.checkpoints[0]
    tensors = LrAspp(19).state_dict()
    published = {
        "state_dict": {f"module.{n}": v for n, v in tensors.items()},
        "num_classes": 19,
    }
    torch.save(published, tmp_path / "published.pt")
    arrays: Any = MODEL.to_tensors(tmp_path / "published.pt", checkpoint)
    path = tmp_path / "stored.safetensors"
    save_file({name: torch.tensor(np.asarray(value)) for name, value in arrays.items()}, path)
    runner = MODEL.load(Weights(checkpoint=checkpoint, path=path, sha256="0" * 64), "cpu")
    job = Job(
        rgb=draw_portrait(90, 70),
        params=Params(),
        progress=lambda _share: None,
        cancelled=lambda: False,
    )
    (result,) = runner.run([job])
    assert result.classes.shape == (70, 90)
    assert "sky" in result.labels
    assert result.palette[result.labels.index("road")] == (128, 64, 128)
    assert len(set(result.palette)) == len(result.labels) == 19
    runner.close()


def test_the_licence_of_the_data_is_told() -> None:
    licence = MODEL.spec.checkpoints[0].licence
    assert licence.weights.startswith("MIT")
    assert "no commercial use" in licence.data
