from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_runtime.bundle import Bundle
from edge_runtime.images import Photo
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.problems import WeightsMissing
from edge_server.search.describing import Describer


def test_a_version_names_the_classifier_s_file(engine: LocalEngine) -> None:
    bundle = Bundle.open()
    shipped = bundle.file(bundle.entry("image-classification"))[0]
    version = Describer(engine).version
    assert version.startswith(shipped.sha256[:24])
    assert len(version) <= 32


def test_without_a_classifier_there_is_no_version() -> None:
    engine: Any = SimpleNamespace(version=lambda _model: None)
    with pytest.raises(WeightsMissing):
        _ = Describer(engine).version


def test_a_photo_is_described_alike_each_time(
    engine: LocalEngine, sample: Callable[[str], NDArray[np.uint8]]
) -> None:
    photo, tickets = Photo(sample("samples/chelsea.png")), []
    one, other = (
        Describer(engine).describe(photo, Deadline.after(30), tickets.append) for _ in range(2)
    )
    assert (one.pixels, one.hash) == (other.pixels, other.hash)
    assert one.vector @ other.vector == pytest.approx(1, abs=1e-5)
    assert len(tickets) == 2
