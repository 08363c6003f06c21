from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edge_server.intake.intake import Intake
from edge_server.search.attending import attended
from edge_server.search.indexing import Indexer
from edge_server.search.rows import Rows
from edge_server.settings import Settings
from edge_server.store.store import open_store


def test_what_is_kept_while_a_server_runs_is_described_and_what_was_left_before(
    indexer: Indexer,
    rows: Rows,
    keep: Callable[..., str],
    noise: Callable[[int], NDArray[np.uint8]],
    tmp_path: Any,
) -> None:
    keep(noise(1))
    services: Any = SimpleNamespace(
        settings=Settings(data=str(tmp_path)),
        told=[],
        searcher=SimpleNamespace(indexer=indexer, stop=indexer.stop),
    )
    with attended(services):
        settled(rows)
        keep(noise(2))
        (tell,) = services.told
        tell()
        settled(rows)
        assert rows.mark("anna").size == 2
    keep(noise(3))
    tell()
    assert rows.counts("anna") == (1, 0)


def test_a_store_that_was_never_used_is_not_made(tmp_path: Any) -> None:
    services: Any = SimpleNamespace(settings=Settings(data=str(tmp_path / "none")), told=[])
    with attended(services):
        assert len(services.told) == 1
    assert not (tmp_path / "none").exists()


def test_a_store_tells_of_new_photos_only(
    tmp_path: Any, noise: Callable[[int], NDArray[np.uint8]]
) -> None:

    told: list[int] = []
    store = open_store(Settings(data=str(tmp_path)), [lambda: told.append(1)])
    assert store is not None
    content = BytesIO()
    Image.fromarray(noise(1)).save(content, "PNG")
    upload = Intake().from_bytes(content.getvalue())
    for _ in range(2):
        store.keep("anna", upload)
    store.keep("anna", upload, {"name": "again"})
    store.close()
    assert told == [1]


def settled(rows: Rows) -> None:
    until = time.monotonic() + 30
    while rows.counts("anna")[0] and time.monotonic() < until:
        time.sleep(0.02)
    assert rows.counts("anna") == (0, 0)
