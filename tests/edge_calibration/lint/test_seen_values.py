from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_calibration.lint.reading import read_model_graph
from edge_calibration.lint.seen_values import with_seen_values
from edge_runtime.errors import ConversionError

Make = Callable[..., Path]


def photo(value: float, shape: tuple[int, ...] = (1, 8, 8, 3)) -> dict[str, np.ndarray]:
    return {"x": np.full(shape, value, np.float32)}


def test_the_largest_magnitude_over_the_photos(tflite: Make) -> None:
    path = tflite(["NEG", "x", "a"], ["MUL", "a c", "y"], tensors={"c": np.float32([2.0])})
    graph = with_seen_values(read_model_graph(path), [photo(3.0), photo(-5.0), photo(1.0)])
    assert graph.largest == {"a": 5.0, "y": 10.0}


def test_values_of_a_program(package: Make) -> None:
    path = package(lambda mil, x: mil.mul(x=x, y=np.float32(2.0), name="y"))
    graph = with_seen_values(read_model_graph(path), [photo(3.0)])
    assert max(graph.largest.values()) == 6.0


def test_what_is_no_picture_goes_in_as_it_is(package: Make) -> None:
    path = package(lambda mil, x: mil.mul(x=x, y=np.float32(2.0)), (1, 1, 1, 100))
    vector = photo(3.0, (1, 1, 1, 100))
    assert max(with_seen_values(read_model_graph(path), [vector]).largest.values()) == 6.0


def test_without_photos_nothing_is_run(tflite: Make) -> None:
    graph = read_model_graph(tflite(["FlexErf", "x", "y"]))
    assert with_seen_values(graph, []) is graph


def test_photos_of_another_size_are_refused(tflite: Make) -> None:
    graph = read_model_graph(tflite(["NEG", "x", "y"]))
    with pytest.raises(ConversionError, match=r"running tiny.tflite failed"):
        with_seen_values(graph, [photo(1.0, (1, 9, 9, 3))])
