from __future__ import annotations

from edge_runtime.pipeline import Lens
from edge_runtime.testcard import draw_portrait


def test_the_drawn_portrait_is_a_person_with_a_face() -> None:
    lens = Lens()
    for size in ((640, 480), (1280, 960)):
        portrait = draw_portrait(*size)
        assert portrait.shape == (size[1], size[0], 3)
        from edge_runtime.images import Photo

        photo = Photo(portrait)
        assert len(lens.faces(photo).value.faces) == 1
        assert 0.05 < lens.segment(photo).value.probability.mean() < 0.9
