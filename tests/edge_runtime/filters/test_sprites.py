from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge_runtime.filters import shapes
from edge_runtime.filters import sprites as module
from edge_runtime.filters.anchors import face_anchor
from edge_runtime.filters.art import Art, Ellipse, Path
from edge_runtime.filters.library import Library
from edge_runtime.filters.shapes import Brush, paint_art
from edge_runtime.filters.sprites import Sprites
from edge_runtime.results import Face

PHOTO = np.random.default_rng(0).integers(0, 256, (200, 240, 3)).astype(np.uint8)
FLAT = ["beanie", "bunny-ears", "cat-ears", "crown", "flower-crown", "gloom", "party-hat"]


@pytest.mark.parametrize("name", [*FLAT, "top-hat", "halo", "sunglasses"])
@pytest.mark.parametrize("opacity", [1.0, 0.6])
def test_a_sprite_is_what_would_be_painted(
    name: str,
    opacity: float,
    made_face: Callable[..., Face],
    turning: Callable[[float, str], np.ndarray],
) -> None:
    art = Library.open().art(name)
    face = made_face(at=(118.3, 120.7), scale=31.0, rotation=turning(17, "z"))
    anchor = face_anchor(face.landmarks, art.anchor or "eyes")
    brush = Brush(anchor=anchor.rounded(art.z) if art.round else anchor, opacity=opacity)
    wanted, made = PHOTO.copy(), PHOTO.copy()
    paint_art(wanted, art, brush)
    Sprites({name: art}).paint(made, name, brush)
    untouched = (wanted == PHOTO).all(axis=2)
    assert 0.01 < (~untouched).mean() < 0.6
    assert (made[untouched] != PHOTO[untouched]).any(axis=1).mean() < 0.02
    if opacity == 1:
        assert np.abs(wanted.astype(int) - made)[~untouched].mean() < 12


def test_it_is_painted_once_for_like_sizes(
    made_face: Callable[..., Face], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def counted(canvas: np.ndarray, art: Art, brush: Brush) -> None:
        calls.append(canvas.shape)
        shapes.paint_art(canvas, art, brush)

    monkeypatch.setattr(module, "paint_art", counted)
    sprites = Sprites({"cat-ears": Library.open().art("cat-ears")})
    for scale in (31.0, 30.0, 29.5):
        anchor = face_anchor(made_face(scale=scale).landmarks, "forehead")
        sprites.paint(PHOTO.copy(), "cat-ears", Brush(anchor=anchor))
    assert len(calls) == 2  # on black and on white
    large = face_anchor(made_face(scale=140.0).landmarks, "forehead")
    sprites.paint(PHOTO.copy(), "cat-ears", Brush(anchor=large))
    assert calls[-1] == PHOTO.shape


def test_most_hats_are_flat() -> None:
    library = Library.open()
    sprites = Sprites({name: library.art(name) for name in library.arts()})
    assert {*FLAT, "halo", "heart", "sparkle", "top-hat"} <= sprites._flat
    assert not {"sunglasses", "cat-nose"} & sprites._flat


def test_what_bends_or_lights_up_is_painted_anew(made_face: Callable[..., Face]) -> None:
    disc = Ellipse(centre=(0, 0), radii=(1, 1), fill="#808080")
    arm = Path(d="M0,0 L1,0 L1,1 Z", plane="side", at=1.0, fill="#808080")
    glow = Ellipse(centre=(0, 0), radii=(1, 1), fill="#808080", blend="screen")
    for art in (
        Art(title="A", anchor="eyes", bend=0.2, shapes=(disc,)),
        Art(title="B", anchor="eyes", shapes=(arm, disc)),
        Art(title="C", anchor="eyes", shapes=(glow,)),
    ):
        brush = Brush(anchor=face_anchor(made_face().landmarks, "eyes"))
        wanted, made = PHOTO.copy(), PHOTO.copy()
        paint_art(wanted, art, brush)
        Sprites({"one": art}).paint(made, "one", brush)
        np.testing.assert_array_equal(made, wanted)


def test_outside_the_picture_nothing_is_painted(made_face: Callable[..., Face]) -> None:
    art = Library.open().art("crown")
    anchor = face_anchor(made_face(at=(-900, 90)).landmarks, "forehead")
    made = PHOTO.copy()
    Sprites({"crown": art}).paint(made, "crown", Brush(anchor=anchor))
    np.testing.assert_array_equal(made, PHOTO)


def test_a_sprite_keeps_out_of_what_is_not_free(made_face: Callable[..., Face]) -> None:
    art = Library.open().art("cat-ears")
    free = np.zeros((200, 240), np.float32)
    free[:, 120:] = 1
    brush = Brush(anchor=face_anchor(made_face().landmarks, "forehead"), free=free)
    made = PHOTO.copy()
    Sprites({"cat-ears": art}).paint(made, "cat-ears", brush)
    np.testing.assert_array_equal(made[:, :120], PHOTO[:, :120])
    assert (made[:, 120:] != PHOTO[:, 120:]).any()
