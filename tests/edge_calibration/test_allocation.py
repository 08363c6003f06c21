from __future__ import annotations

from itertools import product
from random import Random

import pytest

from edge_calibration.search.allocation import Option, front, hull, ladder, mix_after


def option(precision: str, saving: float, loss: float) -> Option:
    return Option(precision=precision, saving=saving, loss=loss)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        ([option("fp16", 2, 0)], ["fp16"]),
        ([option("fp16", 2, 1), option("w8", 3, 4)], ["fp16", "w8"]),
        ([option("fp16", 2, 4), option("w8", 3, 4.5)], ["w8"]),  # 2 a unit against 1.5
        ([option("fp16", 2, 3), option("w8", 3, 1)], ["w8"]),
        ([option("fp16", 0, 0), option("w8", -1, 0)], []),  # saves nothing
        ([option("w8", 3, 3), option("w8_tensor", 3, 2)], ["w8_tensor"]),
        ([option("w8", 3, 0), option("w4", 4, 0)], ["w4"]),
        (
            [option("fp16", 2, 0), option("w8", 3, 1), option("w4", 3.5, 9)],
            ["fp16", "w8", "w4"],
        ),
    ],
)
def test_the_hull_keeps_what_no_mixture_beats(given: list[Option], kept: list[str]) -> None:
    corners = hull(given)
    assert [corner.precision for corner in corners] == ["float", *kept]
    assert hull(reversed(given)) == corners


def test_the_ladder_takes_the_cheapest_loss_first() -> None:
    steps = ladder(
        {
            "a": [option("fp16", 1, 1), option("w8", 2, 5)],
            "b": [option("fp16", 1, 2), option("w8", 2, 5)],
        }
    )
    assert [(step.layer, step.precision) for step in steps] == [
        ("a", "fp16"),
        ("b", "fp16"),
        ("b", "w8"),
        ("a", "w8"),
    ]
    assert mix_after("ab", steps, 0) == {"a": "float", "b": "float"}
    assert mix_after("ab", steps, 3) == {"a": "fp16", "b": "w8"}


@pytest.mark.parametrize("seed", range(20))
def test_no_mix_beats_those_on_the_way_down_if_losses_add_up(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    options = {
        layer: [
            option(precision, random.randint(1, 9), random.random())
            for precision in ("fp16", "w8", "w4")
        ]
        for layer in "abcd"
    }
    table = {
        layer: {"float": (0.0, 0.0), **{o.precision: (o.saving, o.loss) for o in of_layer}}
        for layer, of_layer in options.items()
    }

    def totals(mix: dict[str, str]) -> tuple[float, float]:
        saving, loss = zip(*(table[name][is_] for name, is_ in mix.items()), strict=True)
        return sum(saving), sum(loss)

    every = [
        totals(dict(zip("abcd", chosen, strict=True)))
        for chosen in product(("float", "fp16", "w8", "w4"), repeat=4)
    ]
    steps = ladder(options)
    for count in range(len(steps) + 1):
        saving, loss = totals(mix_after("abcd", steps, count))
        assert not [e for e in every if e[0] >= saving and e[1] < loss - 1e-12]


@pytest.mark.parametrize(
    ("points", "kept"),
    [
        ([], []),
        ([(1.0, 1.0)], [0]),
        ([(1.0, 2.0), (2.0, 1.0)], [0, 1]),
        ([(1.0, 2.0), (1.0, 3.0)], [0]),
        ([(2.0, 2.0), (1.0, 1.0), (3.0, 0.0)], [1, 2]),
        ([(1.0, 1.0), (1.0, 1.0)], [0]),
        ([(1.0, 1.0, 3.0), (1.0, 1.0, 2.0), (0.0, 5.0, 5.0)], [1, 2]),
    ],
)
def test_the_front_is_what_nothing_beats(
    points: list[tuple[float, ...]], kept: list[int]
) -> None:
    assert front(points) == kept
