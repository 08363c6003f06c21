"""A task of the server: what is sent for it, and how its answer is read."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

import msgspec

from edge_runtime.outcomes import Degraded, Ok, Provenance
from edge_runtime.remote import answers
from edge_runtime.remote.answer_records import AnswerRecord
from edge_runtime.remote.refusals import Refusal
from edge_runtime.results import CutOut
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_runtime.outcomes import Outcome
    from edge_runtime.remote.connections import Reply
    from edge_runtime.remote.uploads import Opened

Field: TypeAlias = str | float | bool | Sequence[str]

_CUT_IN_FULL = "instance-segmentation"
_AS_PICTURE = {"masks": "none", "picture": "png"}


@dataclass(frozen=True, kw_only=True)
class ServerTask:
    """``POST /v1/<address>``; ``form``: how the answer is wanted.

    ``longest``: the longer side of a photo beyond which the model sees little more, in
    pixels; None where every pixel counts.  ``every_pixel``: all are sent unless it is said
    otherwise.
    """

    address: str
    read: Callable[[answers.Reading], Any]
    longest: int | None = None
    every_pixel: bool = False
    form: Mapping[str, str] = field(default_factory=dict)


# Twice the side of the largest input of a task's models, so that it is still the server that
# brings the photo to that size.  Of faces, 192 pixels are looked at for points, 64 for looks:
# at 1600 a face may take an eighth of the photo's width.
TASKS: dict[str, ServerTask] = {
    "segment": ServerTask(
        address="segment", read=answers.read_mask, longest=640, form=_AS_PICTURE
    ),
    "faces": ServerTask(address="faces", read=answers.read_faces, longest=640),
    "landmarks": ServerTask(address="landmarks", read=answers.read_faces, longest=1600),
    "smile": ServerTask(address="smile", read=answers.read_faces, longest=1600),
    "classify": ServerTask(address="classify", read=answers.read_labels, longest=640),
    "detect": ServerTask(address="objects", read=answers.read_objects, longest=640),
    "style": ServerTask(
        address="style", read=answers.read_painted, longest=1024, form=_AS_PICTURE
    ),
    "depth": ServerTask(
        address="depth",
        read=answers.read_depth,
        longest=1280,
        every_pixel=True,
        form=_AS_PICTURE,
    ),
    "super_resolution": ServerTask(
        address="super-resolution", read=answers.read_picture, form=_AS_PICTURE
    ),
    "instances": ServerTask(
        address="instances", read=answers.read_instances, longest=1600, form={"masks": "rle"}
    ),
    "semantic_segmentation": ServerTask(
        address="semantic-segmentation",
        read=answers.read_classes,
        longest=1040,
        form={"masks": "rle"},
    ),
    "cut": ServerTask(
        address="cut",
        read=answers.read_cut,
        longest=1600,
        every_pixel=True,
        form={"masks": "rle", "picture": "png"},
    ),
}


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A question as it is sent, and what is needed to read its answer; ``alpha``: the photo's,
    packed, where the question is kept for later."""

    task: str
    path: str
    body: bytes
    content_type: str
    sent_wh: tuple[int, int]
    photo_wh: tuple[int, int]
    saved: int
    alpha: bytes = b""


@dataclass(frozen=True)
class Received:
    """An answer, read, and the bytes that it was read from."""

    value: Any
    record: AnswerRecord
    body: bytes

    def outcome(self, question: Prepared, attempts: int, round_trip: float) -> Outcome[Any]:
        """The answer and where it comes from; ``round_trip`` in milliseconds.

        Degraded where the server itself had to do without the network that is meant.
        """
        ms = {f"server.{stage}": spent for stage, spent in self.record.ms.items()}
        provenance = Provenance(
            where="server",
            model=self.record.model,
            sha256=self.record.sha256,
            variant=self.record.variant,
            accelerator=self.record.device,
            ms=ms | {"round_trip": round(round_trip, 3)},
            bytes_sent=len(question.body),
            bytes_saved=question.saved,
            attempts=attempts,
        )
        if isinstance(self.value, CutOut) and self.value.method != _CUT_IN_FULL:
            return Degraded(self.value, provenance, f"outlined by {self.value.method}")
        return Ok(self.value, provenance)


def prepared(
    name: str,
    photo: Opened,
    fields: Mapping[str, Field | None],
    *,
    full_size: bool | None = None,
    pictures: Mapping[str, Opened] | None = None,
) -> Prepared:
    """A question about a photo: ``fields`` are the task's parameters, those that are None or
    empty are left out; ``pictures`` go along by their names.  ``full_size`` sends every pixel,
    or no more than the model can use; the task decides where it is not said.
    """
    task = TASKS[name]
    everything = task.every_pixel if full_size is None else full_size
    upload = photo.upload(None if everything else task.longest)
    said = dict(task.form) | {
        key: _text(value) for key, value in fields.items() if _is_said(value)
    }
    body, content_type = upload.content, upload.media_type
    if pictures:
        along = {key: one.upload(task.longest) for key, one in pictures.items()}
        parts = {key: (one.content, one.media_type) for key, one in along.items()}
        body, content_type = multipart({"image": (body, content_type)} | parts)
    return Prepared(
        task=name,
        path=f"/v1/{task.address}" + (f"?{urlencode(said)}" if said else ""),
        body=body,
        content_type=content_type,
        sent_wh=upload.size_wh,
        photo_wh=upload.photo_wh,
        saved=max(0, upload.saved + len(upload.content) - len(body)),
    )


def read_answer(question: Prepared, reply: Reply, sha256_of: Callable[[str], str]) -> Received:
    """The answer to a question.

    ``sha256_of`` says which file has to answer, by the model's id; empty for any.  Raises
    ``Refusal`` for an answer that is none, that is about another task or photo, or that
    was made with another file.
    """
    task = TASKS[question.task]
    try:
        record = from_json(reply.body, AnswerRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise answers.not_an_answer(str(error)) from None
    if record.task != task.address or record.image.size != question.sent_wh:
        raise answers.not_an_answer("it is about another task or photo")
    sha256 = sha256_of(record.model)
    if sha256 and record.sha256 != sha256:
        raise Refusal(
            f"the server used another file of {record.model} ({record.sha256[:12] or 'unknown'}"
            f") than was asked for ({sha256[:12]})",
            "wrong-file",
            alive=True,
        )
    return Received(task.read(answers.Reading(record, question.photo_wh)), record, reply.body)


def _is_said(value: Field | None) -> bool:
    return value is not None and (not isinstance(value, Sequence) or len(value) > 0)


def _text(value: Field | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(value)
    return str(value)


def multipart(parts: Mapping[str, tuple[bytes, str]]) -> tuple[bytes, str]:
    """Files by their names, each with its bytes and type, as one body and its type."""
    boundary = uuid.uuid4().hex
    written = []
    for name, (content, media_type) in parts.items():
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"'
            f"\r\nContent-Type: {media_type}\r\n\r\n"
        )
        written.append(head.encode() + content + b"\r\n")
    written.append(f"--{boundary}--\r\n".encode())
    return b"".join(written), f"multipart/form-data; boundary={boundary}"
