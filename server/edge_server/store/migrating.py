"""Bringing a database up to the tables of this version, step by step.

Each step is a file of ``migrations/versions``, named ``r<number>_<what>.py``; a database that
has the last one costs one question, and Alembic is not imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from edge_server.store.steps import FOLDER, check_known, revisions

if TYPE_CHECKING:
    from sqlalchemy import Connection


def revision_of(connection: Connection) -> str:
    """The step that the database is at; empty before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found or "")


def migrate(connection: Connection, to: str = "") -> None:
    """Up to the last step, or to the one that is named; raises ``StoreError`` for a database
    that a newer version of this program has made.
    """
    now, to = revision_of(connection), to or revisions()[-1]
    check_known(now)
    if now != to:
        _run(connection, to, down=now > to)


def _run(connection: Connection, to: str, *, down: bool) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    (command.downgrade if down else command.upgrade)(config, to)
