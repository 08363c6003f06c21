"""Face detection: BlazeFace for selfies (short range) and for faces farther away."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from edge_convert.light_model import LightModel
from edge_convert.mediapipe_source import LICENCE, mediapipe
from edge_runtime.contract_templates import face_detection
from edge_runtime.spec import (
    FaceDetection,
    Gate,
    Gates,
    ImageInput,
    Limit,
    ModelSpec,
    Tensor,
    Weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from edge_convert.light_model import Arrays, SourceFiles
    from edge_runtime.spec import Source

PAPER = "https://arxiv.org/abs/1907.05047"
POINTS = ("right_eye", "left_eye", "nose_tip", "mouth", "right_ear", "left_ear")


def _outputs(count: int) -> tuple[Tensor, ...]:
    return (
        Tensor(
            name="boxes_xyxy",
            shape=(1, count, 4),
            meaning="left, top, right, bottom of each candidate",
            unit="width and height of the input",
            where="scores",
        ),
        Tensor(
            name="points_xy",
            shape=(1, count, len(POINTS), 2),
            meaning="right eye, left eye, nose tip, mouth, right ear, left ear",
            unit="width and height of the input",
            where="scores",
        ),
        Tensor(
            name="scores", shape=(1, count), meaning="that it is a face", unit="probability"
        ),
    )


def _spec(
    model_id: str, title: str, anchors: tuple[int, int], source: Source, sha256: str
) -> ModelSpec:
    side, count = anchors
    return ModelSpec(
        id=model_id,
        title=title,
        version="1.0.0",
        licence=LICENCE,
        source=source,
        weights=Weights(sha256=sha256),
        image=ImageInput(name="image", sizes_hw=((side, side),)),
        outputs=_outputs(count),
        task=FaceDetection(),
        program=face_detection(POINTS),
        gates=Gates(
            imported=Gate(max_abs=1e-4, mean_abs=1e-6),
            accuracy=(
                Limit(metric="box_iou", least=0.97),
                Limit(metric="score_difference", most=0.02),
            ),
            variants={
                "fp32": Gate(max_abs=1e-3, mean_abs=1e-5),
                "fp16": Gate(max_abs=0.05, mean_abs=2e-3),
                "weight_only_wi8_afp32": Gate(max_abs=0.1, mean_abs=0.02),
                "w8": Gate(max_abs=0.1, mean_abs=0.02),
                "mixed": Gate(max_abs=0.06, mean_abs=0.01),
            },
        ),
        tflite=("fp32", "fp16", "weight_only_wi8_afp32", "mixed"),
        coreml=("fp16", "w8"),
        # With 8 bits everywhere, boxes of the short range overlap with float's by 0.956 only.
        ships={"tflite": "mixed", "coreml": "fp16"},
    )


SHORT = _spec(
    "face-detection-short",
    "Faces within two metres: selfies",
    (128, 896),
    mediapipe(
        "face_detection/face_detection_short_range.tflite",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        PAPER,
    ),
    sha256="024c6dcdcb40970e175c7a43bd9bfac0e4673b8686a924252f117939e075c73f",
)
FULL = _spec(
    "face-detection-full",
    "Faces within five metres",
    (192, 2304),
    mediapipe(
        "face_detection/face_detection_full_range_sparse.tflite",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
        PAPER,
    ),
    sha256="be31f9adf1a84135fade06f43a8a602f4bb7196bb9d06d13b725036ee01e6cb0",
)


def _short_network() -> nn.Module:
    from edge_convert.networks.blazeface import ShortRange

    return ShortRange()


def _full_network() -> nn.Module:
    from edge_convert.networks.blazeface import FullRange

    return FullRange()


def _tensors(
    spec: ModelSpec, network: Callable[[], nn.Module], files: SourceFiles
) -> dict[str, Any]:
    from edge_convert.tflite_source import assign, layer_names, read_layers

    tensors = assign(layer_names(network()), read_layers(files[spec.source.files[0].path]))
    for name in tensors:
        if name.startswith(("shapes.", "shape_mix.")):
            tensors[name] = _pixel_last(tensors[name])
    return tensors


def _pixel_last(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """TensorFlow's depth-to-space has the place in the 2x2 block outermost in a channel's
    number, PyTorch's pixel shuffle innermost."""
    blocks = values.reshape(4, len(values) // 4, *values.shape[1:])
    return blocks.swapaxes(0, 1).reshape(values.shape)


def _reference(
    spec: ModelSpec, grids: Sequence[tuple[int, int]], files: SourceFiles, inputs: Arrays
) -> Arrays:
    import numpy as np

    from edge_convert.tflite_source import run_source

    answers = run_source(files[spec.source.files[0].path], inputs["image"] / 127.5 - 1)
    raw, logits = sorted(answers, key=lambda values: -values.shape[2])
    numbers = raw[0].reshape(-1, 8, 2) / spec.image.size_hw[0]
    centres = np.concatenate([_grid(cells, count) for cells, count in grids])
    middle, size = numbers[:, 0] + centres, numbers[:, 1]
    return {
        "boxes_xyxy": np.hstack([middle - size / 2, middle + size / 2])[None],
        "points_xy": (numbers[:, 2:] + centres[:, None])[None],
        "scores": 1 / (1 + np.exp(-np.clip(logits[..., 0], -80, 80))),
    }


def _grid(cells: int, count: int) -> NDArray[np.float32]:
    import numpy as np

    rows = [((i + 0.5) / cells, (j + 0.5) / cells) for j in range(cells) for i in range(cells)]
    return np.repeat(np.array(rows, np.float32), count, axis=0)


def _samples(spec: ModelSpec) -> dict[str, Arrays]:
    from edge_convert.samples import whole_photos

    return whole_photos(("astronaut", "biden", "coffee", "obama"), spec)


MODELS = tuple(
    LightModel(
        spec=spec,
        network=network,
        tensors=partial(_tensors, spec, network),
        reference=partial(_reference, spec, grids),
        samples=partial(_samples, spec),
    )
    for spec, network, grids in (
        (SHORT, _short_network, ((16, 2), (8, 6))),
        (FULL, _full_network, ((48, 1),)),
    )
)
