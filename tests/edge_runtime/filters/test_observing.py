from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens, Photo, open_photo
from edge_runtime.filters.needs import Needs
from edge_runtime.filters.observing import NO_SERVER, observe
from edge_runtime.filters.scene import Scene
from edge_runtime.outcomes import Degraded, Ok, Provenance, Unavailable
from edge_runtime.results import Depth

NOTHING = {"faces": False, "landmarks": False, "smiles": False, "mask": False, "depth": False}


def needs(*wanted: str, styles: tuple[str, ...] = ()) -> Needs:
    return Needs(**(NOTHING | dict.fromkeys(wanted, True)), styles=styles)


@pytest.fixture
def small(samples: Path) -> Photo:
    from PIL import Image

    image = Image.open(samples / "astronaut.png").convert("RGB").resize((256, 256))
    return Photo(np.asarray(image))


def test_the_scene_agrees_with_the_tasks(
    lens: Lens, seen: Callable[[str], tuple[Photo, Scene]]
) -> None:
    photo, scene = seen("evaluation/bar-couple-glasses.jpg")
    marks, smiles = lens.landmarks(photo).value.faces, lens.smile(photo).value.faces
    assert len(scene.faces) == len(marks) == 2
    for face, mark, smile in zip(scene.faces, marks, smiles, strict=True):
        np.testing.assert_array_equal(face.landmarks, mark.landmarks)
        assert face.smile == smile.smile
    assert scene.alpha is not None
    assert 0.2 < scene.person_share < 0.7
    assert scene.alpha.shape == photo.rgb.shape[:2]


def test_only_what_is_needed_is_computed(lens: Lens, small: Photo) -> None:
    nothing = observe(lens, small, needs())
    assert nothing.ms == {}
    assert nothing.scene.alpha is None
    faces = observe(lens, small, needs("faces", "smiles")).scene.faces
    assert faces[0].smile is not None
    found = observe(lens, small, needs("faces")).scene
    assert len(found.faces) == 1
    assert found.faces[0].smile is None
    assert found.alpha is None


@pytest.mark.parametrize("wanted", [("landmarks",), ("smiles",), ()])
def test_an_arm_that_was_taken_for_a_face_is_none(
    root: Path, lens: Lens, wanted: tuple[str, ...]
) -> None:
    photo = open_photo(root / "calibration/data/evaluation/three-men.jpg")
    assert len(lens.landmarks(photo).value.faces) == 4  # one is an arm
    faces = observe(lens, photo, needs("faces", *wanted)).scene.faces
    assert len(faces) == 3
    assert all(face.box_xyxy[3] < photo.rgb.shape[0] / 2 for face in faces)


def test_a_style_is_painted_at_the_size_of_the_photo(lens: Lens, small: Photo) -> None:
    scene = observe(lens, small, needs(styles=("3",))).scene
    assert scene.painted["3"].shape == small.rgb.shape


class Server:
    """Stands in for a server that knows depths, or does not."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    def depth(self, photo: Photo) -> Any:
        return self.outcome


ORIGIN = Provenance(where="server", model="depth", sha256="", variant="", accelerator="cpu")
METRES = Depth(metres=np.ones((256, 256), np.float32), max_depth=10)


@pytest.mark.parametrize(
    ("server", "found", "why"),
    [
        (None, False, NO_SERVER),
        (Server(Unavailable("it is down", None)), False, "it is down"),
        (Server(Ok(METRES, ORIGIN)), True, ""),
        (Server(Degraded(METRES, ORIGIN, "rough")), True, "rough"),
    ],
)
def test_depth_is_the_servers_or_it_is_said(
    lens: Lens, small: Photo, server: Any, found: bool, why: str
) -> None:
    seen = observe(lens, small, needs("depth"), server)
    assert (seen.scene.depth is not None) is found
    assert seen.why.endswith(why)
    assert bool(seen.why) is bool(why)
