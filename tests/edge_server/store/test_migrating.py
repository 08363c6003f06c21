"""The steps of the database: each up and down, and their end is the tables."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from edge_server.settings import Settings
from edge_server.store.database import Database
from edge_server.store.every_table import every_table
from edge_server.store.faults import StoreError
from edge_server.store.migrating import migrate, revision_of
from edge_server.store.steps import revisions


def url_of(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{settings.folder / 'store.sqlite'}"


def test_the_steps_end_in_the_tables(settings: Settings) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with closing(Database(url_of(settings), 2)) as database, database.session() as session:
        connection = session.connection()
        assert revision_of(connection) == revisions()[-1]
        options = {"compare_type": True, "render_as_batch": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, every_table()) == []


def test_every_step_goes_down_and_up_again(settings: Settings) -> None:
    with closing(Database(url_of(settings), 2)) as database, database.session() as session:
        connection = session.connection()
        for revision in reversed(revisions()):
            migrate(connection, revision)
            assert revision_of(connection) == revision
        for revision in revisions():
            migrate(connection, revision)
        assert revision_of(connection) == revisions()[-1]


def test_a_newer_database_is_refused_and_left_alone(settings: Settings) -> None:
    with closing(Database(url_of(settings), 2)) as database:
        with database.session() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        database.close()
        with pytest.raises(StoreError, match="9999.*newer version"):
            database.open()


def test_servers_that_start_at_once_make_the_tables_once(settings: Settings) -> None:
    gate = threading.Barrier(3)

    def start(_number: int) -> None:
        with closing(Database(url_of(settings), 20)) as database:
            gate.wait(10)
            database.open()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(start, range(3)))


def test_a_step_that_fails_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    made = op.create_table

    def fail(name: str, *columns: object) -> object:
        if name == "words":
            raise RuntimeError(name)
        return made(name, *columns)

    monkeypatch.setattr(op, "create_table", fail)
    with closing(Database(f"sqlite:///{tmp_path}/store.sqlite", 1)) as database:
        with pytest.raises(RuntimeError, match="words"):
            database.open()
        monkeypatch.undo()
        database.open()
        with database.reading() as session:
            assert revision_of(session.connection()) == revisions()[-1]
