from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge_runtime.filters.anchors import face_anchor, flat_anchor
from edge_runtime.filters.art import Art, Ellipse, Path, Shape
from edge_runtime.filters.shapes import Brush, paint_art, region_of
from edge_runtime.results import Face

BLACK = "#000000"


def painted(
    shape: Shape, at: tuple[float, float] = (50, 50), size: float = 20.0, **brush: object
) -> np.ndarray:
    canvas = np.full((100, 100, 3), 255, np.uint8)
    art = Art(title="One", shapes=(shape,))  # type: ignore[arg-type]
    paint_art(canvas, art, Brush(anchor=flat_anchor(at, size), **brush))  # type: ignore[arg-type]
    return canvas


def ink(canvas: np.ndarray) -> np.ndarray:
    return 1 - canvas[..., 0] / 255


@pytest.mark.parametrize("at", [(50.0, 50.0), (50.37, 49.81), (42.5, 61.2)])
def test_a_disc_has_the_area_and_the_middle_of_a_disc(at: tuple[float, float]) -> None:
    cover = ink(painted(Ellipse(centre=(0, 0), radii=(1, 1), fill=BLACK), at))
    assert cover.sum() == pytest.approx(np.pi * 20**2, rel=0.015)
    y, x = np.mgrid[0:100, 0:100] + 0.5
    middle = ((cover * x).sum() / cover.sum(), (cover * y).sum() / cover.sum())
    assert middle == pytest.approx(at, abs=0.06)


def test_edges_are_smooth_and_the_rest_is_untouched() -> None:
    cover = ink(painted(Path(d="M-1,-1 L1,-0.8 L0.9,1 Z", fill=BLACK)))
    assert 0.008 < ((cover > 0.05) & (cover < 0.95)).mean() < 0.03
    assert (cover[:25] == 0).all()


def test_holes_stay_open() -> None:
    ring = "M-1,-1 L1,-1 L1,1 L-1,1 Z M-0.5,-0.5 L0.5,-0.5 L0.5,0.5 L-0.5,0.5 Z"
    cover = ink(painted(Path(d=ring, fill=BLACK)))
    assert cover[50, 50] == 0
    assert cover.sum() == pytest.approx(3 * 20**2, rel=0.03)


def test_a_line_is_as_wide_as_it_says() -> None:
    cover = ink(painted(Path(d="M-1,0 L1,0", stroke=0.3)))
    assert cover[:, 50].sum() == pytest.approx(6, abs=0.6)


def test_soft_edges_keep_the_area() -> None:
    cover = ink(painted(Ellipse(centre=(0, 0), radii=(1, 1), fill=BLACK, soft=0.6)))
    assert cover.sum() == pytest.approx(np.pi * 20**2, rel=0.06)
    assert ((cover > 0.02) & (cover < 0.98)).sum() > 800


def test_mirror_paints_both_sides_alike() -> None:
    cover = ink(painted(Ellipse(centre=(0.8, 0), radii=(0.3, 0.5), fill=BLACK, mirror=True)))
    np.testing.assert_allclose(cover, cover[:, ::-1], atol=0.14)
    assert cover[50, 34] == cover[50, 65] == 1


def test_opacity_and_what_is_kept() -> None:
    free = np.ones((100, 100), np.float32)
    free[:, :50] = 0
    disc = Ellipse(centre=(0, 0), radii=(1, 1), fill=BLACK, opacity=0.5)
    cover = ink(painted(disc, opacity=0.5, free=free))
    assert (cover[:, :50] == 0).all()
    assert cover[50, 55] == pytest.approx(0.25, abs=0.01)


def test_what_is_outside_the_picture_is_left_out() -> None:
    disc = Ellipse(centre=(0, 0), radii=(1, 1), fill=BLACK)
    assert (ink(painted(disc, at=(300, 50))) == 0).all()
    half = ink(painted(disc, at=(0, 50)))
    assert half.sum() == pytest.approx(np.pi * 20**2 / 2, rel=0.02)
    huge = ink(painted(disc, size=1e7))
    assert huge.min() == 1
    line = [(np.array([[5.0, 5.0], [9.0, 9.0]]), False)]
    assert region_of(line, 1.0, (4, 4)) is None


def test_small_and_large_are_the_same_picture() -> None:
    star = Path(d="M0,-1 L0.3,0.2 L1,0.5 L-0.7,0.8 Z", fill=BLACK)
    small = ink(painted(star, at=(50, 50), size=12))
    canvas = np.full((1600, 1600, 3), 255, np.uint8)
    art = Art(title="One", shapes=(star,))
    paint_art(canvas, art, Brush(anchor=flat_anchor((800, 800), 192)))
    assert ink(canvas).sum() / 256 == pytest.approx(small.sum(), rel=0.04)


def test_a_side_is_seen_only_from_its_side(
    made_face: Callable[..., Face], turning: Callable[[float, str], np.ndarray]
) -> None:
    arm = Path(plane="side", at=1.2, d="M0,0 L2,0 L2,0.2 L0,0.2 Z", fill=BLACK)
    art = Art(title="Arm", anchor="eyes", shapes=(arm,))

    def seen(degrees: float) -> float:
        canvas = np.full((200, 240, 3), 255, np.uint8)
        face = made_face(rotation=turning(degrees, "y"))
        paint_art(canvas, art, Brush(anchor=face_anchor(face.landmarks, "eyes")))
        return float(ink(canvas).sum())

    assert seen(40) != seen(-40)
    assert min(seen(40), seen(-40)) == 0
    assert max(seen(40), seen(-40)) > 100
