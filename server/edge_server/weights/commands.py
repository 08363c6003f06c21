"""``edge-serve weights list | pull | add | verify``: parse, call one method, print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from edge_runtime.errors import WeightsError
from edge_runtime.terminal import answer
from edge_server.weights.weights_store import Own, WeightsStore

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from edge_server.weights.imported import Imported


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the four commands and their options."""
    commands = parser.add_subparsers(dest="weights_command", required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="every checkpoint, and whether it is here")
    pull = commands.add_parser("pull", help="fetch a published checkpoint and import it")
    pull.add_argument("model", metavar="MODEL")
    pull.add_argument("checkpoint", metavar="CHECKPOINT", nargs="?", default="")
    pull.add_argument("--again", action="store_true", help="even if it is here")
    add = commands.add_parser("add", help="take a checkpoint of your own")
    add.add_argument("model", metavar="MODEL")
    add.add_argument("file", metavar="FILE", type=Path, help=".pth, .pt, .safetensors, .zip")
    add.add_argument("--name", default="", help="what to call it; the file's name if not said")
    add.add_argument("--labels", type=Path, metavar="FILE", help="class names, one a line")
    add.add_argument("--like", default="", metavar="CHECKPOINT", help="has the same settings")
    add.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of it"
    )
    verify = commands.add_parser("verify", help="hash everything that is here again")
    for command in (listing, pull, add, verify):
        command.add_argument("--folder", type=Path, metavar="DIR", help="not the cache folder")
        command.add_argument(
            "--json", action="store_true", help="print JSON, one object a line"
        )


def run(options: argparse.Namespace) -> int:
    """Run the command that was parsed; 1 where ``verify`` found damage.

    Errors are raised, as ``PocketLensError``, for the caller to print.
    """
    return _COMMANDS[options.weights_command](options, WeightsStore(options.folder))


def _list(options: argparse.Namespace, store: WeightsStore) -> int:
    for row in store.rows():
        size = f"{row.bytes / 1e6:7.1f} MB" if row.bytes else "         ?"
        here = "here" if row.here else "    "
        _print(
            options,
            row,
            f"{here} {row.model:24} {row.checkpoint:24} {size}  {row.licence.weights}",
        )
    return 0


def _pull(options: argparse.Namespace, store: WeightsStore) -> int:
    record = store.pull(
        options.model, options.checkpoint, progress=_progress(), again=options.again
    )
    return _done(options, record)


def _add(options: argparse.Namespace, store: WeightsStore) -> int:
    own = Own(
        name=options.name,
        like=options.like,
        labels=_labels(options.labels) if options.labels else (),
        settings=_settings(options.set),
    )
    return _done(options, store.add(options.model, options.file, own))


def _verify(options: argparse.Namespace, store: WeightsStore) -> int:
    verdicts = store.verify()
    for verdict in verdicts:
        _print(options, verdict, f"{verdict.state:8} {verdict.model} {verdict.checkpoint}")
    return int(any(verdict.state != "intact" for verdict in verdicts))


_COMMANDS: Mapping[str, Callable[[argparse.Namespace, WeightsStore], int]] = {
    "list": _list,
    "pull": _pull,
    "add": _add,
    "verify": _verify,
}


def _done(options: argparse.Namespace, record: Imported) -> int:
    name = f"{record.model} {record.checkpoint.name}"
    size = f"{record.tensors} tensors, {record.bytes / 1e6:.1f} MB"
    _print(options, record, f"{name}: {size}, SHA-256 {record.sha256}")
    return 0


def _print(options: argparse.Namespace, record: Any, line: str) -> None:
    answer(msgspec.json.encode(record).decode() if options.json else line)


def _progress() -> Callable[[int, int | None], None]:
    """Says on standard error how far a download is, once for each per cent."""
    said = -1

    def tell(done: int, total: int | None) -> None:
        nonlocal said
        step = done * 100 // total if total else done // 10**7
        if step == said or not sys.stderr or not sys.stderr.isatty():
            return
        said = step
        of = f" of {total / 1e6:.0f} MB, {step} %" if total else " MB"
        sys.stderr.write(f"\r{done / 1e6:.0f}{of} ")
        sys.stderr.write("\n" if done == total else "")
        sys.stderr.flush()

    return tell


def _labels(path: Path) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise WeightsError(f"{path} cannot be read: name a text file of labels") from None
    return tuple(line.strip() for line in lines if line.strip())


def _settings(given: Sequence[str]) -> dict[str, str | float]:
    settings: dict[str, str | float] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise WeightsError(f"--set {text}: write KEY=VALUE")
        try:
            settings[key] = float(value)
        except ValueError:
            settings[key] = value
    return settings
