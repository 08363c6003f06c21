"""Real photos with what the models say of them, computed once; and made-up faces."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens, Photo, open_photo
from edge_runtime.filters.canonical import FACE, INDICES, SPOTS
from edge_runtime.filters.needs import Needs
from edge_runtime.filters.observing import observe
from edge_runtime.filters.scene import Scene
from edge_runtime.results import Face

EVERYTHING = Needs(faces=True, landmarks=True, smiles=True, mask=True, depth=False, styles=())
Seen = Callable[[str], tuple[Photo, Scene]]


@pytest.fixture(scope="session")
def lens() -> Lens:
    """The models that ship."""
    return Lens()


@pytest.fixture(scope="session")
def seen(root: Path, lens: Lens) -> Seen:
    """A photo of ``calibration/data`` and its scene."""

    @cache
    def look(name: str) -> tuple[Photo, Scene]:
        photo = open_photo(root / "calibration" / "data" / name)
        return photo, observe(lens, photo, EVERYTHING).scene

    return look


def face(
    at: tuple[float, float] = (120.0, 90.0),
    scale: float = 40.0,
    rotation: np.ndarray | None = None,
    smile: float = 0.0,
) -> Face:
    """A head like the mean face, held as said: its rigid points are exact, and the spots
    that are not rigid lie where its nose does."""
    turned = FACE @ (np.eye(3) if rotation is None else rotation).T * scale
    landmarks = np.zeros((468, 3), np.float32)
    landmarks[:] = turned[list(INDICES).index(1)] + [*at, 0]
    landmarks[INDICES] = turned + np.array([*at, 0])
    assert set(SPOTS["eyes"]) <= set(INDICES.tolist())
    box = (at[0] - scale, at[1] - scale, at[0] + scale, at[1] + scale)
    return Face(box_xyxy=box, score=0.9, points={}, landmarks=landmarks, smile=smile)


def turn(degrees: float, axis: str) -> np.ndarray:
    """The rotation about x, y or z."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cos
    matrix[first, second], matrix[second, first] = -sin, sin
    return matrix


@pytest.fixture(scope="session")
def made_face() -> Callable[..., Face]:
    """:func:`face`."""
    return face


@pytest.fixture(scope="session")
def turning() -> Callable[[float, str], np.ndarray]:
    """:func:`turn`."""
    return turn
