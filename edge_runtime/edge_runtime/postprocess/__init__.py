"""What a graph gives, step by step, to a result: numpy to numpy, one file a kind of result.

Each function executes one step of :mod:`edge_runtime.contract`: it takes the step, what the
step before it gave, and the :class:`Scene`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.contract import Steps
    from edge_runtime.geometry import Placement
    from edge_runtime.windows import Window

    Outputs: TypeAlias = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Scene:
    """The model's program, its labels, where the input lies in the photo, the photo's width
    and height, and which window of it is looked at, where there are several."""

    program: Steps
    labels: tuple[str, ...]
    placement: Placement
    size_wh: tuple[int, int]
    window: Window | None = None
