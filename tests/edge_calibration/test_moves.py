from __future__ import annotations

from itertools import islice
from random import Random

from edge_calibration.search.allocation import Option
from edge_calibration.search.moves import Moves

OPTIONS = {
    "a": [
        Option(precision="fp16", saving=2, loss=0),
        Option(precision="w8", saving=3, loss=8),
    ],
    "b": [
        Option(precision="fp16", saving=4, loss=1),
        Option(precision="w8", saving=6, loss=2),
    ],
}


def moves(seed: int = 0) -> Moves:
    return Moves(OPTIONS, Random(seed))  # noqa: S311


def test_cheaper_changes_begin_with_the_least_loss_for_what_is_saved() -> None:
    found = moves().cheaper({"a": "fp16", "b": "fp16"})
    assert [(c.layer, c.precision, c.rate) for c in found] == [
        ("b", "w8", 0.5),
        ("a", "w8", 8.0),
    ]


def test_finer_changes_begin_with_the_most_that_is_won_back() -> None:
    found = moves().finer({"a": "w8", "b": "w8"})
    assert [(c.layer, c.precision) for c in found] == [
        ("a", "fp16"),
        ("a", "float"),
        ("b", "fp16"),
        ("b", "float"),
    ]


def test_single_changes_and_pairs_come_in_turns() -> None:
    mix = {"a": "w8", "b": "fp16"}
    around = list(moves().around(mix, finer=False))  # type: ignore[arg-type]
    assert around[0] == {"a": "w8", "b": "w8"}
    assert around[1]["a"] != "w8"
    assert around[1]["b"] == "w8"
    finer = next(moves().around(mix, finer=True))  # type: ignore[arg-type]
    assert finer == {"a": "fp16", "b": "fp16"}


def test_a_seed_is_an_order() -> None:
    mix = {"a": "w8", "b": "fp16"}
    orders = [
        [str(m) for m in islice(moves(seed).around(mix, finer=True), 9)]  # type: ignore[arg-type]
        for seed in (1, 1)
    ]
    assert orders[0] == orders[1]
