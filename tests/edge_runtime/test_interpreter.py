from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.errors import BundleError, SpecError
from edge_runtime.interpreter import Session

SHAPE = (1, 4, 6, 3)


@pytest.fixture
def path(tmp_path: Path, make_tflite: Callable[..., bytes], scaled: Any) -> Path:
    outputs = {"doubled": scaled(2.0, 1.0), "fixed": [[1.0, 2.0]]}
    file = tmp_path / "tiny.tflite"
    file.write_bytes(make_tflite(SHAPE, outputs, {"vector": (1, 5)}))
    return file


def picture(shape: tuple[int, ...] = SHAPE, dtype: type = np.float32) -> np.ndarray:
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("shape", [SHAPE, SHAPE[1:]])
def test_inputs_and_outputs_have_the_signatures_names(
    path: Path, shape: tuple[int, ...], dtype: type
) -> None:
    out = Session(path).run(
        {"image": picture(shape, dtype), "vector": np.ones((1, 5), np.float32)}
    )
    assert set(out) == {"doubled", "fixed"}
    np.testing.assert_array_equal(out["doubled"], picture() * 2 + 1)
    np.testing.assert_array_equal(out["fixed"], [[1, 2]])


def test_runs_do_not_touch_what_earlier_runs_returned(path: Path) -> None:
    session, vector = Session(path), np.zeros((1, 5), np.float32)
    first = session.run({"image": picture(), "vector": vector})["doubled"]
    session.run({"image": picture() * 0, "vector": vector})
    np.testing.assert_array_equal(first, picture() * 2 + 1)


def test_a_file_that_changes_after_it_was_loaded_changes_nothing(path: Path) -> None:
    session, vector = Session(path), np.zeros((1, 5), np.float32)
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
    out = session.run({"image": picture(), "vector": vector})
    np.testing.assert_array_equal(out["doubled"], picture() * 2 + 1)
    np.testing.assert_array_equal(out["fixed"], [[1, 2]])


def test_a_bare_run_repeats_the_last_one(path: Path) -> None:
    session = Session(path)
    session.run({"image": picture(), "vector": np.zeros((1, 5), np.float32)})
    session.invoke()


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, r"takes \['image', 'vector'\], not \[\]"),
        ({"image": picture()}, r"not \['image'\]"),
        ({"image": picture((1, 1, 6, 3)), "vector": np.zeros((1, 5), np.float32)}, "image"),
        ({"image": picture(), "vector": np.zeros((5, 1), np.float32)}, "vector"),
    ],
)
def test_wrong_names_and_shapes_are_named(path: Path, inputs: Any, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        Session(path).run(inputs)


def test_a_graph_takes_another_size_where_it_can(path: Path) -> None:
    session = Session(path, size_hw=(2, 3))
    assert session.input_shapes["image"] == (1, 2, 3, 3)
    small = picture((1, 2, 3, 3))
    out = session.run({"image": small, "vector": np.zeros((1, 5), np.float32)})
    np.testing.assert_array_equal(out["doubled"], small * 2 + 1)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\0" * 4096])
def test_a_file_that_is_no_model_is_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.tflite"
    file.write_bytes(content)
    with pytest.raises(BundleError, match=r"broken\.tflite") as caught:
        Session(file)
    assert "\n" not in str(caught.value)


def test_a_file_without_our_signature_is_refused(
    tmp_path: Path, make_tflite: Callable[..., bytes], scaled: Any
) -> None:
    file = tmp_path / "other.tflite"
    file.write_bytes(make_tflite(SHAPE, {"out": scaled(1.0)}, signature="other"))
    with pytest.raises(BundleError, match="serving_default"):
        Session(file)


def test_nothing_is_announced(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Session(path)
    assert capfd.readouterr().err == ""
