"""JSON read into records; what does not fit is named by its place and what was meant."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from edge_runtime.errors import SpecError
from edge_runtime.filters import art, recipe
from edge_runtime.record import Record
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable

Read = TypeVar("Read", bound=Record)

_UNKNOWN_FIELD = re.compile(r"unknown field `(.+?)`(?: - at `(.+)`)?$")
_UNKNOWN_KIND = re.compile(r"Invalid value '(.+?)' - at `(.+?)\.(do|test|shape|gradient)`$")
_PLACED = re.compile(r"^(.*) - at `(.+)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def _of_tag(records: Iterable[type[Record]]) -> dict[str, type[Record]]:
    return {str(one.__struct_config__.tag): one for one in records}


KINDS: dict[str, dict[str, type[Record]]] = {
    "do": _of_tag(recipe.Layer.__args__),
    "test": _of_tag(recipe.Test.__args__),
    "shape": _of_tag(art.AnyShape.__args__),
    "gradient": _of_tag((art.Linear, art.Radial)),
}
"""The records that a field tells apart, by that field and what it says."""


def decoded(content: bytes, kind: type[Read], name: str) -> Read:
    """The record that JSON holds; ``SpecError`` names the file, the place and, for a field
    or a kind that does not exist, the nearest that does."""
    try:
        return from_json(content, kind)
    except msgspec.ValidationError as error:
        raise SpecError(f"{name}: {_explained(str(error), content, kind)}") from None
    except RecursionError:
        raise SpecError(f"{name} is nested too deeply: make it flatter") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"{name} is not JSON: {error}") from None


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that does not exist: the nearest and all others."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"{hint}; known: {', '.join(names) or 'none'}"


def _explained(message: str, content: bytes, kind: type[Record]) -> str:
    field = _UNKNOWN_FIELD.search(message)
    if field:
        place = field[2] or "$"
        known = _fields_at(msgspec.json.decode(content), place, kind)
        return f"{place}: unknown field {field[1]!r}{meant(field[1], known)}"
    said = _UNKNOWN_KIND.search(message)
    if said:
        name, place, tag = said.groups()
        return f"{place}.{tag}: unknown {tag} {name!r}{meant(name, KINDS[tag])}"
    placed = _PLACED.match(message)
    return f"{placed[2]}: {placed[1]}" if placed else f"$: {message}"


def _fields_at(value: Any, place: str, kind: type[Record]) -> list[str]:
    """The fields that the record at a place has."""
    for name, index in _STEP.findall(place):
        value = value[int(index)] if index else value[name]
    for tag, records in KINDS.items():
        if isinstance(value, dict) and value.get(tag) in records:
            return [tag, *records[value[tag]].__struct_fields__]
    return list(kind.__struct_fields__)
