from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Event, get_ident
from typing import Any

import numpy as np
import pytest

from edge_runtime import interpreter
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


class Together(Event):
    """Two that ask whether it is set are told before either goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._two = Barrier(2)

    def is_set(self) -> bool:
        found = super().is_set()
        with suppress(BrokenBarrierError):
            self._two.wait(0.2)
        return found


def test_two_first_models_at_once_leave_standard_error_where_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []  # by which threads
    loading, loaded = Event(), Event()
    usual_dup, usual_load, before = os.dup, interpreter._load, os.fstat(2)

    def dup(number: int) -> int:
        kept.append(get_ident())
        assert kept[0] == get_ident() or loading.wait(10)
        return usual_dup(number)

    def load(path: Path, threads: int) -> Any:
        loading.set()
        assert kept[0] == get_ident() or loaded.wait(10)  # whoever began first ends first
        return usual_load(path, threads)

    def opened(_: int) -> None:
        Session(path)
        loaded.set()

    monkeypatch.setattr(interpreter, "_ANNOUNCED", Together())
    monkeypatch.setattr(interpreter, "_load", load)
    monkeypatch.setattr(os, "dup", dup)
    spare = usual_dup(2)
    try:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(opened, range(2)))
        after = os.fstat(2)
    finally:
        os.dup2(spare, 2)
        os.close(spare)
    assert (after.st_dev, after.st_ino) == (before.st_dev, before.st_ino)
