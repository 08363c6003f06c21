"""Python goes on from the app's own values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edge_runtime.doctor.replay import Instead, attempt
from edge_runtime.errors import DumpError
from edge_runtime.tracing import arrays_of

MODELS = ("portrait-segmentation", "object-detection", "face-landmarks")
PHOTO = "astronaut.png"


def with_dump(replay: Any, **changes: Any) -> Any:
    return replace(replay, dump=replace(replay.dump, **changes), _known={})


@pytest.mark.parametrize("model", MODELS)
def test_every_stage_of_the_app_gives_the_next(model: str, replayed: Any) -> None:
    replay = replayed(model, PHOTO)
    for place, arrays in replay.dump.stages.items():
        after = replay.before(place)
        assert after in {place[0] - 1, None}
        made = arrays_of(replay.value(place, after))
        for name, array in arrays.items():
            assert np.array_equal(made[name], array), (place, name)


@pytest.mark.parametrize("model", MODELS)
def test_the_photo_alone_gives_all(model: str, replayed: Any) -> None:
    replay = replayed(model, PHOTO)
    place = max(replay.dump.stages)
    bare = with_dump(replay, stages={})
    assert bare.before(place) is None
    for name, array in arrays_of(bare.value(place, None)).items():
        assert np.array_equal(array, replay.dump.stages[place][name])
    assert bare.result(None) == replay.result(replay.before(place))


def test_a_stage_of_another_size_is_not_gone_on_from(replayed: Any) -> None:
    replay = replayed("portrait-segmentation", PHOTO)
    stages = dict(replay.dump.stages)
    stages[2, None] = {"image": stages[2, None]["image"][:, :100]}
    cut = with_dump(replay, stages=stages)
    assert cut.before((3, None)) == 1
    stages[1, None] = {"values": stages[1, None]["values"][:9]}
    assert with_dump(replay, stages=stages).before((3, None)) == 0


def test_without_a_photo_what_needs_it_says_so(replayed: Any) -> None:
    replay = replayed("portrait-segmentation", PHOTO)
    stages = {place: a for place, a in replay.dump.stages.items() if place[0] in {2, 3}}
    blind = replace(with_dump(replay, stages=stages), photo=None)
    assert blind.value((3, None), 2).keys() == {"probability"}
    for place in ((0, None), (1, None), (4, None)):
        with pytest.raises(DumpError, match="--photo"):
            blind.value(place, blind.before(place))


def test_a_style_that_was_not_dumped_is_asked_for(replayed: Any) -> None:
    replay = with_dump(replayed("style-transfer", PHOTO), stages={})
    with pytest.raises(DumpError, match="style_weights"):
        replay.value((3, None), None)


def test_something_else_is_done_at_one_step(replayed: Any) -> None:
    replay = replayed("portrait-segmentation", PHOTO)
    seen: list[Any] = []

    def make(trial: Any) -> Any:
        seen.append((trial.step, trial.direct, trial.seen))
        return 255 - trial.right()

    right = replay.value((2, None), 0)["image"]
    made = replay.value((2, None), 0, Instead(at=1, make=make, seen={"x": 1}))["image"]
    assert np.array_equal(made, 255 - right)
    assert seen == [(replay.spec.program[1], False, {"x": 1})]


@pytest.mark.parametrize("error", [DumpError("x"), ValueError("x"), IndexError("x")])
def test_an_attempt_may_fail(error: Exception) -> None:
    def fail() -> None:
        raise error

    assert attempt(fail) is None
    assert attempt(lambda: 3) == 3
