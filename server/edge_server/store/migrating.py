"""Bringing a database up to the tables of this version, step by step.

Each step is a file of ``migrations/versions``, named ``r<number>_<what>.py``; a database that
has the last one costs one question, and Alembic is not imported.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from edge_server.store.faults import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER = Path(__file__).parent / "migrations"
_NAME = re.compile(r"r(\d{4})_\w+\.py")


def revisions() -> tuple[str, ...]:
    """The steps there are, the first one first."""
    names = (_NAME.fullmatch(path.name) for path in (FOLDER / "versions").iterdir())
    return tuple(sorted(name.group(1) for name in names if name))


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
    known, now = revisions(), revision_of(connection)
    if now == (to or known[-1]):
        return
    if now and now not in known:
        raise StoreError(
            f"the store's database is at step {now}, and this version knows steps up to "
            f"{known[-1]}: install the newer version again, or name another database"
        )
    _run(connection, to or known[-1], down=bool(to) and now > to)


def _run(connection: Connection, to: str, *, down: bool) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    (command.downgrade if down else command.upgrade)(config, to)
