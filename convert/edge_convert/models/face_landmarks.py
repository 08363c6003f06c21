"""Face landmarks: MediaPipe face mesh, 468 points."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_convert.mediapipe_source import LICENCE, mediapipe
from edge_runtime.contract_templates import face_landmarks
from edge_runtime.spec import (
    FaceLandmarks,
    Gate,
    Gates,
    ImageInput,
    Limit,
    ModelSpec,
    Tensor,
    Weights,
)

if TYPE_CHECKING:
    from typing import Any

    from torch import nn

    from edge_convert.light_model import Arrays, SourceFiles

SCALE = 1.5
SPEC = ModelSpec(
    id="face-landmarks",
    title="468 points on a face",
    version="1.0.0",
    licence=LICENCE,
    source=mediapipe(
        "face_landmark/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        "https://arxiv.org/abs/1907.06724",
    ),
    weights=Weights(sha256="d968a1ec49b9d8630daa30f7f5a41fddb5b75f22e9cc370d068b82e96b2cd5b3"),
    image=ImageInput(name="image", sizes_hw=((192, 192),)),
    outputs=(
        Tensor(
            name="points_xyz",
            shape=(1, 468, 3),
            meaning="x, y and depth (smaller is nearer) of each point",
            unit="side of the input",
        ),
        Tensor(name="presence", shape=(1, 1), meaning="that it is a face", unit="probability"),
    ),
    task=FaceLandmarks(),
    program=face_landmarks("face-detection-short", crop_scale=SCALE),
    gates=Gates(
        imported=Gate(max_abs=5e-6, mean_abs=1e-6),
        accuracy=(Limit(metric="point_error_px", most=0.3),),
        variants={
            "fp32": Gate(max_abs=1e-5, mean_abs=2e-6),
            "fp16": Gate(max_abs=0.01, mean_abs=2e-3),
            "weight_only_wi8_afp32": Gate(max_abs=0.01, mean_abs=2e-3),
            "w8": Gate(max_abs=0.01, mean_abs=4e-3),
        },
    ),
    tflite=("fp32", "weight_only_wi8_afp32"),
    coreml=("fp16", "w8"),
    ships={"tflite": "weight_only_wi8_afp32", "coreml": "fp16"},
)
SOURCE_FILE = SPEC.source.files[0].path


def _network() -> nn.Module:
    from edge_convert.networks.face_mesh import FaceMesh

    return FaceMesh()


def _tensors(files: SourceFiles) -> dict[str, Any]:
    """The graph runs the two branches in turns from where both are as long as each other."""
    from edge_convert.tflite_source import assign, layer_names, read_layers

    names = layer_names(_network())
    presence = [layer for layer in names if layer[0].startswith("presence.")]
    rest = [layer for layer in names if layer not in presence]
    shared = len(rest) - len(presence)
    turns = list(chain.from_iterable(zip(presence, rest[shared:], strict=True)))
    return assign(rest[:shared] + turns, read_layers(files[SOURCE_FILE]))


def _reference(files: SourceFiles, inputs: Arrays) -> Arrays:
    import numpy as np

    from edge_convert.tflite_source import run_source

    points, logit = run_source(files[SOURCE_FILE], inputs["image"] * np.float32(1 / 255))
    return {
        "points_xyz": points.reshape(1, 468, 3) / np.float32(192),
        "presence": 1 / (1 + np.exp(-logit.reshape(1, 1), dtype=np.float32)),
    }


def _samples() -> dict[str, Arrays]:
    from edge_convert.samples import DOUBTFUL, faces, part

    return {**faces(SPEC), **part(*DOUBTFUL, SPEC.image)}


MODELS = (
    LightModel(
        spec=SPEC, network=_network, tensors=_tensors, reference=_reference, samples=_samples
    ),
)
