"""Searchers over small stores: with the real classifier, or with one that is quick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edge_runtime.bundle import Bundle
from edge_runtime.images import Photo
from edge_server.engine.local import LocalEngine
from edge_server.intake.intake import Intake
from edge_server.search.description import Description, described
from edge_server.search.indexes import Indexes
from edge_server.search.indexing import Indexer
from edge_server.search.rows import Rows
from edge_server.search.searcher import Searcher
from edge_server.settings import Settings
from edge_server.store.store import Store, open_store
from edge_server.tasks.light import light_servables

Pixels = NDArray[np.uint8]
DATA = Path(__file__).parents[3] / "calibration" / "data"


@pytest.fixture(scope="session")
def engine() -> Iterator[LocalEngine]:
    made = LocalEngine(light_servables(Bundle.open()))
    yield made
    assert made.drain(20)


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Pixels]:
    """A photo of ``calibration/data``, long side at most 640 pixels."""

    def opened(name: str) -> Pixels:
        with Image.open(DATA / name) as image:
            image.thumbnail((640, 640))
            return np.asarray(image.convert("RGB"))

    return opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(Settings(data=str(tmp_path)))
    assert made is not None
    with closing(made):
        yield made


@pytest.fixture
def searcher(store: Store, engine: LocalEngine, tmp_path: Path) -> Iterator[Searcher]:
    made = Searcher(store=store, engine=engine, intake=Intake(), folder=tmp_path / "search")
    yield made
    made.indexer.stop()


@pytest.fixture
def keep(store: Store) -> Callable[..., str]:
    """Keeps pixels as a photo of an owner: its id."""

    def kept(pixels: Pixels, owner: str = "anna", kind: str = "PNG", **options: Any) -> str:
        upload = Intake().from_bytes(encoded(pixels, kind, **options))
        return store.keep(owner, upload).photo.id

    return kept


class Quick:
    """Describes without a network: the colours of nine places stand for probabilities."""

    version = "quick-1"

    def __init__(self) -> None:
        self.asked = 0

    def describe(self, photo: Photo, *_given: object, **_named: object) -> Description:
        self.asked += 1
        small = cv2.resize(photo.rgb, (3, 3), interpolation=cv2.INTER_AREA).astype(np.float32)
        return described(photo.rgb, (small.ravel() + 1) / float(small.sum() + 27))


@pytest.fixture
def quick() -> Quick:
    return Quick()


@pytest.fixture
def rows(store: Store) -> Rows:
    return Rows(store, Quick.version)


@pytest.fixture
def indexer(store: Store, rows: Rows, quick: Quick) -> Iterator[Indexer]:
    made = Indexer(store=store, intake=Intake(), describer=quick, rows=rows)  # type: ignore[arg-type]
    yield made
    made.stop()


@pytest.fixture
def indexes(rows: Rows, tmp_path: Path) -> Indexes:
    return Indexes(rows, tmp_path / "search")


@pytest.fixture
def noise() -> Callable[[int], Pixels]:
    """Small pictures, each number another one."""
    return lambda number: (
        np.random.default_rng(number).integers(0, 255, (12, 16, 3)).astype(np.uint8)
    )


def encoded(pixels: Pixels, kind: str, **options: Any) -> bytes:
    content = BytesIO()
    Image.fromarray(pixels).save(content, kind, **options)
    return content.getvalue()
