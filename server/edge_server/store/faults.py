"""What goes wrong with storage, as problems: an outage is told, never taken for emptiness."""

from __future__ import annotations

import errno
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from edge_runtime.errors import PocketLensError
from edge_server.problems import Problem, StorageBusy, StorageFull, StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOG = logging.getLogger("edge_server")
AGAIN = 5  # seconds
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# PostgreSQL's states: no lock in time, a deadlock, a clash, a statement that took too long.
_BUSY_STATES = {"55P03", "40P01", "40001", "57014"}
_FULL_STATES = {"53100"}
_BUSY_WORDS = ("locked", "busy")
_FULL_WORDS = ("disk is full", "no space left", "storage full", "quota")


class StoreError(PocketLensError):
    """The store cannot be opened as it is set up."""


@contextmanager
def blob_faults() -> Iterator[None]:
    """Raise the ``Problem`` of what blobs run into."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise full() from None
        raise unavailable(error) from None
    except Exception as error:
        if not _is_obstores(error):
            raise
        if any(words in str(error).lower() for words in _FULL_WORDS):
            raise full() from None
        raise unavailable(error) from None


@contextmanager
def database_faults() -> Iterator[None]:
    """Raise the ``Problem`` of what the database runs into; clashes of rows stay as they
    are (``IntegrityError``).
    """
    from sqlalchemy import exc

    try:
        yield
    except exc.TimeoutError:
        raise busy() from None
    except (exc.IntegrityError, exc.ProgrammingError, exc.DataError):
        raise
    except exc.DBAPIError as error:
        raise _problem_of(error.orig) from None


def busy() -> StorageBusy:
    """Others hold what is needed."""
    return StorageBusy(
        "the store is being written to by others: ask again soon", retry_after=AGAIN
    )


def full() -> StorageFull:
    """There is no room."""
    return StorageFull(
        "the store has no room left, and nothing was kept: its owner has to make room",
        retry_after=60,
    )


def unavailable(error: object) -> StorageUnavailable:
    """It cannot be reached, or is damaged; the log says how."""
    _LOG.error("the store cannot be used: %s", " ".join(str(error).split())[:300])
    return StorageUnavailable(
        "the store cannot be reached, and nothing was kept: ask again soon", retry_after=AGAIN
    )


def _problem_of(error: Any) -> Problem:
    state, words = getattr(error, "sqlstate", None), str(error).lower()
    if state in _BUSY_STATES or any(word in words for word in _BUSY_WORDS):
        return busy()
    if state in _FULL_STATES or any(word in words for word in _FULL_WORDS):
        return full()
    return unavailable(error)


def _is_obstores(error: Exception) -> bool:
    return any(kind.__module__.startswith("obstore") for kind in type(error).__mro__)
