"""``edge-run models``: what the bundle holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_runtime.bundle import Bundle
from edge_runtime.terminal import answer

if TYPE_CHECKING:
    from argparse import Namespace

    from edge_runtime.spec import ModelEntry, ModelFile


def run_models(args: Namespace) -> int:
    """Print every model with its files; returns the exit status."""
    for entry in Bundle.open(args.bundle).manifest.models:
        answer(model_json(entry) if args.json else model_lines(entry))
    return 0


def model_json(entry: ModelEntry) -> str:
    """One line a model: id, title, task, version, licence, sizes and files."""
    spec = entry.spec
    record = {
        "model": spec.id,
        "title": spec.title,
        "task": spec.kind,
        "version": spec.version,
        "licence": spec.licence,
        "sizes_hw": spec.image.sizes_hw,
        "ships": spec.ships,
        "files": entry.files,
    }
    return msgspec.json.encode(record).decode()


def model_lines(entry: ModelEntry) -> str:
    """The same for a person: a line for the model and one for each file."""
    spec = entry.spec
    head = f"{spec.id}: {spec.title} ({spec.kind}, version {spec.version})"
    return "\n".join([head, *(f"  {_file(entry, file)}" for file in entry.files)])


def _file(entry: ModelEntry, file: ModelFile) -> str:
    height, width = file.size_hw
    shipped = ", ships" if entry.spec.ships.get(file.format) == file.variant else ""
    absent = "" if file.bundled else ", not in the bundle"
    size = f"{width}x{height}, {file.bytes:,} bytes"
    return f"{file.format} {file.variant} {size}{shipped}{absent}"
