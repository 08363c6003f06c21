from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_runtime.images import Photo
from edge_server.intake.intake import Intake
from edge_server.problems import ImageUndecodable, Overloaded, StorageUnavailable
from edge_server.search.indexing import Indexer
from edge_server.search.rows import Rows
from edge_server.store.store import Store
from edge_server.store.unasked import somebody_asked

Noise = Callable[[int], NDArray[np.uint8]]
Keep = Callable[..., str]


def pending(rows: Rows, owner: str | None = None) -> set[str]:
    return {photo for _, photo in rows.pending(owner, "", 1000)}


def test_what_is_kept_is_described_once(
    indexer: Indexer, rows: Rows, keep: Keep, noise: Noise, quick: Any
) -> None:
    ids = {keep(noise(number)) for number in range(3)}
    assert pending(rows) == ids
    counted: list[int] = []
    assert indexer.catch_up(told=counted.append) == 3
    assert counted == [1, 2, 3]
    assert pending(rows) == set()
    assert indexer.catch_up() == 0
    assert quick.asked == 3


def test_of_one_owner_and_no_more_than_asked(
    indexer: Indexer, rows: Rows, keep: Keep, noise: Noise
) -> None:
    for number in range(4):
        keep(noise(number), "anna")
    keep(noise(0), "ben")
    assert indexer.catch_up("anna", most=3) == 3
    assert (len(pending(rows, "anna")), len(pending(rows, "ben"))) == (1, 1)


def test_a_new_version_describes_anew(
    indexer: Indexer, store: Store, keep: Keep, noise: Noise
) -> None:
    keep(noise(1))
    indexer.catch_up()
    indexer.rows = Rows(store, "another")
    assert indexer.catch_up() == 1
    assert indexer.rows.mark("anna").size == 1
    assert Rows(store, "quick-1").mark("anna").size == 0


def test_a_photo_that_cannot_be_decoded_is_tried_once_and_counted(
    indexer: Indexer, rows: Rows, keep: Keep, noise: Noise, monkeypatch: Any
) -> None:
    keep(noise(1))
    with monkeypatch.context() as patch:
        patch.setattr(Intake, "from_bytes", refusing(ImageUndecodable("damaged")))
        assert indexer.catch_up() == 1
    assert indexer.catch_up() == 0
    assert rows.counts("anna") == (0, 1)
    assert rows.mark("anna").size == 0


def test_what_keeps_one_photo_from_it_keeps_no_other(
    indexer: Indexer, rows: Rows, keep: Keep, noise: Noise, store: Store
) -> None:
    ids = [keep(noise(number)) for number in range(5)]
    lost = store.photo("anna", ids[2])
    store.blobs.delete(lost.sha256)
    with pytest.raises(StorageUnavailable):
        indexer.catch_up()
    assert pending(rows) == {ids[2]}


def test_a_photo_that_is_deleted_meanwhile_leaves_nothing(
    indexer: Indexer, rows: Rows, keep: Keep, noise: Noise, store: Store, quick: Any
) -> None:
    gone = keep(noise(1))
    describe = quick.describe

    def described(photo: Photo, *given: object, **named: object) -> object:
        store.delete("anna", gone)
        return describe(photo, *given, **named)

    quick.describe = described
    assert indexer.catch_up() == 0
    assert rows.counts("anna") == (0, 0)
    assert rows.mark("anna") == (0, 0)


def test_a_thread_describes_what_is_kept_and_ends(
    indexer: Indexer, rows: Rows, keep: Keep, noise: Noise
) -> None:
    ids = {keep(noise(number)) for number in range(3)}
    for _ in ids:
        indexer.wake()
    indexer.settle(30)
    assert pending(rows) == set()
    keep(noise(9))
    indexer.wake()
    indexer.settle(30)
    assert pending(rows) == set()


def test_a_busy_server_is_asked_again_unasked(
    indexer: Indexer, rows: Rows, keep: Keep, noise: Noise, quick: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("edge_server.search.indexing._AGAIN", 0.01)
    keep(noise(1))
    describe, refused = quick.describe, []

    def described(*given: Any, **named: Any) -> object:
        if len(refused) < 3:
            refused.append(somebody_asked())
            raise Overloaded("busy", retry_after=1)
        return describe(*given, **named)

    quick.describe = described
    indexer.wake()
    indexer.settle(30)
    assert (refused, pending(rows)) == ([False] * 3, set())


def test_once_it_is_stopped_it_ends_soon_and_begins_nothing(
    indexer: Indexer, rows: Rows, keep: Keep, noise: Noise, quick: Any
) -> None:
    for number in range(3):
        keep(noise(number))
    describe = quick.describe

    def described(*given: Any, **named: Any) -> object:
        assert indexer._leave.wait(20)  # told to end while it has the first in hand
        return describe(*given, **named)

    quick.describe = described
    indexer.wake()
    indexer.stop()
    indexer.wake()
    indexer.settle(30)
    assert quick.asked <= 1
    assert len(pending(rows)) >= 2


def refusing(problem: Exception) -> Callable[..., Any]:
    def refuse(*_given: object, **_named: object) -> Any:
        raise problem

    return refuse
