"""Style transfer with any picture as the style: one model reads it, another paints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_convert.style_source import LICENCE, style_package
from edge_runtime.contract_templates import style_prediction, style_transfer_any
from edge_runtime.spec import (
    Gate,
    Gates,
    ImageInput,
    Limit,
    ModelSpec,
    StylePrediction,
    StyleTransferAny,
    Tensor,
    Weights,
)

if TYPE_CHECKING:
    from typing import Any

    from torch import nn

    from edge_convert.light_model import Arrays, SourceFiles

PAPER = "https://arxiv.org/abs/1705.06830"
NOTE = (
    "Magenta's int8 models; the reference runs them without the rounding of activations,"
    " from which the files as they are differ: "
)
STYLE = Tensor(
    name="style_vector",
    shape=(1, 1, 1, 100),
    meaning="the style, as the predictor writes it",
    unit="none, about -3..3",
    span=5.0,
)
PREDICTOR = ModelSpec(
    id="style-transfer-any-predict",
    title="The style of any picture",
    version="1.0.0",
    licence=LICENCE,
    source=style_package(
        "arbitrary_predict.onnx",
        "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
        PAPER,
        NOTE + "cosine 0.9998",
    ),
    weights=Weights(sha256="336141742ecc6b120b7d78894503f2523bbe2220048a91650afbaa4384057533"),
    image=ImageInput(name="image", sizes_hw=((256, 256),)),
    outputs=(STYLE,),
    task=StylePrediction(),
    program=style_prediction(),
    gates=Gates(
        imported=Gate(max_abs=1e-5, mean_abs=1e-6),
        accuracy=(Limit(metric="psnr_db", least=40.0),),
        variants={
            "fp32": Gate(max_abs=1e-5, mean_abs=1e-6),
            "fp16": Gate(max_abs=0.015, mean_abs=3e-3),
            "weight_only_wi8_afp32": Gate(max_abs=1e-5, mean_abs=1e-6),
            "w8": Gate(max_abs=0.015, mean_abs=3e-3),
        },
    ),
    tflite=("fp32", "weight_only_wi8_afp32"),
    coreml=("fp16", "w8"),
    ships={"tflite": "weight_only_wi8_afp32", "coreml": "fp16"},
)
PAINTER = ModelSpec(
    id="style-transfer-any",
    title="A photo painted in the style of any picture",
    version="1.0.0",
    licence=LICENCE,
    source=style_package(
        "arbitrary_transform.onnx",
        "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd",
        PAPER,
        NOTE + "PSNR 29 to 32 dB",
    ),
    weights=Weights(sha256="a457380fec403b4e3eb5ea165362f91e4bb921886ef3bb17197777bc34ac1587"),
    image=ImageInput(name="image", sizes_hw=((384, 384),)),
    vectors=(STYLE,),
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
    task=StyleTransferAny(),
    program=style_transfer_any(PREDICTOR.id),
    gates=Gates(
        imported=Gate(max_abs=1e-4, mean_abs=5e-6),
        accuracy=(Limit(metric="psnr_db", least=40.0),),
        variants={
            "fp32": Gate(max_abs=2e-4, mean_abs=1e-5),
            "fp16": Gate(max_abs=0.02, mean_abs=1e-3),
            "weight_only_wi8_afp32": Gate(max_abs=2e-4, mean_abs=1e-5),
            "mixed": Gate(max_abs=0.37, mean_abs=0.011),
            "w8": Gate(max_abs=0.02, mean_abs=1e-3),
        },
    ),
    tflite=("fp32", "weight_only_wi8_afp32", "mixed"),
    coreml=("fp16", "w8"),
    ships={"tflite": "mixed", "coreml": "fp16"},
)
# Our layers by the source's names of them.
_CONTRACTION = {f"contract.{i}": f"contract/conv{i + 1}" for i in range(3)}
_STYLED = {
    **{f"residuals.{i}.first": f"residual/residual{i + 1}/conv1" for i in range(5)},
    **{f"residuals.{i}.second": f"residual/residual{i + 1}/conv2" for i in range(5)},
    "expand.0": "expand/conv1/conv",
    "expand.1": "expand/conv2/conv",
    "paint": "expand/conv3/conv",
}
_BLOCKS = 17
# Photos on which the models are proven, and of the painter, whose style each gets.
_STYLES_OF = {"astronaut": "china", "chelsea": "coffee"}


def _predictor() -> nn.Module:
    from edge_convert.networks.arbitrary_style import StylePredictor

    return StylePredictor()


def _painter() -> nn.Module:
    from edge_convert.networks.arbitrary_style import ArbitraryStyle

    return ArbitraryStyle()


def _predictor_tensors(files: SourceFiles) -> dict[str, Any]:
    given = _given(PREDICTOR, files)
    sources = {
        "stem": "MobilenetV2/Conv/",
        "head": "MobilenetV2/Conv_1/",
        "bottleneck": "mobilenet_conv/Conv/",
    }
    for i in range(_BLOCKS):
        source = "MobilenetV2/expanded_conv" + (f"_{i}" if i else "")
        if i:
            sources[f"blocks.{i}.expand"] = f"{source}/expand/"
        sources[f"blocks.{i}.depthwise"] = f"{source}/depthwise/depthwise_"
        sources[f"blocks.{i}.project"] = f"{source}/project/"
    return {
        f"{name}.{part}": value
        for name, source in sources.items()
        for part, value in _convolution(given, source).items()
    }


def _painter_tensors(files: SourceFiles) -> dict[str, Any]:
    given = _given(PAINTER, files)
    sources = {name: f"transformer/{source}/" for name, source in _CONTRACTION.items()}
    for name, source in _STYLED.items():
        norm = f"style_params/transformer/{source}/StyleNorm"
        sources[f"{name}.norm.shift"] = f"{norm}/Conv/"
        sources[f"{name}.norm.scale"] = f"{norm}/Conv_1/"
    tensors = {
        f"{name}.{part}": value
        for name, source in sources.items()
        for part, value in _convolution(given, source).items()
    }
    for name, source in _STYLED.items():
        tensors[f"{name}.conv.weight"] = given[f"transformer/{source}/weights_dequant"]
    return tensors


def _given(spec: ModelSpec, files: SourceFiles) -> dict[str, Any]:
    from edge_convert.onnx_source import read_tensors

    return read_tensors(files[spec.source.files[0].path])


def _convolution(given: dict[str, Any], source: str) -> dict[str, Any]:
    """Weight and bias; those of a depthwise convolution are named after it."""
    bias = "bias" if source.endswith("_") else "Conv2D_bias"
    return {
        "weight": given[f"{source}weights_dequant"],
        "bias": given[f"{source}{bias}_dequant"],
    }


def _predict(files: SourceFiles, inputs: Arrays) -> Arrays:
    from edge_convert.onnx_source import run_unrounded

    path = files[PREDICTOR.source.files[0].path]
    return {"style_vector": run_unrounded(path, (inputs["image"] / 255,))}


def _paint(files: SourceFiles, inputs: Arrays) -> Arrays:
    from edge_convert.onnx_source import run_unrounded

    path = files[PAINTER.source.files[0].path]
    painted = run_unrounded(path, (inputs["image"] / 255, inputs["style_vector"]))
    return {"picture": painted * 255}


def _styles() -> dict[str, Arrays]:
    from edge_convert.samples import whole_photos

    return whole_photos(tuple(_STYLES_OF.values()), PREDICTOR)


def _photos() -> dict[str, Arrays]:
    from edge_convert.reference import recorded
    from edge_convert.samples import whole_photos

    photos = whole_photos(tuple(_STYLES_OF), PAINTER)
    styles = recorded(PREDICTOR)
    return {
        name: {**inputs, "style_vector": styles[_STYLES_OF[name]][1]["style_vector"]}
        for name, inputs in photos.items()
    }


MODELS = (
    LightModel(
        spec=PREDICTOR,
        network=_predictor,
        tensors=_predictor_tensors,
        reference=_predict,
        samples=_styles,
    ),
    LightModel(
        spec=PAINTER,
        network=_painter,
        tensors=_painter_tensors,
        reference=_paint,
        samples=_photos,
    ),
)
