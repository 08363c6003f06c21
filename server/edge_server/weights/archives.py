"""One file out of an archive that a publisher wraps its checkpoint in.

The file is written under a name of ours, so that names inside cannot lead anywhere, and
counted while it is written, so that what the archive says of its size need not be true.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 4 * 2**30
_PIECE = 2**20
# How a checkpoint begins: a zip of torch's own, a pickle of its older format.
_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04")
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
)


def is_archive(path: Path) -> bool:
    """Whether it is a zip around a checkpoint; torch's own files are zips themselves."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except _BROKEN:
        return True
    return not any(name.count("/") == 1 and name.endswith("/data.pkl") for name in names)


def extract(archive: Path, member: str, target: Path, max_bytes: int = MAX_BYTES) -> None:
    """Write one member to ``target``: the one of that name or, where ``member`` is empty,
    the largest that begins as a checkpoint does.

    Raises ``WeightsError`` for an archive that is damaged, locked with a password, does
    not hold the member, or holds more than ``max_bytes`` in it.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            info = _named(opened, member) if member else _checkpoint(opened)
            if info is None:
                raise _without(archive, member or "a checkpoint")
            with opened.open(info) as source:
                _write(source, info.filename, target, max_bytes)
    except _BROKEN as error:
        target.unlink(missing_ok=True)
        raise _damaged(archive, error) from None


def extract_from_tar(
    archive: Path, member: str, target: Path, max_bytes: int = MAX_BYTES
) -> None:
    """Write the file of that path, below the one folder that holds everything in a source
    distribution; raises ``WeightsError`` as :func:`extract` does."""
    try:
        with tarfile.open(archive) as opened:
            found = (info for info in opened if info.name.partition("/")[2] == member)
            info = next(found, None)
            source = opened.extractfile(info) if info is not None else None
            if source is None:
                raise _without(archive, member)
            with source:
                _write(source, member, target, max_bytes)
    except _BROKEN as error:
        target.unlink(missing_ok=True)
        raise _damaged(archive, error) from None


def _named(archive: zipfile.ZipFile, member: str) -> zipfile.ZipInfo | None:
    found = [info for info in archive.infolist() if info.filename == member]
    if len(found) > 1:
        raise WeightsError(f"{member} is in its archive {len(found)} times: do not use it")
    return found[0] if found else None


def _checkpoint(archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    files = [info for info in archive.infolist() if not info.is_dir()]
    for info in sorted(files, key=lambda one: (-one.file_size, one.filename)):
        with archive.open(info) as file:
            if file.read(4).startswith(_STARTS):
                return info
    return None


def _write(source: IO[bytes], name: str, target: Path, max_bytes: int) -> None:
    written = 0
    with target.open("wb") as file:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > max_bytes:
                break
            file.write(piece)
    if written > max_bytes:
        target.unlink()
        raise WeightsError(
            f"{name} unpacks to more than {max_bytes / 1e6:.0f} MB: do not use it"
        )


def _without(archive: Path, what: str) -> WeightsError:
    return WeightsError(f"{archive.name} does not hold {what}: get it again")


def _damaged(archive: Path, error: BaseException) -> WeightsError:
    return WeightsError(
        f"{archive.name} cannot be unpacked ({_line(error)}): get it again, and see that"
        " there is room"
    )


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]
