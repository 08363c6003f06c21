from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_runtime.images import Photo
from edge_server.engine.interface import Deadline
from edge_server.problems import DeadlineExceeded
from edge_server.search.describing import Describer
from edge_server.search.finding import Asked, Candidate, candidates, copies, transform_of
from edge_server.search.indexes import Indexes
from edge_server.search.indexing import Indexer
from edge_server.search.rows import Rows
from edge_server.store.store import Store

Pixels = NDArray[np.uint8]
Sample = Callable[[str], Pixels]


@pytest.fixture
def asked(quick: Describer) -> Callable[[Pixels], Asked]:
    def made(pixels: Pixels) -> Asked:
        photo = Photo(np.ascontiguousarray(pixels))
        return Asked.of(photo, quick.describe(photo, Deadline.after(9)))

    return made


@pytest.fixture
def found(
    indexes: Indexes, indexer: Indexer, asked: Callable[[Pixels], Asked]
) -> Callable[[Pixels], tuple[Asked, list[Candidate]]]:
    def looked(pixels: Pixels) -> tuple[Asked, list[Candidate]]:
        indexer.catch_up()
        photo = asked(pixels)
        with indexes.index("anna") as index:
            return photo, candidates(index, photo, 1)

    return looked


def test_a_mirror_image_is_a_candidate_by_its_hash(
    found: Callable[..., tuple[Asked, list[Candidate]]],
    keep: Callable[..., str],
    sample: Sample,
    noise: Callable[[int], Pixels],
) -> None:
    rgb = sample("samples/coffee.png")
    kept = keep(rgb)
    keep(255 - np.ascontiguousarray(rgb[:, ::-1]))
    _, among = found(np.ascontiguousarray(rgb[:, ::-1]))
    assert kept in {one.photo_id for one in among}


def test_a_copy_s_place_is_told_in_the_pixels_of_both(
    found: Callable[..., tuple[Asked, list[Candidate]]],
    keep: Callable[..., str],
    sample: Sample,
    rows: Rows,
    store: Store,
) -> None:
    rgb = np.repeat(np.repeat(sample("samples/china.jpg"), 2, axis=0), 2, axis=1)
    kept = keep(rgb)
    part = rgb[200:600, 300:900, :][::2, ::2][:, ::-1]
    asked, among = found(part)
    among = [replace(one, cosine=None) for one in among]  # colours alone say little of a part
    ((_, lying),) = copies(rows, asked, among, Deadline.after(9))
    transform = transform_of(asked, lying, store.photo("anna", kept))
    assert transform.mirrored
    assert transform.box == pytest.approx((300, 200, 900, 600), abs=12)
    assert transform.scale == pytest.approx(2, rel=0.03)
    assert transform.degrees == pytest.approx(0, abs=1)
    assert transform.share == pytest.approx(600 * 400 / (1280 * 854), rel=0.06)


def test_a_damaged_look_is_described_anew(
    found: Callable[..., tuple[Asked, list[Candidate]]],
    keep: Callable[..., str],
    sample: Sample,
    rows: Rows,
    store: Store,
) -> None:
    from edge_server.search.tables import SearchVector

    rgb = sample("samples/coffee.png")
    kept = keep(rgb)
    asked, among = found(rgb)
    with store.session() as session:
        session.query(SearchVector).update({"look": b"damaged"})
    assert list(copies(rows, asked, among, Deadline.after(9))) == []
    assert rows.pending("anna", "", 5) == [("anna", kept)]


def test_the_deadline_is_kept(
    found: Callable[..., tuple[Asked, list[Candidate]]],
    keep: Callable[..., str],
    sample: Sample,
    rows: Rows,
) -> None:
    keep(sample("samples/coffee.png"))
    asked, among = found(sample("samples/coffee.png"))
    with pytest.raises(DeadlineExceeded):
        list(copies(rows, asked, among, Deadline.after(-1)))
