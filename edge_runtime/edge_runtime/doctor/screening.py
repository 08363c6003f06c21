"""A dump of a stranger: everything that can be counted is counted before it is unpacked.

An archive may say that it has a million members, or one of a terabyte; its JSON may name one
member a thousand times.  Nothing is ever written to disk, and nothing but raw numbers is read.
"""

from __future__ import annotations

import json
import stat
import zipfile
from collections import Counter
from dataclasses import replace
from io import BytesIO
from math import prod
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_runtime.doctor.dump import FILE, filled, of_archive, read_head
from edge_runtime.errors import DumpError, DumpTooLarge
from edge_runtime.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edge_runtime.doctor.dump import Dump, DumpedStage, DumpedValues, DumpHead, Read

NAME = "the dump"
_AGAIN = "write it again with the app's dump function, or with 'edge-run dump'"
_END, _ZIP64, _END_BYTES = b"PK\x05\x06", b"PK\x06\x07", 22
_ENTRY_BYTES = 400  # of a member in the directory: 46, its name, and what systems add
_ENCRYPTED = 0x1
# What a step gives before the graph has run; a delegate can have no part in it.
BEFORE_GRAPH = {
    *("decode-photo", "find-faces", "resize", "crop-square", "cut-windows"),
    *("write-tensor", "mix-styles"),
    "embed-style",
}
_FOREIGN = {b"\x93NUMPY": "a NumPy file", b"PK\x03\x04": "an archive", b"\x80": "a pickle"}


class DumpLimits(Record, frozen=True, kw_only=True):
    """Bytes are counted unpacked: ``bytes`` of the whole archive as its directory says,
    ``array_bytes`` of the arrays that are read.  A stage of more than ``stage_bytes`` is left
    out: every pixel of a large photo takes minutes to compare.  ``rows``: boxes of a stage,
    which some steps compare with each other; ``side``: of the input that the model is given,
    in pixels."""

    bytes: int = 192 * 2**20
    array_bytes: int = 48 * 2**20
    stage_bytes: int = 16 * 2**20
    photo_bytes: int = 32 * 2**20
    json_bytes: int = 4 * 2**20
    entries: int = 1000
    stages: int = 1000
    rows: int = 2500
    faces: int = 100
    dimensions: int = 8
    depth: int = 12
    leaves: int = 400_000
    side: int = 1024


def screened(content: bytes, limits: DumpLimits | None = None) -> Dump:
    """The dump in the bytes of a ZIP file.

    Raises ``DumpTooLarge`` for what is over a limit, ``DumpError`` for what is no dump.
    """
    limits = limits or DumpLimits()
    _check_end(content, limits)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_members(archive.infolist(), limits)
            read = of_archive(archive, NAME)
            raw = read(FILE, limits.json_bytes)
            _most("bytes of dump.json", limits.json_bytes, len(raw))
            _check_nesting(raw, limits)
            head = read_head(raw, NAME)
            _check_head(head, limits)
            _check_photo(archive, head, limits)
            lighter = _without_large(head, limits)
            _check_members_named(lighter, read)
            with np.errstate(all="ignore"):  # numbers that do not fit their type
                dump = filled(read, lighter, NAME)
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        raise DumpError(
            f"{NAME} has a damaged directory, or numbers that do not fit their type: {_AGAIN}"
        ) from None
    _check_numbers(dump)
    kept = {id(stage) for stage in lighter.stages}
    left = tuple(stage.step for stage in head.stages if id(stage) not in kept)
    return replace(dump, left_out=left)


def _check_end(content: bytes, limits: DumpLimits) -> None:
    """The directory's size, before anything is made of its entries."""
    end = content[-_END_BYTES:]
    if len(end) < _END_BYTES or not end.startswith(_END):
        raise DumpError(f"{NAME} is no ZIP file, or was cut short: {_AGAIN}")
    if content[-_END_BYTES - 20 :].startswith(_ZIP64):
        raise DumpError(f"{NAME} is a ZIP file for large archives (ZIP64): {_AGAIN}")
    entries, size = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    _most("files", limits.entries, entries)
    _most("bytes of file names", limits.entries * _ENTRY_BYTES, size)


def _check_members(members: list[zipfile.ZipInfo], limits: DumpLimits) -> None:
    _most("files", limits.entries, len(members))
    twice = _repeated(member.filename for member in members)
    if twice:
        raise DumpError(f"{NAME} has {_shown(twice)} twice: {_AGAIN}")
    for member in members:
        _check_member(member)
    _most("bytes, unpacked", limits.bytes, sum(member.file_size for member in members))


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if not _is_inside(member.orig_filename) or not _is_inside(name):
        raise DumpError(f"{NAME}: {_shown(name)} lies outside the dump: {_AGAIN}")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DumpError(f"{NAME}: {_shown(name)} is a link: {_AGAIN}")
    if member.flag_bits & _ENCRYPTED:
        raise DumpError(f"{NAME} is encrypted: send it without a password")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise DumpError(f"{NAME}: {_shown(name)} is not deflated: {_AGAIN}")


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    odd = any(sign in name for sign in ("\\", "\0", ":"))
    return bool(name) and not path.is_absolute() and ".." not in path.parts and not odd


