"""Outputs of a graph to a result: one file a kind of task, numpy to numpy.

Each decoder takes the outputs by name and a :class:`Scene`: what it has to know besides
the numbers that came out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.geometry import Placement

    Outputs: TypeAlias = Mapping[str, NDArray[np.float32]]

TaskT = TypeVar("TaskT")


@dataclass(frozen=True, eq=False)
class Scene(Generic[TaskT]):
    """The task's numbers from the spec, the labels, where the input lies in the photo, and
    the photo's width and height."""

    task: TaskT
    labels: tuple[str, ...]
    placement: Placement
    size_wh: tuple[int, int]
