"""Portrait segmentation: MediaPipe selfie, square and landscape."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_convert.mediapipe_source import LICENCE, mediapipe
from edge_runtime.contract_templates import portrait_segmentation
from edge_runtime.spec import (
    Gate,
    Gates,
    ImageInput,
    Limit,
    ModelSpec,
    PortraitSegmentation,
    Tensor,
    Weights,
)

if TYPE_CHECKING:
    from typing import Any

    from torch import nn

    from edge_convert.light_model import Arrays, SourceFiles
    from edge_runtime.spec import SizeHW, Source

PAPER = "https://arxiv.org/abs/1905.02244"


def _spec(model_id: str, title: str, size_hw: SizeHW, source: Source, sha256: str) -> ModelSpec:
    return ModelSpec(
        id=model_id,
        title=title,
        version="1.0.0",
        licence=LICENCE,
        source=source,
        weights=Weights(sha256=sha256),
        image=ImageInput(name="image", sizes_hw=(size_hw,)),
        outputs=(
            Tensor(
                name="probability",
                shape=(1, *size_hw, 1),
                meaning="that a pixel shows a person",
                unit="probability",
                image=True,
            ),
        ),
        task=PortraitSegmentation(),
        program=portrait_segmentation(),
        gates=Gates(
            imported=Gate(max_abs=2e-4, mean_abs=2e-6),
            accuracy=(Limit(metric="iou", least=0.99),),
            variants={
                "fp32": Gate(max_abs=1e-3, mean_abs=1e-5),
                "fp16": Gate(max_abs=0.05, mean_abs=1e-3),
                "weight_only_wi8_afp32": Gate(max_abs=0.5, mean_abs=5e-3),
                "w8": Gate(max_abs=0.5, mean_abs=5e-3),
            },
        ),
        tflite=("fp32", "weight_only_wi8_afp32"),
        coreml=("fp16", "w8"),
        ships={"tflite": "weight_only_wi8_afp32", "coreml": "fp16"},
    )


SQUARE = _spec(
    "portrait-segmentation",
    "Person or background, from a photo of any shape",
    (256, 256),
    mediapipe(
        "selfie_segmentation/selfie_segmentation.tflite",
        "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        PAPER,
    ),
    sha256="da71d03d49f18ce0d57fca125693204effee9684e051708b67cbe69ed392981e",
)
LANDSCAPE = _spec(
    "portrait-segmentation-landscape",
    "Person or background, faster, from a landscape photo or a video",
    (144, 256),
    mediapipe(
        "selfie_segmentation/selfie_segmentation_landscape.tflite",
        "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd",
        PAPER,
    ),
    sha256="03fd6d2f34b5a70f9fc7a83a147d92b1bdf1177710d345c1c1ca6f4d3ed87adb",
)


def _network() -> nn.Module:
    from edge_convert.networks.selfie import SelfieSegmenter

    return SelfieSegmenter()


def _tensors(spec: ModelSpec, files: SourceFiles) -> dict[str, Any]:
    from edge_convert.tflite_source import assign, layer_names, read_layers

    return assign(layer_names(_network()), read_layers(files[spec.source.files[0].path]))


def _reference(spec: ModelSpec, files: SourceFiles, inputs: Arrays) -> Arrays:
    import numpy as np

    from edge_convert.tflite_source import run_source

    path = files[spec.source.files[0].path]
    return {"probability": run_source(path, inputs["image"] * np.float32(1 / 255))[0]}


def _samples(spec: ModelSpec) -> dict[str, Arrays]:
    from edge_convert.samples import whole_photos

    return whole_photos(("astronaut", "biden", "obama3"), spec)


MODELS = tuple(
    LightModel(
        spec=spec,
        network=_network,
        tensors=partial(_tensors, spec),
        reference=partial(_reference, spec),
        samples=partial(_samples, spec),
    )
    for spec in (SQUARE, LANDSCAPE)
)