def _check_nesting(raw: bytes, limits: DumpLimits) -> None:
    """How deep its JSON is and how much there is of it, whatever it says."""
    try:
        level = [json.loads(raw, parse_constant=_no_constant)]
    except (ValueError, RecursionError) as error:
        raise DumpError(f"{NAME}: {FILE} is not JSON ({str(error)[:100]}): {_AGAIN}") from None
    leaves = 0
    for _ in range(limits.depth):
        level = [inner for value in level for inner in _inside(value)]
        leaves += len(level)
        if not level:
            break
    else:
        raise DumpError(f"{NAME}: {FILE} is nested too deep: {_AGAIN}")
    _most("values in dump.json", limits.leaves, leaves)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _check_head(head: DumpHead, limits: DumpLimits) -> None:
    _most("stages", limits.stages, len(head.stages))
    places = [(stage.index, stage.face) for stage in head.stages]
    if len(set(places)) < len(places):
        raise DumpError(f"{NAME} has a stage twice: {_AGAIN}")
    for stage in head.stages:
        _check_stage(stage, limits)
    if head.size_hw is not None and min(head.size_hw) < 1:
        raise DumpError(f"{NAME}: size_hw is {list(head.size_hw)}: {_AGAIN}")
    _most("pixels of the input's side", limits.side, max(head.size_hw or (0,)))
    if head.photo and not _is_inside(head.photo):
        raise DumpError(f"{NAME}: the photo's name {_shown(head.photo)} is a path: {_AGAIN}")


def _check_stage(stage: DumpedStage, limits: DumpLimits) -> None:
    where = f"stage {stage.index} {_shown(stage.step)}"
    if stage.face is not None and stage.face < 0:
        raise DumpError(f"{NAME}: {where} is of the face {stage.face}: {_AGAIN}")
    twice = _repeated(values.name for values in stage.values)
    if twice:
        raise DumpError(f"{NAME}: {where} has {_shown(twice)} twice: {_AGAIN}")
    scores = next((prod(one.shape) for one in stage.values if one.name == "scores"), 0)
    if stage.step == "find-faces":
        _most(f"faces in {where}", limits.faces, scores)
    elif stage.step != "run":
        _most(f"boxes in {where}", limits.rows, scores)


def _check_photo(archive: zipfile.ZipFile, head: DumpHead, limits: DumpLimits) -> None:
    name = f"photo/{head.photo}"
    if head.photo and name in archive.namelist():
        _most("bytes of a photo", limits.photo_bytes, archive.getinfo(name).file_size)


def _without_large(head: DumpHead, limits: DumpLimits) -> DumpHead:
    """The head with the stages that are read."""
    sizes = [sum(_bytes(one, limits) for one in stage.values) for stage in head.stages]
    read = [size for size in sizes if size <= limits.stage_bytes]
    _most("bytes of arrays", limits.array_bytes, sum(read))
    sized = zip(head.stages, sizes, strict=True)
    stages = tuple(stage for stage, size in sized if size <= limits.stage_bytes)
    return msgspec.structs.replace(head, stages=stages)


def _bytes(values: DumpedValues, limits: DumpLimits) -> int:
    """What an array takes; its shape may say anything."""
    shape = values.shape
    if len(shape) > limits.dimensions or any(not 0 <= side < 2**31 for side in shape):
        raise DumpError(f"{NAME}: {_shown(values.name)} has an impossible shape: {_AGAIN}")
    inline = 8 * len(values.numbers)
    return max(prod(shape) * np.dtype(values.dtype).itemsize, inline)


def _check_members_named(head: DumpHead, read: Read) -> None:
    """Files that are something else than raw numbers are told by their first bytes."""
    for values in _of_files(head):
        start = read(values.path, 5)[:6]
        for magic, what in _FOREIGN.items():
            size = prod(values.shape) * np.dtype(values.dtype).itemsize
            if start.startswith(magic) and len(read(values.path, size)) != size:
                raise DumpError(
                    f"{NAME}: {_shown(values.path)} is {what}, not raw numbers: {_AGAIN}"
                )


def _of_files(head: DumpHead) -> Iterator[DumpedValues]:
    return (values for stage in head.stages for values in stage.values if values.path)


def _check_numbers(dump: Dump) -> None:
    """NaN is told of a graph, by the doctor; what went into the graph has to be numbers."""
    for stage in dump.head.stages:
        for name, array in dump.stages[stage.index, stage.face].items():
            is_float = array.dtype.kind == "f" and stage.step in BEFORE_GRAPH
            if is_float and not np.isfinite(array).all():
                raise DumpError(
                    f"{NAME}: {_shown(name)} of stage {stage.index} {stage.step} has numbers "
                    "that are none (NaN or infinite): mend that step of the app first"
                )


def _most(what: str, limit: int, actual: int) -> None:
    if actual > limit:
        raise DumpTooLarge(
            f"{NAME} has {actual} {what}, more than the {limit} that are taken: leave out the "
            "stages with the largest arrays",
            limit,
            actual,
        )


def _repeated(names: Iterable[str]) -> str:
    counted = Counter(names)
    return next((name for name, count in counted.items() if count > 1), "")


def _shown(name: str) -> str:
    return ascii(name[:60])
