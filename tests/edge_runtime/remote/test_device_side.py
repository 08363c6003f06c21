from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import Lens, Runtime
from edge_runtime.device_side import DeviceSide, DeviceTask, provenance_of
from edge_runtime.errors import PhotoUnreadable, PocketLensError
from edge_runtime.outcomes import Ok, Unavailable


@pytest.fixture
def side() -> Iterator[DeviceSide]:
    made = DeviceSide(Lens())
    yield made
    made.close()


def test_an_answer_names_the_file_that_gave_it(side: DeviceSide, samples: Path) -> None:
    task = DeviceTask(name="faces", work=lambda lens: lens.faces(samples / "obama2.jpg"))
    outcome = side.ask(task, 60)
    assert isinstance(outcome, Ok)
    entry = Lens().bundle.entry("face-detection-short")
    shipped = [f for f in entry.files if f.variant == entry.spec.ships["tflite"]]
    assert outcome.provenance.sha256 in {f.sha256 for f in shipped if f.format == "tflite"}
    assert outcome.provenance.accelerator == "cpu"
    assert list(outcome.provenance.ms) == ["decode", "preprocess", "run", "postprocess"]


def test_every_variant_has_its_own_hash(samples: Path) -> None:
    files = Lens().bundle.entry("image-classification").files
    variants = {file.variant for file in files if file.format == "tflite" and file.bundled}
    hashes = set()
    for variant in variants:
        lens = Lens(runtime=Runtime(variant=variant))
        hashes.add(provenance_of(lens, lens.classify(samples / "obama2.jpg")).sha256)
    assert hashes <= {file.sha256 for file in files}
    assert len(hashes) == len(variants)


def test_times_are_learnt(side: DeviceSide, samples: Path) -> None:
    assert side.expected("faces") == 0.5
    task = DeviceTask(name="faces", work=lambda lens: lens.faces(samples / "obama2.jpg"))
    side.ask(task, 60)
    assert 0 < side.expected("faces") != 0.5


def test_what_takes_too_long_is_left_to_end(side: DeviceSide) -> None:
    held, ended = threading.Event(), threading.Event()

    def slow(_: Lens) -> Any:
        held.wait(60)
        ended.set()
        raise PocketLensError("late")

    outcome = side.ask(DeviceTask(name="x", work=slow), 0.05)
    assert isinstance(outcome, Unavailable)
    assert outcome.code == "deadline"
    assert not ended.is_set()
    held.set()
    assert ended.wait(60)


def test_a_broken_photo_is_the_callers_error(side: DeviceSide) -> None:
    with pytest.raises(PhotoUnreadable):
        side.ask(DeviceTask(name="x", work=lambda lens: lens.faces(b"none")), 60)
