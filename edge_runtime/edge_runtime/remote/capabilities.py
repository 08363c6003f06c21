"""What a server can do, as it said at ``GET /v1/models``, and how long ago that was."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from edge_runtime.outcomes import Unavailable
from edge_runtime.remote.answer_records import ModelRecord, ModelsRecord
from edge_runtime.remote.answers import not_an_answer
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from edge_runtime.remote.connections import Reply

# A model in any other state answers, at once or once it is loaded.
_AWAY = {
    "weights-missing": "its weights are not on the server",
    "unhealthy": "it has failed on the server",
}


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """A server's models; ``learnt_at`` is a moment of the monotonic clock."""

    models: tuple[ModelRecord, ...]
    learnt_at: float

    @property
    def age(self) -> float:
        """Seconds since the server said so."""
        return monotonic() - self.learnt_at

    def refusal(self, address: str, model: str = "") -> Unavailable | None:
        """Why a task (``depth``, ``super-resolution``) will not be answered.

        None where it may be: of a task that no model lists, the server itself has to say.
        """
        having = [one for one in self.models if address in one.tasks]
        usual = [one for one in having if address in one.default_of] or having
        able = [one for one in having if model == one.id] if model else usual
        if not able or any(one.state not in _AWAY for one in able):
            return None
        why = f"{able[0].id}: {_AWAY[able[0].state]}"
        return Unavailable(why, None, able[0].state)


def read_capabilities(reply: Reply) -> Capabilities:
    """The answer of ``GET /v1/models``; raises ``Refusal`` where it is none."""
    try:
        record = from_json(reply.body, ModelsRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise not_an_answer(str(error)) from None
    return Capabilities(models=record.models, learnt_at=monotonic())
