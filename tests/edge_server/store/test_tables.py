from __future__ import annotations

import pytest
from sqlalchemy import Table

from edge_server.store.every_table import every_table
from edge_server.store.tables import Base, Blob, Photo, Picture, Result, Word


def test_the_stores_tables() -> None:
    names = {kind.__tablename__ for kind in (Blob, Photo, Picture, Result, Word)}
    assert names == {"blobs", "photos", "pictures", "results", "words"}
    assert names <= set(Base.metadata.tables)


@pytest.mark.parametrize("table", every_table().sorted_tables, ids=str)
def test_what_belongs_to_a_photo_goes_with_it_and_a_blob_does_not(table: Table) -> None:
    for key in table.foreign_keys:
        if key.target_fullname == "blobs.sha256":
            assert key.ondelete is None  # it is refused while a row needs the blob
        else:
            assert key.ondelete in {"CASCADE", "SET NULL"}, key
