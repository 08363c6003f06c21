"""``edge-serve``: start the server, manage its weights, its keys and its store."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import msgspec

from edge_runtime.exiting import status_of
from edge_server.settings import TEXTS, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = """every setting is also a variable, such as POCKETLENS_PORT; see server/README.md"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0, or 1 with one line on stderr; usage errors exit with 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return status_of(lambda: _done(given), "edge-serve", "server")


def _done(given: Sequence[str]) -> int:
    parser = _parser()
    options = parser.parse_args(given if given and given[0] in _COMMANDS else ["run", *given])
    code: int = options.act(options)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="edge-serve", description=__doc__, epilog=_EPILOG)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (add_options, act, text) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, epilog=_EPILOG)
        add_options(command)
        command.set_defaults(act=act)
    return parser


def _run_options(parser: argparse.ArgumentParser) -> None:
    defaults = Settings()
    for field in msgspec.structs.fields(Settings):
        default = getattr(defaults, field.name)
        option = f"--{field.name.replace('_', '-')}"
        shown = ",".join(map(str, default)) if isinstance(default, tuple) else default
        text = f"{TEXTS[field.name]} ({'none' if shown in {'', None} else shown})"
        parser.add_argument(option, dest=field.name, metavar="VALUE", help=text)


def _run(options: argparse.Namespace) -> int:
    from edge_server.running import serve

    return serve(options)


def _weights_options(parser: argparse.ArgumentParser) -> None:
    from edge_server.weights.commands import add_options

    add_options(parser)


def _weights(options: argparse.Namespace) -> int:
    from edge_server.weights.commands import run

    return run(options)


def _keys_options(parser: argparse.ArgumentParser) -> None:
    from edge_server.key_commands import add_options

    add_options(parser)


def _keys(options: argparse.Namespace) -> int:
    from edge_server.key_commands import run

    return run(options)


def _store_options(parser: argparse.ArgumentParser) -> None:
    from edge_server.store.store_commands import add_options

    add_options(parser)


def _store(options: argparse.Namespace) -> int:
    from edge_server.store.store_commands import run

    return run(options)


def _search_options(parser: argparse.ArgumentParser) -> None:
    from edge_server.search.commands import add_options

    add_options(parser)


def _search(options: argparse.Namespace) -> int:
    from edge_server.search.commands import run

    return run(options)


_COMMANDS = {
    "run": (_run_options, _run, "start the server (what edge-serve does without a command)"),
    "weights": (_weights_options, _weights, "list, pull, add and verify the heavy weights"),
    "keys": (_keys_options, _keys, "make, list, revoke and rotate API keys"),
    "search": (_search_options, _search, "describe kept photos, so that copies are found"),
    "store": (_store_options, _store, "check what is kept, delete what nobody needs"),
}
