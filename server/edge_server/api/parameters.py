"""Fields of a request to a task's parameters; what is wrong is told field by field."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from edge_runtime.typed_reading import converted
from edge_server.problems import DuplicateField, Fault, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from edge_runtime.spec import Record

RecordT = TypeVar("RecordT", bound="Record")
_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_WANTED = {
    "Expected `bool`": "true or false",
    "Expected `int`": "a whole number",
    "Expected `float`": "a number",
    "Expected `array`": 'a list, such as ["one", "two"]',
}


@cache
def names_of(kind: type[Record]) -> tuple[str, ...]:
    """The parameters of a record."""
    return tuple(field.name for field in msgspec.structs.fields(kind))


def check_names(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise ``InvalidParameter`` for the first name that is not known."""
    names = sorted(known)
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]}?" if near else f": known are {', '.join(names)}"
            fault = Fault(f"/{name[:100]}", "not a parameter of this task")
            raise InvalidParameter(f"{name[:100]!r} is no parameter{hint}", faults=(fault,))


def read_parameters(kind: type[RecordT], fields: Mapping[str, Any]) -> RecordT:
    """The record of those of the fields that are its own.

    Text (a list of texts, as forms and addresses give) is taken as numbers where numbers are
    wanted; JSON's values have to be of the right type.  Raises ``InvalidParameter`` with a
    JSON pointer to the field, ``DuplicateField`` where one value is wanted and more came.
    """
    made: dict[str, Any] = {}
    for name in names_of(kind):
        if name in fields:
            made[name] = _one(kind, name, _plain(name, fields[name], _hints(kind)[name]))
    return kind(**made)


@cache
def _hints(kind: type[Record]) -> dict[str, Any]:
    return get_type_hints(kind)


def _plain(name: str, value: Any, hint: Any) -> Any:
    if not (isinstance(value, list) and value and all(isinstance(x, str) for x in value)):
        return value
    if get_origin(hint) in {tuple, list, frozenset}:
        return [part.strip() for text in value for part in text.split(",") if part.strip()]
    if len(value) > 1:
        raise DuplicateField(f"{name} is there {len(value)} times: send it once")
    return _Text(value[0])


class _Text(str):
    """Text that may stand for a number, because its form knows nothing else."""

    __slots__ = ()


def _one(kind: type[Record], name: str, value: Any) -> Any:
    lax = isinstance(value, _Text)
    field = {name: str(value) if lax else value}
    try:
        read = getattr(converted(field, kind, strict=not lax), name)
    except msgspec.ValidationError as error:
        raise _invalid(name, str(error), _hints(kind)[name]) from None
    if isinstance(read, float) and not math.isfinite(read):
        raise _invalid(name, "Expected a finite number", float)
    return read


def _invalid(name: str, message: str, hint: Any) -> InvalidParameter:
    place = _PLACE.search(message)
    inner = re.sub(r"[\[\].]+", "/", place.group(1)).strip("/") if place else name
    sentence = _PLACE.sub("", message)
    wanted = _wanted(sentence, hint)
    if wanted:
        sentence = f"{sentence}: send {wanted}"
    return InvalidParameter(
        f"{name} is not valid: {sentence}", faults=(Fault(f"/{inner}", sentence),)
    )


def _wanted(sentence: str, hint: Any) -> str:
    """What to send instead, where the sentence does not say so itself."""
    if sentence.startswith("Invalid enum value"):
        return " or ".join(str(choice) for choice in _choices(hint) if choice != "")
    if ", got " not in sentence:  # it is of the type, and the sentence has the limit
        return ""
    return next((said for start, said in _WANTED.items() if sentence.startswith(start)), "")


def _choices(hint: Any) -> tuple[Any, ...]:
    """The values of the first ``Literal`` in a type."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    return next((found for part in get_args(hint) if (found := _choices(part))), ())
