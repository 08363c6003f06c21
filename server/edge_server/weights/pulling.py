"""From a publisher's file to imported weights."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_runtime.errors import WeightsError
from edge_server.heavy_model import Packaged, Released
from edge_server.weights.archives import extract, is_archive
from edge_server.weights.fetching import Patience, fetch, sha256_of
from edge_server.weights.imported import Imported, write_imported
from edge_server.weights.package_files import package_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

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
    tensors = _tensors(model, checkpoint, folder, file)
    sources = {file.name: sha256_of(file)}
    return write_imported(folder, model.spec.id, checkpoint, sources, tensors)


def _tensors(
    model: HeavyModel, checkpoint: Checkpoint, folder: Path, file: Path
) -> Mapping[str, NDArray[Any]]:
    """What is in a publisher's file, out of the archive around it."""
    origin = checkpoint.origin
    member = origin.member if isinstance(origin, Released) else ""
    name = _name(origin) if isinstance(origin, Released) else file.name
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as place:
        opened = _opened(file, member, Path(place) / Path(name).stem)
        return model.to_tensors(opened, checkpoint)


def _released(wanted: Pull, origin: Released) -> Imported:
    """The files themselves are not kept: their tensors are, and their hashes."""
    place = wanted.folder / f".{wanted.checkpoint.name}.download"
    place.mkdir(exist_ok=True)
    files = {_name(one): one for one in (origin, *origin.also)}
    try:
        sources = {name: _arrived(wanted, one, place / name) for name, one in files.items()}
        first = place / _name(origin)
        tensors = _tensors(wanted.model, wanted.checkpoint, wanted.folder, first)
    finally:
        for name in files:
            (place / name).unlink(missing_ok=True)
        if not any(place.iterdir()):  # what was begun is gone on with the next time
            place.rmdir()
    model_id = wanted.model.spec.id
    return write_imported(wanted.folder, model_id, wanted.checkpoint, sources, tensors)


def _arrived(wanted: Pull, origin: Released, target: Path) -> str:
    """The SHA-256 of a file that was fetched."""
    digest = fetch(origin, target, wanted.progress, wanted.patience)
    first = origin is wanted.checkpoint.origin
    name = wanted.checkpoint.name if first else f"{wanted.checkpoint.name}.{target.name}"
    _check_as_first(wanted.folder / f"{name}.sha256", origin, digest)
    return digest


def _name(origin: Released) -> str:
    return origin.url.rsplit("/", 1)[-1]


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
