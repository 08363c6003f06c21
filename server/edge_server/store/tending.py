"""The store while a server runs: looked at when it starts, and kept tidy meanwhile.

A start costs next to nothing: SQLAlchemy is imported by the thread that tidies, or by the
first request that needs the store.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from edge_runtime.errors import PocketLensError
from edge_server.store.faults import StoreError
from edge_server.store.steps import check_known
from edge_server.store.unasked import unasked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.api.app import Services
    from edge_server.settings import Settings

_LOG = logging.getLogger("edge_server")
HOUR = 3600.0
_A_DAY = 24  # times
_LAST_SECONDS = 5.0
FILE = "store.sqlite"
_BEGINNING = b"SQLite format 3\0"


@contextmanager
def tended(services: Services, every: float = HOUR) -> Iterator[None]:
    """Tidy the store while this is held, at once and then after so many seconds; close it
    when it is left.  Raises ``StoreError`` where the database cannot be used.
    """
    settings, leave = services.settings, Event()
    if settings.store == "no":
        yield
        return
    look(settings)
    if settings.database_url or settings.blobs_url:
        services.needed_store  # noqa: B018  a URL that cannot be used is said now
    thread = Thread(target=_tend, args=(services, leave, every), name="store", daemon=True)
    thread.start()
    try:
        yield
    finally:
        leave.set()
        thread.join(_LAST_SECONDS)
        store = vars(services).get("store")
        if store is not None:
            store.close()


def look(settings: Settings) -> None:
    """Raise ``StoreError`` where the database's file is none, or of a newer version."""
    file = file_of(settings)
    if file is None or not file.exists():
        return
    try:
        with file.open("rb") as opened:
            beginning = opened.read(len(_BEGINNING))
        if beginning not in {b"", _BEGINNING}:
            raise sqlite3.DatabaseError
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as asked:
            (revision,) = asked.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return  # still empty, or locked: whoever needs it is told
    except (OSError, sqlite3.Error):
        raise StoreError(
            f"the store's database {file} is damaged or may not be read: restore it from a "
            "copy, or move it away to begin anew"
        ) from None
    check_known(str(revision))


def file_of(settings: Settings) -> Path | None:
    """The file of the database; None where it is none, or where the store is off."""
    if settings.store == "no":
        return None
    url = settings.database_url
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///"))
    return None if url else settings.folder / FILE


@unasked()
def _tend(services: Services, leave: Event, every: float) -> None:
    """Until told to leave; a store that was never used is not made.

    What nobody needs is looked for now and once a day: it means to list every blob.
    """
    for number in count():
        file = file_of(services.settings)
        if file is None or file.exists():
            try:
                _tidy(services, whole=number % _A_DAY == 0)
            except PocketLensError as error:
                _LOG.warning("the store was not tidied: %s", error)
            except Exception:  # noqa: BLE001  a bug: the next time comes all the same
                _LOG.exception("the store was not tidied")
        if leave.wait(every):
            return


def _tidy(services: Services, *, whole: bool) -> None:
    from edge_server.store.checking import expired, gc

    store, days = services.needed_store, services.settings.keep_days
    swept = gc(store, keep_days=days) if whole else expired(store, days)
    if swept.photos or swept.blobs or swept.parts:
        _LOG.info(
            "the store let go of %d photos, %d blobs and %d unfinished files",
            swept.photos,
            swept.blobs,
            swept.parts,
        )
