"""A request to a call: its body read, its photo taken in, its parameters checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import request

from edge_server.api.bodies import Body, read_body
from edge_server.api.parameters import check_names, read_parameters
from edge_server.api.replies import ReplyParams, parameter_records
from edge_server.asgi.bridge import CALLER
from edge_server.engine.interface import Deadline
from edge_server.intake.decoding import Wishes
from edge_server.problems import (
    AmbiguousSource,
    BadBase64,
    DuplicateField,
    Fault,
    InvalidParameter,
    MissingImage,
)
from edge_server.tasks.task import Call, Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_server.engine.interface import Engine, Ticket
    from edge_server.intake.intake import Intake
    from edge_server.intake.upload import Upload
    from edge_server.settings import Settings
    from edge_server.tasks.task import Own, Task

DEADLINE = "X-Deadline-Ms"
ENDS = ("", "_base64", "_url")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, understood."""

    call: Call
    upload: Upload
    wanted: ReplyParams


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads requests; raises the ``Problem`` of one that cannot be understood.

    ``own`` gives what the current caller has stored.
    """

    engine: Engine
    intake: Intake
    own: Callable[[], Own | None] = lambda: None

    def read(self, task: Task, deadline: Deadline) -> Asked:
        """The current request as a call of the task."""
        body = read_body(request)
        check_names([*body.fields, *body.files], known_names(task))
        params = read_parameters(task.params, body.fields)
        wanted = read_parameters(ReplyParams, body.fields)
        choice = read_parameters(Choice, body.fields)
        upload = self.image(body, "image", deadline, task.least_hw(params))
        if upload is None:
            raise MissingImage(
                "there is no image: send a file as 'image', or image_base64, or image_url"
            )
        task.check(upload.photo.rgb.shape[:2], params)
        taken = {name: self.image(body, name, deadline) for name in task.pictures}
        call = Call(
            engine=self.engine,
            photo=upload.photo,
            params=params,
            deadline=deadline,
            choice=choice,
            pictures={name: also.photo for name, also in taken.items() if also is not None},
            began=cancelled_when_gone,
            upload=upload,
            own=self.own(),
        )
        return Asked(call=call, upload=upload, wanted=wanted)

    def image(
        self,
        body: Body,
        name: str,
        deadline: Deadline,
        least_hw: tuple[int, int] | None = None,
    ) -> Upload | None:
        """The photo of that name by whichever way it came; None where it did not."""
        wishes = Wishes(least_hw=least_hw, allow_truncated=truncated_taken(body))
        content = self.content(body, name, deadline)
        return None if content is None else self.intake.from_bytes(content, wishes)

    def content(self, body: Body, name: str, deadline: Deadline) -> bytes | None:
        """The bytes of that photo, not decoded yet; None where there are none."""
        ways = [end for end in ENDS if _has(body, name, end)]
        if len(ways) > 1:
            raise AmbiguousSource(f"{name} comes in more than one way: send it once")
        if not ways:
            return None
        if name in body.files:
            return body.files[name]
        text = _text(body.fields[f"{name}{ways[0]}"], f"{name}{ways[0]}")
        if ways[0] == "_url":
            return self.intake.bytes_of_url(text, deadline)
        return self.intake.bytes_of_base64(text)


def deadline_of(settings: Settings, task: Task) -> Deadline:
    """From the header, at most what the settings allow; else what the task has by default."""
    return deadline_or(settings, settings.heavy_seconds if task.heavy else None)


def deadline_or(settings: Settings, seconds: float | None = None) -> Deadline:
    """From the header, at most what the settings allow; else so many seconds from now, where
    that is not said as many as the settings have for a request.
    """
    text = request.headers.get(DEADLINE, "")
    if not text:
        return Deadline.after(settings.request_seconds if seconds is None else seconds)
    if not text.isdecimal() or int(text) < 1:
        raise InvalidParameter(f"{DEADLINE} is not a whole number of milliseconds: mend it")
    return Deadline.after(min(int(text) / 1000, settings.max_request_seconds))


@cache
def known_names(task: Task) -> frozenset[str]:
    """Every field that a request of this task may have."""
    pictures = {f"{name}{end}" for name in ("image", *task.pictures) for end in ENDS}
    said = {name for names in parameter_records(task).values() for name in names}
    return frozenset({"allow_truncated"} | pictures | said)


def _has(body: Body, name: str, end: str) -> bool:
    return (not end and name in body.files) or f"{name}{end}" in body.fields


def _text(value: Any, name: str) -> str:
    """One text; ``image`` in JSON or a form's text field is base64."""
    if isinstance(value, list) and len(value) > 1:
        raise DuplicateField(f"{name} is there {len(value)} times: send it once")
    text = value[0] if isinstance(value, list) and value else value
    if text is None:
        raise MissingImage(f"{name} is null: send an image")
    if not isinstance(text, str):
        raise BadBase64(f"{name} is not text: send base64, or a URL as image_url")
    return text


def truncated_taken(body: Body) -> bool:
    """Whether a photo that is cut short is taken all the same."""
    value = body.fields.get("allow_truncated", False)
    text = value[0] if isinstance(value, list) and len(value) == 1 else value
    known = {"true": True, "1": True, "false": False, "0": False, True: True, False: False}
    if not isinstance(text, str | bool) or text not in known:
        fault = Fault("/allow_truncated", "Expected `bool`")
        raise InvalidParameter("allow_truncated is not true or false: mend it", faults=(fault,))
    return known[text]


def cancelled_when_gone(ticket: Ticket) -> None:
    """A caller who hangs up waits for nothing."""
    caller = request.environ.get(CALLER)
    if caller is not None:
        caller.when_gone(ticket.cancel)
