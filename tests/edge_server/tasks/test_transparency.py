"""What of a photo's transparency the light tasks keep, asked as a request asks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.bundle import Bundle
from edge_runtime.images import Photo, open_photo
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.tasks.light import light_servables, light_tasks
from edge_server.tasks.task import Call

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
BUNDLE = Bundle.open()
TASKS = {task.name: task for task in light_tasks(BUNDLE)}
ABOVE, BELOW = np.s_[:100], np.s_[200:]


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    made = LocalEngine(light_servables(BUNDLE))
    yield made
    assert made.drain(20)


@pytest.fixture(scope="module")
def photo() -> Photo:
    """A woman whose head is not to be seen: noise is there instead."""
    rgb = open_photo(SAMPLES / "astronaut.png").rgb.copy()
    rgb[ABOVE] = np.random.default_rng(0).integers(0, 256, rgb[ABOVE].shape, np.uint8)
    alpha = np.clip(np.arange(512) * 3 - 300, 0, 255).astype(np.uint8)
    return Photo(rgb, np.repeat(alpha[:, None], 512, axis=1))


@pytest.fixture
def ask(engine: LocalEngine, photo: Photo) -> Callable[..., Any]:
    def asked(name: str, pictures: Any = None, **given: Any) -> Any:
        task = TASKS[name]
        call = Call(
            engine=engine,
            photo=photo,
            params=task.params(**given),
            deadline=Deadline.after(60),
            pictures=pictures or {},
        )
        return task.answer(task, call).value.pixels

    return asked


@pytest.mark.parametrize(("name", "given"), [("style", {}), ("background", "blur")])
def test_a_picture_comes_out_as_transparent_as_it_went_in(
    name: str, given: Any, ask: Callable[..., Any], photo: Photo
) -> None:
    made = ask(name, **({"background": given} if given else {}))
    assert made.shape == (512, 512, 4)
    np.testing.assert_array_equal(made[..., 3], photo.alpha)


def test_people_are_cut_out_of_what_is_seen(ask: Callable[..., Any], photo: Photo) -> None:
    made = ask("background")
    assert made[ABOVE][..., 3].max() == 0
    assert made[BELOW][..., 3].max() == 255
    assert (made[..., 3] <= np.asarray(photo.alpha)).all()


def test_backgrounds_are_seen_through_what_is_transparent(ask: Callable[..., Any]) -> None:
    red = ask("background", background="#ff0000")
    assert (red[ABOVE] == (255, 0, 0)).all()
    hidden = np.zeros((512, 512), np.uint8)
    ghost = Photo(np.full((512, 512, 3), 9, np.uint8), hidden)  # black as far as models know
    sent = {"background_image": ghost}
    assert (ask("background", sent)[ABOVE] == 255).all()
    assert ask("filter", sent, preset="painted")[ABOVE].min() > 60


@pytest.mark.parametrize("given", [{"preset": "cat"}, {"background": "#ffffff"}])
def test_a_filters_picture_is_opaque_and_white_where_nothing_is(
    given: Any, ask: Callable[..., Any]
) -> None:
    made = ask("filter", **given)
    assert made.shape == (512, 512, 3)
    assert (made[:60] == 255).mean() > 0.8
    assert made[BELOW].std() > 40
