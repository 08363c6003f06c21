"""``edge-run parity``: a dump sent to a server, which runs the very same file."""

from __future__ import annotations

import os
from contextlib import closing
from math import prod
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from edge_runtime.doctor.dump import FILE, read_head
from edge_runtime.doctor.parity import Parity, parity_text
from edge_runtime.doctor.writing import DumpedPhoto, dumped, zipped
from edge_runtime.errors import DumpError, NoAnswer, PhotoNotFound
from edge_runtime.images import open_photo
from edge_runtime.outcomes import Unavailable
from edge_runtime.remote.answers import not_an_answer
from edge_runtime.remote.asking import multipart
from edge_runtime.remote.remote_lens import Content, How, RemoteLens
from edge_runtime.runner import open_lens
from edge_runtime.server_options import KEY
from edge_runtime.terminal import answer, complain
from edge_runtime.tracing import Request
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from edge_runtime.doctor.dump import DumpedStage
    from edge_runtime.remote.connections import Reply

_SECONDS = 300.0
# A stage with more is left out of a dump that is made here: every pixel of a photo, or of a
# mask as large.  The server computes it from the stage before.
_MOST_BYTES = 8 * 2**20
_ZIP = b"PK"


def ask_parity(
    remote: RemoteLens,
    dump: bytes,
    photo: bytes | None = None,
    *,
    teacher: bool = False,
    how: How | None = None,
) -> Parity | Unavailable:
    """The server's word on a dump, the bytes of a ZIP file.

    ``photo``: its bytes, where the dump does not have it; ``teacher``: also compare with a
    heavy model of the task.
    """
    body, media_type = dump, "application/zip"
    if photo is not None:
        image = (photo, "application/octet-stream")
        body, media_type = multipart({"dump": (dump, media_type), "image": image})
    path = "/v1/parity" + ("?teacher=true" if teacher else "")
    how = how or How(seconds=_SECONDS)
    answered = remote.post(path, Content(body, media_type), _read, how)
    return answered if isinstance(answered, Unavailable) else answered.answer


def run_parity(args: Namespace) -> int:
    """Print the server's word on a dump; 0 where it is healthy, 1 where something was found."""
    dump = _of_photo(args) if args.model else _of_dump(args.source)
    photo = _bytes(args.photo) if args.photo else None
    with closing(RemoteLens(args.server, key=os.environ.get(KEY, ""))) as remote:
        parity = ask_parity(remote, dump, photo, teacher=args.teacher)
    if isinstance(parity, Unavailable):
        raise NoAnswer(f"there is no answer: {parity.why}")
    answer(msgspec.json.encode(parity).decode() if args.json else parity_text(parity))
    return 0 if parity.healthy else 1


def fitting(files: dict[str, bytes]) -> dict[str, bytes]:
    """A dump's files without the stages whose arrays are too large to send."""
    head = read_head(files[FILE], "the dump")
    heavy = [stage for stage in head.stages if _size(stage) > _MOST_BYTES]
    if not heavy:
        return files
    steps = ", ".join(stage.step for stage in heavy)
    complain(f"left out, because they are large: {steps}")
    left = tuple(stage for stage in head.stages if stage not in heavy)
    lighter = msgspec.structs.replace(head, stages=left)
    gone = {values.path for stage in heavy for values in stage.values}
    kept = {name: content for name, content in files.items() if name not in gone}
    return {**kept, FILE: msgspec.json.encode(lighter)}


def _size(stage: DumpedStage) -> int:
    return sum(prod(one.shape) * np.dtype(one.dtype).itemsize for one in stage.values)


def _read(reply: Reply) -> Parity:
    try:
        return from_json(reply.body, Parity)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise not_an_answer(str(error)) from None


def _of_photo(args: Namespace) -> bytes:
    content = _bytes(args.source)
    if content.startswith(_ZIP):
        raise DumpError(f"{args.source} is a dump already: leave --model out")
    photo = DumpedPhoto(name=args.source.name, content=content, keep=True)
    request = Request(photo=open_photo(args.source))
    return zipped(fitting(dumped(open_lens(args), args.model, request, photo)))


def _of_dump(path: Path) -> bytes:
    """The bytes of a ZIP file, or those that a folder makes."""
    if path.is_dir():
        inside = sorted(one for one in path.rglob("*") if one.is_file())
        files = {one.relative_to(path).as_posix(): one.read_bytes() for one in inside}
        if FILE not in files:
            raise DumpError(f"{path} has no {FILE}: name the folder that the app wrote")
        return zipped(files)
    content = _bytes(path)
    if not content.startswith(_ZIP):  # a photo is not sent to be told that it is no dump
        raise DumpError(
            f"{path} is no ZIP file: name a dump, or with --model the model that runs a photo"
        )
    return content


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PhotoNotFound(f"{path} cannot be read ({error.strerror}): check it") from None
