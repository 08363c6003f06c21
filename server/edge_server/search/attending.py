"""While a server runs, what is kept is described at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from edge_server.store.tending import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.api.app import Services


@contextmanager
def attended(services: Services) -> Iterator[None]:
    """Have each photo described when it is kept, and now those that are left from before; a
    store that was never used is not made.
    """

    def describe() -> None:
        services.searcher.indexer.wake()

    services.told.append(describe)
    file = file_of(services.settings)
    if services.settings.store == "yes" and (file is None or file.exists()):
        describe()
    try:
        yield
    finally:
        searcher = vars(services).get("searcher")
        if searcher is not None:
            searcher.stop()
