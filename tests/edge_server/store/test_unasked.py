from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from edge_server.intake.upload import Upload
from edge_server.problems import StorageUnavailable
from edge_server.store.records import Search
from edge_server.store.store import Store
from edge_server.store.unasked import somebody_asked, unasked


def test_only_in_it_and_only_in_that_thread() -> None:
    seen: list[bool] = []
    with unasked(), unasked():
        seen.append(somebody_asked())
        thread = Thread(target=lambda: seen.append(somebody_asked()))
        thread.start()
        thread.join()
    assert [*seen, somebody_asked()] == [False, True, True]


def test_a_database_that_was_taken_away_waits_for_somebody_to_be_told(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    plain.keep("ann", upload(1))
    for path in tmp_path.glob("store.sqlite*"):
        path.unlink()
    for _ in range(3):
        with pytest.raises(StorageUnavailable), unasked():
            plain.search("ann", Search())
        assert not (tmp_path / "store.sqlite").exists()
    with pytest.raises(StorageUnavailable):
        plain.search("ann", Search())
    with unasked():
        assert plain.search("ann", Search()).photos == ()
