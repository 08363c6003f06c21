"""What an app wrote down about a run: ``dump.json`` and one file an array, zipped or not.

``dump.json`` says which file ran on what, and of each step that was kept the index in the
model's program, the face where there are several, and its arrays: raw little-endian numbers
in row-major order in a file beside it, or ``numbers`` in the JSON.  An app may leave out any
stage; ``result`` is the JSON of the contract.  ``photo/<name>`` is the photo, where the app
kept it.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from edge_runtime.errors import DumpError
from edge_runtime.record import Record
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from edge_runtime.tracing import Arrays

    Read: TypeAlias = Callable[[str, int], bytes]

DUMP_VERSION = 1
FILE = "dump.json"
MOST_JSON = 64 * 1024 * 1024
MOST_BYTES = 1024 * 1024 * 1024  # of an array or a photo, unpacked
_AGAIN = "write it again with the app's dump function, or with 'edge-run dump'"
DType: TypeAlias = Literal[
    "uint8", "int8", "uint16", "int16", "int32", "int64", "float16", "float32", "float64"
]


class DumpedValues(Record, frozen=True, kw_only=True):
    """One array: its numbers here, or in the file ``path``; the hash may be left out."""

    name: str
    dtype: DType
    shape: tuple[int, ...]
    sha256: str = ""
    path: str = ""
    numbers: tuple[float, ...] = ()


class DumpedStage(Record, frozen=True, kw_only=True):
    """What ``program[index]``, a ``step`` of that kind, gave for the face of that number."""

    index: int
    step: str
    values: tuple[DumpedValues, ...]
    face: int | None = None


class DumpHead(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """``dump.json``.  ``sha256`` is that of the model file that ran; what an app adds of its
    own is passed over."""

    model: str
    dump_version: int = DUMP_VERSION
    version: str = ""
    variant: str = ""
    sha256: str = ""
    backend: str = ""
    accelerator: str = ""
    runtime: str = ""
    device: str = ""
    photo: str = ""
    photo_sha256: str = ""
    size_hw: tuple[int, int] | None = None
    stages: tuple[DumpedStage, ...] = ()
    result: dict[str, Any] | None = None
    ms: dict[str, float] = {}  # noqa: RUF012  msgspec copies it


Place: TypeAlias = tuple[int, int | None]
"""Index in the program, and the number of the face after ``find-faces``."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dump:
    """A dump as it was read: the arrays of each stage by name; ``photo`` are a file's bytes.

    ``left_out``: steps whose arrays were too large to be read.
    """

    head: DumpHead
    stages: Mapping[Place, Arrays]
    photo: bytes | None = None
    left_out: tuple[str, ...] = ()


def read_dump(path: Path) -> Dump:
    """The dump in a ZIP file or a folder; raises ``DumpError`` naming what is wrong with it."""
    with _reader(path) as read:
        return filled(read, read_head(read(FILE, MOST_JSON), str(path)), str(path))


def filled(read: Read, head: DumpHead, path: str) -> Dump:
    """The dump of a head, with its arrays and its photo; ``path`` is for the messages."""
    stages = {
        (stage.index, stage.face): {
            values.name: _array(read, values, path) for values in stage.values
        }
        for stage in head.stages
    }
    return Dump(head=head, stages=stages, photo=_photo(read, head))


def read_head(raw: bytes, path: str) -> DumpHead:
    """What the bytes of ``dump.json`` say; raises ``DumpError``."""
    try:
        version = json.loads(raw).get("dump_version", DUMP_VERSION)
        if version != DUMP_VERSION:
            raise DumpError(
                f"{path} is a dump of version {version!r}, this PocketLens reads "
                f"{DUMP_VERSION}: update PocketLens, or the app"
            )
        return from_json(raw, DumpHead)
    except (ValueError, AttributeError, RecursionError) as error:
        raise DumpError(f"{path}: {FILE} is no dump ({error}): {_AGAIN}") from None


def _array(read: Read, values: DumpedValues, path: str) -> NDArray[Any]:
    dtype = np.dtype(values.dtype).newbyteorder("<")
    if any(side < 0 for side in values.shape):
        raise DumpError(f"{path}: {values.name} has the shape {values.shape}: {_AGAIN}")
    if not values.path:
        numbers = np.array(values.numbers, dtype)
    else:
        raw = read(values.path, prod(values.shape) * dtype.itemsize)
        if values.sha256 and sha256(raw).hexdigest() != values.sha256:
            raise DumpError(f"{path}: {values.path} was damaged (SHA-256 differs): {_AGAIN}")
        right = len(raw) == prod(values.shape) * dtype.itemsize
        numbers = np.frombuffer(raw if right else b"", dtype)
    if numbers.size != prod(values.shape):
        raise DumpError(
            f"{path}: {values.path or values.name} has not the {prod(values.shape)} numbers "
            f"{values.dtype} of its shape {values.shape}: {_AGAIN}"
        )
    return numbers.reshape(values.shape).astype(values.dtype)


def _photo(read: Read, head: DumpHead) -> bytes | None:
    name = f"photo/{head.photo}"
    try:
        return read(name, MOST_BYTES) if head.photo else None
    except DumpError:
        return None  # most apps do not keep it


@contextmanager
def _reader(path: Path) -> Iterator[Read]:
    """What reads a member of a ZIP file or of a folder, up to so many bytes and one more."""
    try:
        if path.is_dir():
            yield _of_folder(path)
        else:
            with zipfile.ZipFile(path) as archive:
                yield of_archive(archive, str(path))
    except FileNotFoundError:
        raise DumpError(f"there is no dump {path}: check the path") from None
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise DumpError(f"{path} is no ZIP file or folder ({error}): {_AGAIN}") from None


def _of_folder(folder: Path) -> Read:
    def read(name: str, most: int) -> bytes:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise DumpError(f"{folder}: {name} lies outside the dump: {_AGAIN}")
        try:
            with (folder / inside).open("rb") as file:
                return file.read(most + 1)
        except (OSError, ValueError):
            raise DumpError(f"{folder} has no {name}: {_AGAIN}") from None

    return read


def of_archive(archive: zipfile.ZipFile, path: str) -> Read:
    """What reads a member of an archive, up to so many bytes and one more."""

    def read(name: str, most: int) -> bytes:
        try:
            with archive.open(name) as file:
                return file.read(most + 1)
        except KeyError:
            raise DumpError(f"{path} has no {name}: {_AGAIN}") from None
        except (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error) as error:
            raise DumpError(f"{path}: {name} was damaged ({error}): {_AGAIN}") from None

    return read
