"""``edge-serve keys``: make, list, revoke and rotate API keys."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from edge_server.keys import SCOPES, KeyStore
from edge_server.settings import settings_from

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from edge_server.keys import KeyRecord


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    acts = parser.add_subparsers(required=True, metavar="WHAT")
    add = acts.add_parser("add", help="make a key and show it, this once")
    add.add_argument("name", help="whose it is, for the list")
    add.add_argument("--scope", action="append", choices=SCOPES, help="infer, if none is given")
    add.add_argument("--days", type=float, default=0, help="it ends after so many (0: never)")
    listed = acts.add_parser("list", help="every key, never its secret")
    revoke = acts.add_parser("revoke", help="refuse a key from now on")
    rotate = acts.add_parser("rotate", help="a new key for as long; the old ends after a day")
    for parser_, act in ((add, _add), (listed, _list), (revoke, _revoke), (rotate, _rotate)):
        parser_.add_argument("--json", action="store_true", help="print JSON")
        parser_.set_defaults(key_act=act)
    for parser_ in (revoke, rotate):
        parser_.add_argument("id", help="the key's id, as the list shows it")


def run(options: argparse.Namespace) -> int:
    """Carry it out; raises ``PocketLensError``."""
    store = KeyStore(settings_from(os.environ).folder / "keys.json")
    act: Callable[[KeyStore, argparse.Namespace], tuple[Any, list[str]]] = options.key_act
    record, lines = act(store, options)
    text = msgspec.json.encode(record).decode() if options.json else "\n".join(lines)
    print(text)  # noqa: T201  a command's result
    return 0


def _add(store: KeyStore, options: argparse.Namespace) -> tuple[Any, list[str]]:
    key = store.add(options.name, tuple(options.scope or ("infer",)), options.days)
    return {"key": key}, [key]


def _list(store: KeyStore, options: argparse.Namespace) -> tuple[Any, list[str]]:
    del options
    records = store.list()
    shown = [
        {name: value for name, value in msgspec.to_builtins(r).items() if name != "sha256"}
        for r in records
    ]
    return shown, [_line(record) for record in records] or ["there are no keys"]


def _revoke(store: KeyStore, options: argparse.Namespace) -> tuple[Any, list[str]]:
    store.revoke(options.id)
    return {"revoked": options.id}, [f"{options.id} is refused from now on"]


def _rotate(store: KeyStore, options: argparse.Namespace) -> tuple[Any, list[str]]:
    key = store.rotate(options.id)
    return {"key": key, "replaces": options.id}, [key]


def _line(record: KeyRecord) -> str:
    made = datetime.fromtimestamp(record.made, UTC).date()
    ends = datetime.fromtimestamp(record.ends, UTC).date() if record.ends else "never"
    state = "revoked" if record.revoked else f"ends {ends}"
    rotated = f"  owner {record.owner}" if record.owner not in {"", record.id} else ""
    scopes = ",".join(record.scopes)
    return f"{record.id}  {record.name:20} {scopes:18} made {made}  {state}{rotated}"
