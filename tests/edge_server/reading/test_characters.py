from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.errors import WeightsError
from edge_server.reading.characters import alphabet, decode

KNOWN = alphabet("a\nb\nc", 5)


def path(*classes: int, sure: float = 1.0) -> np.ndarray:
    steps = np.full((len(classes), 5), (1 - sure) / 4, np.float32)
    steps[np.arange(len(classes)), classes] = sure
    return steps


@pytest.mark.parametrize(
    ("classes", "text"),
    [
        ((0, 1, 1, 0, 1, 2, 2), "aab"),
        ((1, 2, 3), "abc"),
        ((1, 4, 2), "a b"),
        ((0, 0, 0), ""),
        ((3, 3, 3, 3), "c"),
        ((), ""),
    ],
)
def test_the_same_in_a_row_is_one(classes: tuple[int, ...], text: str) -> None:
    assert decode(path(*classes), KNOWN).text == text


def test_confidence_is_the_mean_over_the_characters() -> None:
    steps = np.concatenate([path(1, sure=0.9), path(0, sure=0.3), path(2, sure=0.5)])
    assert decode(steps, KNOWN).confidence == pytest.approx(0.7)
    assert decode(path(0, 0), KNOWN).confidence == 0.0


def test_the_last_class_is_the_space() -> None:
    assert KNOWN == ("a", "b", "c", " ")


def test_a_list_of_another_network_is_refused() -> None:
    with pytest.raises(WeightsError, match="6 classes and 4 characters"):
        alphabet("a\nb\nc", 6)
