"""``edge-serve search``: describe what is kept, anew or where it was not yet."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from edge_runtime.errors import PocketLensError
from edge_server.settings import settings_from

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from edge_server.search.searcher import Searcher
    from edge_server.settings import Settings

    Act = Callable[[Searcher, Callable[[int], None]], int]

_EVERY = 100  # photos between two lines


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    acts = parser.add_subparsers(required=True, metavar="WHAT")
    index = acts.add_parser("index", help="describe the kept photos that are not yet")
    rebuild = acts.add_parser("rebuild", help="describe every kept photo anew")
    for parser_, act in ((index, _index), (rebuild, _rebuild)):
        parser_.add_argument("--json", action="store_true", help="print JSON")
        parser_.set_defaults(search_act=act)


def run(options: argparse.Namespace) -> int:
    """Carry it out; raises ``PocketLensError``."""
    act: Act = options.search_act
    with _searcher(settings_from(os.environ)) as searcher:
        count = act(searcher, _tell)
    record = msgspec.json.encode({"described": count}).decode()
    print(record if options.json else f"{count} photos described")  # noqa: T201  the result
    return 0


@contextmanager
def _searcher(settings: Settings) -> Iterator[Searcher]:
    """A searcher with an engine and a store of its own."""
    from edge_server.engine.counting import Tally
    from edge_server.running import intake_of, local_engine
    from edge_server.search.searcher import Searcher
    from edge_server.store.store import open_store

    store = open_store(settings)
    if store is None:
        raise PocketLensError("the store is off: unset POCKETLENS_STORE to search it")
    engine = local_engine(settings, Tally())
    try:
        store.open()
        yield Searcher(
            store=store,
            engine=engine,
            intake=intake_of(settings),
            folder=settings.folder / "search",
        )
    finally:
        store.close()
        engine.drain(settings.drain_seconds)


def _index(searcher: Searcher, told: Callable[[int], None]) -> int:
    return searcher.indexer.catch_up(told=told)


def _rebuild(searcher: Searcher, told: Callable[[int], None]) -> int:
    return searcher.rebuild(told)


def _tell(count: int) -> None:
    """Progress, now and then."""
    if count and count % _EVERY == 0:
        print(f"{count} photos", file=sys.stderr)  # noqa: T201
