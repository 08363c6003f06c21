"""The steps of the database make the tables that are declared, on both databases' terms."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect

from edge_server.people import tables
from edge_server.store.every_table import every_table

NAMES = (
    "people",
    "enrolled_faces",
    "collected_faces",
    "people_decisions",
    "people_groupings",
    "people_group_sizes",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_step_makes_the_table_that_is_declared(owner: Any, name: str) -> None:
    declared = every_table().tables[name]
    with owner.own.store.reading() as session:
        made = inspect(session.connection())
        columns = {column["name"]: column["nullable"] for column in made.get_columns(name)}
        indexed = {tuple(index["column_names"]) for index in made.get_indexes(name)}
        targets = {
            (key["constrained_columns"][0], key["referred_table"], key["options"]["ondelete"])
            for key in made.get_foreign_keys(name)
        }
    assert columns == {column.name: column.nullable for column in declared.columns}
    wanted = {tuple(column.name for column in index.columns) for index in declared.indexes}
    assert wanted <= indexed
    assert targets == {
        (key.parent.name, key.column.table.name, key.ondelete) for key in declared.foreign_keys
    }


def test_every_table_of_people_is_known() -> None:
    declared = {
        table.__tablename__
        for table in vars(tables).values()
        if isinstance(table, type)
        and issubclass(table, tables.Base)
        and table is not tables.Base
    }
    assert declared == set(NAMES) <= set(every_table().tables)
