from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_runtime import spec as s
from edge_runtime.contract_templates import face_detection

GATE = s.Gate(max_abs=1e-3, mean_abs=1e-4)


def a_spec(**changes: Any) -> s.ModelSpec:
    fields: dict[str, Any] = {
        "id": "face",
        "title": "A face",
        "version": "1",
        "licence": s.Licence(code="Apache-2.0", weights="Apache-2.0", data="unknown"),
        "source": s.Source(index="pypi", package="p", version="1", files=()),
        "weights": s.Weights(sha256="0" * 64),
        "image": s.ImageInput(name="image", sizes_hw=((128, 128), (64, 64))),
        "outputs": (s.Tensor(name="scores", shape=(1, 8), meaning="a face", unit="1"),),
        "task": s.FaceDetection(),
        "program": face_detection(("nose",)),
        "gates": s.Gates(imported=GATE, variants={"fp32": GATE}),
        "tflite": ("fp32",),
        "coreml": ("fp16",),
        "ships": {"tflite": "fp32", "coreml": "fp16"},
    }
    return s.ModelSpec(**{**fields, **changes})


TASKS = [
    s.PortraitSegmentation(),
    s.FaceDetection(),
    s.FaceLandmarks(),
    s.FaceExpression(),
    s.StyleTransfer(),
    s.StyleTransferAny(),
    s.StylePrediction(),
    s.SuperResolution(),
    s.ImageClassification(),
    s.ObjectDetection(),
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: type(task).__name__)
def test_json_both_ways(task: s.Task) -> None:
    spec = a_spec(task=task)
    assert msgspec.json.decode(msgspec.json.encode(spec), type=s.ModelSpec) == spec


def test_every_task_has_its_own_kind() -> None:
    kinds = [a_spec(task=task).kind for task in TASKS]
    assert len(set(kinds)) == len(kinds) == len(s.Task.__args__)
    assert "face-detection" in kinds


def test_the_first_size_is_the_default() -> None:
    assert a_spec().image.size_hw == (128, 128)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"imge": 1}, "imge"),
        ({"version": 7}, "$.version"),
        ({"tflite": ["fp31"]}, "$.tflite[0]"),
        ({"task": {"kind": "face-detection", "iou": 1}}, "iou"),
        ({"program": [{"step": "decode-photo"}, {"step": "rotate"}]}, "$.program[1].step"),
        ({"program": [{"step": "run", "twice": True}]}, "twice` - at `$.program[0]"),
        ({"program": [{"step": "resize", "fit": "cover"}]}, "$.program[0].fit"),
        ({"task": {"kind": "face-painting"}}, "$.task"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, Any], place: str) -> None:
    raw = msgspec.json.decode(msgspec.json.encode(a_spec()))
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({**raw, **change}, type=s.ModelSpec)
    assert place in str(caught.value)


def test_a_spec_is_frozen() -> None:
    with pytest.raises(AttributeError):
        a_spec().id = "other"  # type: ignore[misc]
