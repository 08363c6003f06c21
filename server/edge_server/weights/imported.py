"""Imported weights on disk: ``MODEL/CHECKPOINT.safetensors`` and a record beside it.

The record is written last and says what the tensors file has to hash to, so weights are
there only if both are, and an interrupted import is one that did not happen.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_runtime.errors import PocketLensError, WeightsError
from edge_runtime.outputs import write_bytes
from edge_runtime.spec import Record
from edge_runtime.typed_reading import from_json
from edge_server.heavy_model import Checkpoint
from edge_server.weights.fetching import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


class Imported(Record, frozen=True, kw_only=True):
    """What was imported: from files of which hash, into a file of which.

    ``sources`` has the SHA-256 of each file that the publisher's come as, by its name.
    There is no date in it: the same files make the same record.
    """

    model: str
    checkpoint: Checkpoint
    sources: dict[str, str]
    sha256: str
    bytes: int
    tensors: int


def tensors_path(folder: Path, checkpoint: str) -> Path:
    """Where the tensors of a checkpoint lie in the folder of its model."""
    return folder / f"{checkpoint}.safetensors"


def read_imported(folder: Path, checkpoint: str) -> Imported | None:
    """The record of a checkpoint whose tensors are there too; None where they are not.

    The tensors' length is compared, their hash is not: :func:`is_intact` does that.
    """
    try:
        record = from_json((folder / f"{checkpoint}.json").read_bytes(), Imported)
        size = tensors_path(folder, checkpoint).stat().st_size
    except (OSError, msgspec.MsgspecError):
        return None
    return record if size == record.bytes else None


def all_imported(folder: Path) -> tuple[Imported, ...]:
    """Every record of a model's folder, by name."""
    found = (read_imported(folder, path.stem) for path in sorted(folder.glob("*.json")))
    return tuple(record for record in found if record is not None)


def is_intact(folder: Path, record: Imported) -> bool:
    """Whether the tensors' bytes are those that were imported."""
    path = tensors_path(folder, record.checkpoint.name)
    return path.is_file() and sha256_of(path) == record.sha256


def write_imported(
    folder: Path,
    model: str,
    checkpoint: Checkpoint,
    sources: Mapping[str, str],
    tensors: Mapping[str, NDArray[Any]],
) -> Imported:
    """Write tensors and record, each whole or not at all; raises ``WeightsError``."""
    from safetensors.numpy import save_file

    final = tensors_path(folder, checkpoint.name)
    unfinished = final.with_name(f".{final.name}.tmp")
    note = folder / f"{checkpoint.name}.json"
    try:
        ordered = {name: np.asarray(tensors[name], order="C") for name in sorted(tensors)}
        save_file(ordered, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        record = Imported(
            model=model,
            checkpoint=checkpoint,
            sources=dict(sorted(sources.items())),
            sha256=sha256_of(unfinished),
            bytes=unfinished.stat().st_size,
            tensors=len(ordered),
        )
        note.unlink(missing_ok=True)
        unfinished.replace(final)
        write_bytes(note, msgspec.json.format(msgspec.json.encode(record), indent=1))
    except (OSError, PocketLensError) as error:
        unfinished.unlink(missing_ok=True)
        raise WeightsError(
            f"the weights cannot be written to {folder} ({error}): make room there, or name"
            " another folder with POCKETLENS_WEIGHTS"
        ) from None
    return record
