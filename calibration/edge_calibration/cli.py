"""``edge-calibrate``: what conversion and quantisation cost, measured.

Results go to standard output, progress and errors to standard error; exit 0 where all went
well, 1 where something failed or did not pass, 2 for a command that cannot be understood,
130 where it was interrupted.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from edge_runtime.exiting import status_of

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "evaluate": "what a variant lost against the float model, and whether it passes",
    "data": "whether a set of photos is fit to calibrate with",
    "layers": "which layer loses it",
    "search": "the best mix of precisions",
    "lint": "what an accelerator or a runtime will refuse, and how to mend it",
    "check": "whether every committed report is current and passes",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    return status_of(lambda: _run(arguments), "edge-calibrate", "convert")


def _run(arguments: Sequence[str]) -> int:
    options = _parser(arguments).parse_args(arguments)
    return int(_module(options.command).run(options))


def show(options: argparse.Namespace, record: Any, lines: Sequence[str]) -> None:
    """Print a result: the record as one line of JSON where it was asked for, else lines."""
    shown = [msgspec.json.encode(record).decode()] if options.json else lines
    for line in shown:
        print(line, flush=True)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="edge-calibrate",
        description="What conversion and quantisation cost, measured and proven.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument("--json", action="store_true", help="print JSON")
        if name in arguments[:1]:  # the others' options are not needed
            _module(name).add_options(command)
    return parser


def _module(name: str) -> Any:
    return import_module(f"edge_calibration.commands.{name}")
