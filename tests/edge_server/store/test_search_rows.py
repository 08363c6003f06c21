"""The rows of the search, in both kinds of database."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from edge_server.intake.upload import Upload
from edge_server.search.description import Description, described
from edge_server.search.packing import unpack
from edge_server.search.rows import Rows
from edge_server.search.tables import SearchVector
from edge_server.store.store import Store


@pytest.fixture
def rows(store: Store) -> Rows:
    return Rows(store, "version")


@pytest.fixture
def kept(store: Store, upload: Callable[..., Upload]) -> Callable[..., str]:
    return lambda number=0, owner="anna": store.keep(owner, upload(number)).photo.id


def description(seed: int) -> Description:
    chance = np.random.default_rng(seed)
    rgb = chance.integers(0, 255, (20, 30, 3)).astype(np.uint8)
    return described(rgb, chance.dirichlet(np.ones(1000)).astype(np.float32))


def test_a_row_comes_back_as_it_was_written(rows: Rows, kept: Callable[..., str]) -> None:
    photo, made = kept(), description(3)
    assert rows.put("anna", photo, made)
    (loaded,) = rows.vectors(rows.ids("anna"))
    assert loaded.photo_ids == [photo]
    assert loaded.hashes.tolist() == [made.hash]
    assert np.abs(loaded.vectors[0] - made.vector).max() < 1e-3
    look = unpack(rows.looks(loaded.ids.tolist())[int(loaded.ids[0])])
    assert np.array_equal(look.small, made.look.small)
    assert rows.same_pixels("anna", made.pixels) == [photo]
    assert rows.same_pixels("ben", made.pixels) == []


def test_the_mark_changes_with_every_change(
    rows: Rows, kept: Callable[..., str], store: Store
) -> None:
    ids, marks = [kept(number) for number in range(3)], [rows.mark("anna")]
    for number, photo in enumerate(ids):
        rows.put("anna", photo, description(number))
        marks.append(rows.mark("anna"))
    store.delete("anna", ids[-1])
    marks.append(rows.mark("anna"))
    rows.put("anna", ids[0], description(8))
    marks.append(rows.mark("anna"))
    rows.put("anna", kept(7), description(9))
    marks.append(rows.mark("anna"))
    assert all(before != after for before, after in pairwise(marks))
    assert marks[-1].size == 3
    assert rows.mark("ben") == (0, 0)


def test_pending_is_what_has_no_row_of_this_version(
    rows: Rows, kept: Callable[..., str], store: Store
) -> None:
    ids = sorted(kept(number) for number in range(4))
    assert rows.pending(None, "", 9) == [("anna", one) for one in ids]
    assert rows.pending("anna", ids[1], 1) == [("anna", ids[2])]
    rows.put("anna", ids[2], description(1))
    rows.put("anna", ids[3], None)
    Rows(store, "older").put("anna", ids[0], description(2))
    assert rows.pending("anna", "", 9) == [("anna", ids[0]), ("anna", ids[1])]
    assert rows.counts("anna") == (2, 1)
    assert rows.mark("anna").size == 1


def test_a_photo_that_is_not_kept_has_no_row(rows: Rows, kept: Callable[..., str]) -> None:
    kept()
    assert not rows.put("anna", "0" * 32, description(1))
    assert rows.mark("anna") == (0, 0)


def test_rows_go_with_their_photos(rows: Rows, kept: Callable[..., str], store: Store) -> None:
    photo = kept()
    rows.put("anna", photo, description(1))
    store.delete("anna", photo)
    assert rows.mark("anna").size == 0
    with store.reading() as session:
        assert session.query(SearchVector).count() == 0


def test_a_damaged_row_is_deleted_and_the_others_are_loaded(
    rows: Rows, kept: Callable[..., str], store: Store
) -> None:
    ids = [kept(number) for number in range(3)]
    for number, photo in enumerate(ids):
        rows.put("anna", photo, description(number))
    with store.session() as session:
        damaged = session.query(SearchVector).filter_by(photo_id=ids[1])
        damaged.update({"vector": b"cut"})
    (loaded,) = rows.vectors(rows.ids("anna"))
    assert set(loaded.photo_ids) == {ids[0], ids[2]}
    assert rows.pending("anna", "", 9) == [("anna", ids[1])]


def test_clearing_takes_every_row_and_no_photo(
    rows: Rows, kept: Callable[..., str], store: Store
) -> None:
    ids = {kept(number) for number in range(2)}
    for photo in ids:
        rows.put("anna", photo, description(1))
    assert rows.clear() == 2
    assert {photo for _, photo in rows.pending("anna", "", 9)} == ids
