"""The steps from a photo to a result, each defined so that another runtime can be written.

A model's ``program`` in the manifest is a tuple of these records, in the order in which
they run; :mod:`edge_runtime.program` executes them.  Each step ``takes`` what the one
before it ``gives``.  The docstrings are the definitions: ``mobile_assets/CONTRACT.md`` is
made of them.

Where a definition names float32, a number is rounded to float32 there; everything else is
float64, or whole numbers.  ``//`` and ``>>`` round down, ``rint`` rounds halves to the even
number, ``trunc`` towards zero.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

from edge_runtime.contract_inputs import (
    HALVE_FROM,
    CropSquare,
    CutWindows,
    DecodePhoto,
    EmbedStyle,
    FindFaces,
    MixStyles,
    Resize,
    Run,
    WriteTensor,
)
from edge_runtime.contract_results import (
    ClipBoxes,
    JoinWindows,
    KeepPresent,
    LabelBoxes,
    MapBoxes,
    MapPoints,
    NameExpressions,
    NamePoints,
    Nms,
    ReadVector,
    ResizePicture,
    RoundPixels,
    SelectCandidates,
    TopLabels,
    UpsampleMask,
    WeightedNms,
)
from edge_runtime.errors import SpecError
from edge_runtime.record import Step

__all__ = [
    "HALVE_FROM",
    "AnyStep",
    "ClipBoxes",
    "CropSquare",
    "CutWindows",
    "DecodePhoto",
    "EmbedStyle",
    "FindFaces",
    "JoinWindows",
    "KeepPresent",
    "LabelBoxes",
    "MapBoxes",
    "MapPoints",
    "MixStyles",
    "NameExpressions",
    "NamePoints",
    "Nms",
    "ReadVector",
    "Resize",
    "ResizePicture",
    "RoundPixels",
    "Run",
    "SelectCandidates",
    "Step",
    "StepT",
    "Steps",
    "TopLabels",
    "UpsampleMask",
    "WeightedNms",
    "WriteTensor",
    "step_of",
]

AnyStep: TypeAlias = (
    DecodePhoto
    | FindFaces
    | Resize
    | CropSquare
    | CutWindows
    | WriteTensor
    | MixStyles
    | EmbedStyle
    | Run
    | SelectCandidates
    | WeightedNms
    | Nms
    | MapBoxes
    | ClipBoxes
    | NamePoints
    | LabelBoxes
    | UpsampleMask
    | TopLabels
    | NameExpressions
    | KeepPresent
    | MapPoints
    | RoundPixels
    | ResizePicture
    | JoinWindows
    | ReadVector
)
Steps: TypeAlias = tuple[AnyStep, ...]
StepT = TypeVar("StepT", bound=Step)


def step_of(program: Steps, kind: type[StepT]) -> StepT:
    """The first step of a kind; ``SpecError`` where the program has none."""
    for step in program:
        if isinstance(step, kind):
            return step
    raise SpecError(
        f"the program has no step {kind.__struct_config__.tag!r}: name another model"
    )
