"""JSON and MessagePack read into types, in any number of threads.

msgspec learns a type when it first meets it.  Another thread that meets the same type in the
meantime follows pointers that are not set yet, and the process ends by a segmentation fault
(version 0.22).  Here one type at a time is learnt, and read only then; the whole project reads
by these functions.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec

if TYPE_CHECKING:
    from types import UnionType

Read = TypeVar("Read")

_learning = RLock()
_learnt: set[Any] = set()


def from_json(content: bytes | str, kind: type[Read]) -> Read:
    """The value of that type which JSON holds; raises what ``msgspec.json.decode`` raises:
    ``DecodeError``, of which ``ValidationError`` is one, and ``UnicodeDecodeError``.
    """
    return msgspec.json.decode(content, type=learnt(kind))


def from_msgpack(content: bytes, kind: type[Read]) -> Read:
    """The value of that type which MessagePack holds; raises ``msgspec.DecodeError``."""
    return msgspec.msgpack.decode(content, type=learnt(kind))


@overload
def converted(value: object, kind: type[Read], *, strict: bool = True) -> Read: ...
@overload
def converted(value: object, kind: UnionType, *, strict: bool = True) -> Any: ...
def converted(value: object, kind: Any, *, strict: bool = True) -> Any:
    """The value of that type which dictionaries, lists and plain values stand for; unless
    ``strict``, text may stand for a number.  Raises ``msgspec.ValidationError``.
    """
    return msgspec.convert(value, learnt(kind), strict=strict)


def learnt(kind: type[Read]) -> type[Read]:
    """That type, and every type within it, as msgspec knows it from now on."""
    if kind not in _learnt:
        with _learning:
            msgspec.json.Decoder(kind)
            _learnt.add(kind)
    return kind
