"""The steps of the database, by the names of their files; nothing is imported for it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from edge_server.store.faults import StoreError

FOLDER = Path(__file__).parent / "migrations"
_NAME = re.compile(r"r(\d{4})_\w+\.py")


@cache
def revisions() -> tuple[str, ...]:
    """The steps there are, the first one first."""
    names = (_NAME.fullmatch(path.name) for path in (FOLDER / "versions").iterdir())
    return tuple(sorted(name.group(1) for name in names if name))


def check_known(revision: str) -> None:
    """Raise ``StoreError`` for a step that this version does not know; "" is before all."""
    known = revisions()
    if revision and revision not in known:
        raise StoreError(
            f"the store's database is at step {revision}, and this version knows steps up to "
            f"{known[-1]}: install the newer version again, or name another database"
        )
