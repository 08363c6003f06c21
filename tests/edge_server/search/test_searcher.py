from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edge_runtime.images import Photo
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.intake.intake import Intake
from edge_server.problems import NotFound, StorageUnavailable
from edge_server.search.records import Found, SearchParams
from edge_server.search.searcher import Searcher, Sought
from edge_server.settings import Settings
from edge_server.store.store import Store, open_store

Pixels = NDArray[np.uint8]
Sample = Callable[[str], Pixels]
Keep = Callable[..., str]
NAMES = (
    "samples/china.jpg",
    "samples/chelsea.png",
    "samples/coffee.png",
    "samples/obama.jpg",
    "samples/obama2.jpg",
    "evaluation/bar-couple.jpg",
    "evaluation/bar-couple-glasses.jpg",
    "evaluation/castle.jpg",
)


@pytest.fixture
def searcher(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> Searcher:
    """One that waits for what was just kept also where the machine is slow."""
    monkeypatch.setattr("edge_server.search.searcher._MOST_SECONDS", 60.0)
    return searcher


def sought(pixels: Pixels, owner: str = "anna", **params: Any) -> Sought:
    return Sought(
        owner=owner,
        photo=Photo(np.ascontiguousarray(pixels)),
        sha256="",
        params=SearchParams(**params),
        deadline=Deadline.after(60),
    )


@dataclass(frozen=True)
class Library:
    """The photos of an owner, their names by id; no test changes them."""

    searcher: Searcher
    names: dict[str, str]

    def search(self, pixels: Pixels, owner: str = "anna", **params: Any) -> Found:
        return self.searcher.search(sought(pixels, owner, **params))

    def kinds(self, pixels: Pixels, **params: Any) -> dict[str, str]:
        found = self.search(pixels, **params)
        return {self.names[match.photo.id]: match.kind for match in found.matches}


@pytest.fixture(scope="module")
def library(
    engine: LocalEngine, sample: Sample, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    folder, intake = tmp_path_factory.mktemp("library"), Intake()
    store = open_store(Settings(data=str(folder)))
    assert store is not None
    with closing(store):
        searcher = Searcher(store=store, engine=engine, intake=intake, folder=folder / "search")
        names = {}
        for name in NAMES:
            content = BytesIO()
            Image.fromarray(sample(name)).save(content, "BMP")
            names[store.keep("anna", intake.from_bytes(content.getvalue())).photo.id] = name
        searcher.indexer.catch_up()
        yield Library(searcher, names)


def test_the_same_pixels_are_exact_in_whichever_file(library: Library, sample: Sample) -> None:
    found = library.search(sample("samples/china.jpg"))
    best = found.matches[0]
    assert (best.kind, best.score, best.transform) == ("exact", 1.0, None)
    assert best.photo.format == "bmp"
    assert (found.searched, found.pending, found.failed) == (len(NAMES), 0, 0)


CHANGES: dict[str, Callable[[Pixels], Any]] = {
    "crop": lambda rgb: rgb[60:, 100:-60],
    "resize": lambda rgb: cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "mirror": lambda rgb: rgb[:, ::-1],
    "mirrored crop": lambda rgb: rgb[30:-30, 40:-50][:, ::-1],
    "darker": lambda rgb: rgb * 0.6,
    "grey": lambda rgb: rgb.mean(axis=2, keepdims=True).repeat(3, axis=2),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["samples/china.jpg", "samples/chelsea.png"])
def test_a_changed_copy_is_found_and_nothing_else_is_a_copy(
    name: str, change: str, library: Library, sample: Sample
) -> None:
    rgb = CHANGES[change](sample(name)).astype(np.uint8)
    best, *others = library.search(rgb).matches
    assert (library.names[best.photo.id], best.kind) == (name, "near")
    assert best.score > 0.8
    assert best.transform is not None
    assert best.transform.mirrored == ("mirror" in change)
    assert {match.kind for match in others} <= {"alike"}


def test_the_same_people_and_places_are_alike_and_no_copies(
    library: Library, sample: Sample
) -> None:
    found = library.kinds(sample("samples/obama.jpg"))
    assert found == {"samples/obama.jpg": "exact", "samples/obama2.jpg": "alike"}
    bar = library.kinds(sample("evaluation/bar-couple.jpg"))
    assert bar.get("evaluation/bar-couple-glasses.jpg", "alike") == "alike"


def test_less_is_told_where_less_is_asked_for(library: Library, sample: Sample) -> None:
    rgb = sample("samples/obama.jpg")
    assert library.kinds(rgb, kind="near") == {"samples/obama.jpg": "exact"}
    assert library.search(rgb[:, ::-1], kind="exact").matches == ()
    assert len(library.search(rgb, limit=1).matches) == 1


def test_another_owner_s_photos_are_not_found(library: Library, sample: Sample) -> None:
    found = library.search(sample("samples/china.jpg"), owner="ben")
    assert (found.matches, found.searched, found.pending) == ((), 0, 0)


def test_a_kept_photo_finds_the_others_and_not_itself(
    searcher: Searcher, keep: Keep, sample: Sample
) -> None:
    first = keep(sample("samples/china.jpg"))
    copy = keep(np.ascontiguousarray(sample("samples/china.jpg")[50:, 50:]))
    asked = partial(Sought, params=SearchParams(), deadline=Deadline.after(60))
    found = searcher.search_kept("anna", first, asked)
    assert [(match.photo.id, match.kind) for match in found.matches] == [(copy, "near")]
    with pytest.raises(NotFound):
        searcher.search_kept("ben", copy, asked)


def test_what_was_just_kept_is_waited_for_and_what_is_deleted_is_gone(
    searcher: Searcher, keep: Keep, sample: Sample, store: Store
) -> None:
    rgb = sample("samples/coffee.png")
    kept = keep(rgb)
    found = searcher.search(sought(rgb))
    assert ([match.photo.id for match in found.matches], found.pending) == ([kept], 0)
    store.delete("anna", kept)
    found = searcher.search(sought(rgb))
    assert (found.matches, found.searched) == ((), 0)


def test_everything_is_found_after_a_rebuild(
    searcher: Searcher, keep: Keep, sample: Sample
) -> None:
    for name in NAMES[:3]:
        keep(sample(name))
    searcher.indexer.catch_up()
    before = searcher.search(sought(sample(NAMES[1])))
    counted: list[int] = []
    assert searcher.rebuild(counted.append) == 3
    assert counted == [1, 2, 3]
    assert searcher.search(sought(sample(NAMES[1]))) == before
    assert before.matches[0].kind == "exact"


def test_a_database_that_is_gone_is_no_empty_answer(
    searcher: Searcher, keep: Keep, sample: Sample, store: Store, monkeypatch: Any
) -> None:
    def gone(*_given: object) -> Any:
        raise StorageUnavailable("the store cannot be reached")

    keep(sample("samples/coffee.png"))
    monkeypatch.setattr(type(store), "reading", gone)
    with pytest.raises(StorageUnavailable):
        searcher.search(sought(sample("samples/coffee.png")))
