"""``edge-serve store``: check what is kept, and take away what nobody needs or may have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_runtime.errors import PocketLensError
from edge_runtime.spec import Record
from edge_server.settings import settings_from

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from edge_server.settings import Settings
    from edge_server.store.store import Store

    Act = Callable[[Store, Settings, argparse.Namespace], tuple[Record, list[str], int]]

_GRACE = 60.0  # minutes


class Done(Record, frozen=True, kw_only=True):
    """With whose things something was done, and how many photos there were."""

    owner: str
    photos: int


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    acts = parser.add_subparsers(required=True, metavar="WHAT")
    check = acts.add_parser("check", help="rows without bytes, bytes without rows, damage")
    check.add_argument(
        "--fast", action="store_true", help="do not read the bytes to compare their hashes"
    )
    gc = acts.add_parser("gc", help="delete what is past keep_days, and bytes without rows")
    gc.add_argument(
        "--grace", type=float, default=_GRACE, help=f"minutes (default {_GRACE:g}) that bytes "
        "without a row are left alone: somebody may be writing it"
    )  # fmt: skip
    export = acts.add_parser("export", help="write everything of an owner into a folder")
    forget = acts.add_parser("forget", help="delete everything of an owner")
    for parser_ in (export, forget):
        parser_.add_argument("owner", help="a key's id, as 'keys list' shows it, or local")
    export.add_argument("folder", type=Path, help="where to; made where there is none")
    acts_ = ((check, _check), (gc, _gc), (export, _export), (forget, _forget))
    for parser_, act in acts_:
        parser_.add_argument("--json", action="store_true", help="print JSON")
        parser_.set_defaults(store_act=act)


def run(options: argparse.Namespace) -> int:
    """Carry it out: 1 where something is wrong with the store; raises ``PocketLensError``."""
    from edge_server.store.store import open_store

    settings = settings_from(os.environ)
    store = open_store(settings)
    if store is None:
        raise PocketLensError("the store is off: unset POCKETLENS_STORE to look into it")
    if not settings.database_url and not settings.folder.is_dir():
        raise PocketLensError(
            f"there is no folder {settings.folder}: name the server's in POCKETLENS_DATA"
        )
    act: Act = options.store_act
    try:
        store.open()
        record, lines, code = act(store, settings, options)
    finally:
        store.close()
    text = msgspec.json.encode(record).decode() if options.json else "\n".join(lines)
    print(text)  # noqa: T201  a command's result
    return code


def _check(
    store: Store, _settings: Settings, options: argparse.Namespace
) -> tuple[Record, list[str], int]:
    from edge_server.store.checking import check

    report = check(store, read=not options.fast)
    kept = f"{report.photos} photos, {report.results} results, {report.blobs} blobs"
    lines = [
        *(f"lost: {sha256}" for sha256 in report.lost),
        *(f"damaged: {sha256}" for sha256 in report.damaged),
        *(f"without a row: {sha256} ('edge-serve store gc')" for sha256 in report.orphans),
        f"{kept} of {report.bytes} bytes: {'clean' if report.clean else 'not clean'}",
    ]
    return report, lines, 0 if report.clean else 1


def _gc(
    store: Store, settings: Settings, options: argparse.Namespace
) -> tuple[Record, list[str], int]:
    from edge_server.store.checking import gc

    swept = gc(store, 60 * options.grace, settings.keep_days)
    line = (
        f"deleted: {swept.photos} photos past their time, {swept.blobs} blobs that nothing "
        f"needs, {swept.parts} unfinished files"
    )
    return swept, [line], 0


def _forget(
    store: Store, _settings: Settings, options: argparse.Namespace
) -> tuple[Record, list[str], int]:
    from edge_server.store.removing import forget

    count = forget(store, options.owner)
    line = f"forgotten: {count} photos of {options.owner}, and all that was known of them"
    return Done(owner=options.owner, photos=count), [line], 0


def _export(
    store: Store, _settings: Settings, options: argparse.Namespace
) -> tuple[Record, list[str], int]:
    from edge_server.store.photo_export import export

    count = export(store, options.owner, options.folder)
    return Done(owner=options.owner, photos=count), [f"written: {count} photos"], 0
