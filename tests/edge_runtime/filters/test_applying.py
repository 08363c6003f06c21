from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge_runtime.errors import PocketLensError
from edge_runtime.filters import recipe as r
from edge_runtime.filters.applying import Drawable, apply
from edge_runtime.filters.art import Art, Ellipse
from edge_runtime.filters.scene import Scene
from edge_runtime.results import Face

PHOTO = np.random.default_rng(0).integers(30, 220, (180, 240, 3)).astype(np.uint8)
DOT = Art(
    title="Dot",
    anchor="nose",
    shapes=(Ellipse(centre=(0, 0), radii=(0.3, 0.3), fill="#ff0000"),),
)
SUN = Art(title="Sun", shapes=(Ellipse(centre=(0, 0), radii=(0.5, 0.5), fill="#ffff00"),))


def person() -> np.ndarray:
    alpha = np.zeros((180, 240), np.uint8)
    alpha[60:, 80:160] = 255
    return alpha


def made(*layers: r.Layer, scene: Scene | None = None) -> np.ndarray:
    drawable = Drawable(layers=layers, art={"dot": DOT, "sun": SUN})
    before = PHOTO.copy()
    out = apply(PHOTO, scene or Scene(alpha=person()), drawable)
    np.testing.assert_array_equal(PHOTO, before)
    assert out.shape == PHOTO.shape
    assert out.dtype == np.uint8
    return out


BACKGROUND_ONLY = [
    r.Background(words="sky,clouds"),
    r.Grade(on="background", exposure=-1, saturation=-0.5),
    r.Light(at=(0.5, 0.5), colour="#ffffff", on="background"),
    r.Particles(art="sun", count=30, size=(0.05, 0.1), place="behind"),
    r.Scenery(art="sun", at=(0.5, 0.5), size=0.9),
    r.Blur(),
]


@pytest.mark.parametrize("layer", BACKGROUND_ONLY, ids=lambda x: type(x).__name__)
def test_what_is_behind_leaves_the_person_alone(layer: r.Layer) -> None:
    alpha = person()
    out = made(layer)
    np.testing.assert_array_equal(out[alpha == 255], PHOTO[alpha == 255])
    assert (out[alpha == 0] != PHOTO[alpha == 0]).mean() > 0.01


@pytest.mark.parametrize(
    "layer",
    [r.Grade(on="person", warmth=1), r.Light(at=(0.5, 0.5), colour="#ffffff", on="person")],
)
def test_what_is_on_the_person_leaves_the_background_alone(layer: r.Layer) -> None:
    alpha = person()
    out = made(layer)
    np.testing.assert_array_equal(out[alpha == 0], PHOTO[alpha == 0])
    assert (out[alpha == 255] != PHOTO[alpha == 255]).mean() > 0.5


def test_without_a_person_nothing_is_put_behind_and_all_is_background() -> None:
    np.testing.assert_array_equal(made(BACKGROUND_ONLY[0], scene=Scene()), PHOTO)
    everywhere = made(r.Grade(on="background", warmth=0.5), scene=Scene())
    np.testing.assert_array_equal(everywhere, made(r.Grade(warmth=0.5), scene=Scene()))
    np.testing.assert_array_equal(made(r.Grade(on="person", warmth=1), scene=Scene()), PHOTO)


def test_each_face_gets_its_own_sticker(made_face: Callable[..., Face]) -> None:
    faces = [made_face(at=(60, 60), smile=0.9), made_face(at=(170, 70), smile=0.0)]
    layer = r.Choose(when=r.Smiling(of="each"), then=(r.Sticker(art="dot"),))
    out = made(layer, scene=Scene(faces=faces))
    changed = (out != PHOTO).any(axis=2)
    assert changed[:, :120].sum() > 100
    assert not changed[:, 120:].any()
    both = (made(r.Sticker(art="dot"), scene=Scene(faces=faces)) != PHOTO).any(axis=2)
    assert both[:, 120:].sum() == pytest.approx(changed[:, :120].sum(), rel=0.05)


def test_a_face_without_landmarks_gets_no_sticker() -> None:
    bare = Face(box_xyxy=(0, 0, 90, 90), score=1, points={})
    np.testing.assert_array_equal(made(r.Sticker(art="dot"), scene=Scene(faces=[bare])), PHOTO)


def test_a_choice_goes_on_with_all_faces_after_it(made_face: Callable[..., Face]) -> None:
    faces = [made_face(at=(60, 60), smile=0.9), made_face(at=(170, 70))]
    choice = r.Choose(when=r.Smiling(of="each"), then=())
    sticker = r.Sticker(art="dot")
    scene = Scene(faces=faces)
    np.testing.assert_array_equal(
        made(choice, sticker, scene=scene), made(sticker, scene=scene)
    )


def test_a_painting_is_laid_on_the_background_or_asked_for() -> None:
    white = np.full_like(PHOTO, 255)
    alpha = person()
    scene = Scene(alpha=alpha, painted={"3": white})
    out = made(r.Restyle(mix="3"), scene=scene)
    assert (out[alpha == 0] == 255).all()
    np.testing.assert_array_equal(out[alpha == 255], PHOTO[alpha == 255])
    with pytest.raises(PocketLensError, match="no painting in the style '3'"):
        made(r.Restyle(mix="3"))


def test_no_layers_give_a_copy() -> None:
    out = made()
    np.testing.assert_array_equal(out, PHOTO)
    assert not np.shares_memory(out, PHOTO)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 5)])
def test_tiny_pictures(size: tuple[int, int], made_face: Callable[..., Face]) -> None:
    tiny = np.full((*size, 3), 99, np.uint8)
    scene = Scene(alpha=np.full(size, 200, np.uint8), faces=[made_face(at=(1, 1), scale=0.5)])
    layers = (*BACKGROUND_ONLY, r.Grade(vignette=1), r.Sticker(art="dot"))
    out = apply(tiny, scene, Drawable(layers=layers, art={"dot": DOT, "sun": SUN}))
    assert out.shape == tiny.shape
