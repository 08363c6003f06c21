from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from edge_server.analysis.job_records import NewJob, NewPhoto
from edge_server.analysis.tables import Job, JobPhoto


@pytest.mark.parametrize("table", [Job, JobPhoto])
def test_the_step_makes_the_tables_as_they_are_declared(table: Any, store: Any) -> None:
    store.open()
    declared = table.__table__
    with store.reading() as session:
        made = inspect(session.connection())
        columns = {one["name"]: one for one in made.get_columns(declared.name)}
        indices = {one["name"] for one in made.get_indexes(declared.name)}
        foreign = {
            (*one["constrained_columns"], one["referred_table"])
            for one in made.get_foreign_keys(declared.name)
        }
    assert set(columns) == {column.name for column in declared.columns}
    for column in declared.columns:
        assert columns[column.name]["nullable"] == column.nullable, column.name
    assert indices >= {index.name for index in declared.indexes}
    assert foreign == {
        (key.parent.name, key.column.table.name) for key in declared.foreign_keys
    }


def test_one_idempotency_key_makes_one_job(store: Any) -> None:
    from edge_server.analysis.job_rows import job_row

    new = NewJob(analyses=("faces",), photos=(NewPhoto(name="a"),), key="k")
    with pytest.raises(IntegrityError), store.session() as session:
        session.add_all([job_row("me", new, 0), job_row("me", new, 1)])
        session.flush()
