"""A bundle on disk: manifest, its schema, labels; files of a model that belong to no entry
any more are removed."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec

from edge_convert.accelerators import accelerators_of
from edge_convert.contract_page import PAGE, page
from edge_convert.measurements import with_measurements
from edge_convert.placing import PREFIX, write_whole
from edge_runtime.bundle import read_manifest
from edge_runtime.discovery import MANIFEST
from edge_runtime.errors import SpecError
from edge_runtime.spec import Format, Manifest, ModelEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from edge_runtime.spec import ModelSpec

SCHEMA = "manifest.schema.json"
ASSETS = Path(__file__).parents[2] / "mobile_assets"
FORMATS = get_args(Format)


def add_entry(folder: Path, entry: ModelEntry, formats: Collection[str]) -> Manifest:
    """Put a model into the manifest of a bundle, instead of what was there of it.

    Files of formats that were not built this time stay, as long as the spec is the same.
    """
    with _locked(folder):
        before = manifest_of(folder)
        entry = _merged(before, entry, formats)
        others = tuple(model for model in before.models if model.spec.id != entry.spec.id)
        _copy_labels(folder, entry.spec)
        after = _write(folder, (*others, entry))
    _sweep(folder, entry)
    return after


def refresh(folder: Path) -> Manifest:
    """Write anew what is not made with the files: accelerators, hashes of labels, what the
    reports say of each file, contract, schema."""
    with _locked(folder):
        return _write(folder, manifest_of(folder).models)


def _write(folder: Path, models: Iterable[ModelEntry]) -> Manifest:
    manifest = Manifest(
        models=tuple(
            _completed(entry) for entry in sorted(models, key=lambda model: model.spec.id)
        )
    )
    write_whole(folder / MANIFEST, pretty(manifest))
    write_whole(folder / SCHEMA, pretty(msgspec.json.schema(Manifest)))
    write_whole(folder / PAGE, page(manifest).encode())
    return manifest


def _completed(entry: ModelEntry) -> ModelEntry:
    """With what follows from the spec, the labels and the reports."""
    digests = [sha256(text).hexdigest() for text in label_files(entry.spec).values()]
    return msgspec.structs.replace(
        with_measurements(entry),
        accelerators=accelerators_of(entry.spec),
        labels_sha256="".join(digests),
    )


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a bundle, or an empty one where there is none yet."""
    path = folder / MANIFEST
    return read_manifest(path) if path.exists() else Manifest(models=())


def _merged(before: Manifest, entry: ModelEntry, formats: Collection[str]) -> ModelEntry:
    old = [model for model in before.models if model.spec == entry.spec]
    kept = tuple(file for model in old for file in model.files if file.format not in formats)
    files = sorted((*kept, *entry.files), key=lambda file: FORMATS.index(file.format))
    return msgspec.structs.replace(entry, files=tuple(files))


def label_files(spec: ModelSpec) -> dict[str, bytes]:
    """The label file that a spec names, if any, by its name.

    Raises ``SpecError`` where there is no such file.
    """
    if not spec.labels:
        return {}
    source = ASSETS / "labels" / spec.labels
    if not source.is_file():
        raise SpecError(f"{spec.id} names the labels {spec.labels}, which are not in {source}")
    return {spec.labels: source.read_bytes()}


def _copy_labels(folder: Path, spec: ModelSpec) -> None:
    if folder.resolve() == ASSETS:
        return
    for name, content in label_files(spec).items():
        write_whole(folder / "labels" / name, content)


def _sweep(folder: Path, entry: ModelEntry) -> None:
    named = {folder / file.path for file in entry.files if file.bundled}
    for path in (folder / "models" / entry.spec.id).glob("*"):
        if path not in named and not path.name.startswith(PREFIX):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def pretty(content: object) -> bytes:
    """JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time reads and writes the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
