"""Dart's recipe reader is written by hand: it knows what ``recipe.py`` says, no more, no less.

Both are brought to one form: for each kind of test and of layer its fields, and of each field
what it may hold, whether it has to be there, and what it is otherwise.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest

from edge_runtime.filters.recipe import Recipe

FILTERS = Path(__file__).parents[1] / "mobile_assets" / "flutter" / "lib" / "src" / "filters"
DART = (FILTERS / "recipe.dart").read_text()
READING = (FILTERS / "reading.dart").read_text()
SCHEMA: dict[str, Any] = msgspec.json.schema(Recipe)
DEFINED: dict[str, Any] = SCHEMA["$defs"]
TAGS = ("test", "do")
NEEDED = "it has to be there"
DEFAULT = r"\s*\?\?\s*(const \[\]|\([^)]*\)|'[^']*'|[\w.]+)"
Form: TypeAlias = tuple[Any, ...]
Kinds: TypeAlias = dict[str, dict[str, Form]]


def of_python() -> Kinds:
    """What ``recipe.py`` says, by its schema."""
    return {_kind(name, node): _fields(node) for name, node in DEFINED.items()}


def _kind(name: str, node: dict[str, Any]) -> str:
    """``do: grade``, or the name of what has no tag."""
    for tag in TAGS:
        if tag in node["properties"]:
            return f"{tag}: {node['properties'][tag]['enum'][0]}"
    return name


def _fields(node: dict[str, Any]) -> dict[str, Form]:
    return {
        name: (_form(it), _plain(it["default"]) if "default" in it else NEEDED)
        for name, it in node["properties"].items()
        if name not in TAGS
    }


def _form(node: dict[str, Any]) -> Form:
    """What a value may be; ``null`` is what Dart has where a field is absent."""
    if "anyOf" in node:
        rest = [one for one in node["anyOf"] if one.get("type") != "null"]
        return _form(rest[0]) if len(rest) == 1 else _objects(rest)
    if "$ref" in node:
        return _objects([node])
    if "enum" in node:
        return ("one of", *sorted(node["enum"]))
    return {"array": _list, "string": _text}.get(node["type"], _number)(node)


def _objects(references: list[dict[str, Any]]) -> Form:
    names = [one["$ref"].rpartition("/")[2] for one in references]
    return ("objects", *sorted(_kind(name, DEFINED[name]) for name in names))


def _list(node: dict[str, Any]) -> Form:
    if "prefixItems" in node:
        (form,) = {_form(one) for one in node["prefixItems"]}
        assert len(node["prefixItems"]) == 2
        return ("pair", form)
    return ("list", _form(node["items"]), node.get("minItems", 0), node.get("maxItems"))


def _text(node: dict[str, Any]) -> Form:
    if "pattern" in node:
        return ("pattern", node["pattern"], node.get("maxLength"))
    return ("text", node.get("minLength", 0), node.get("maxLength"))


def _number(node: dict[str, Any]) -> Form:
    low = node.get("exclusiveMinimum", node.get("minimum"))
    return (node["type"], float(low), float(node["maximum"]), "exclusiveMinimum" in node)


def _plain(value: Any) -> Any:
    """Numbers are compared as numbers, a pair is a list."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return float(value) if isinstance(value, int | float) else value


class Dart:
    """A Dart source, as far as readers go that are written as these are."""

    def __init__(self, source: str) -> None:
        bodies = r"^(?:sealed |final )*class (\w+)[^{]*\{\n(.*?)^\}"
        found = re.findall(bodies, source, re.MULTILINE | re.DOTALL)
        self.classes = dict(found)
        enums = re.findall(r"^enum (\w+) \{([^}]*)\}", source, re.MULTILINE)
        self.enums = {name: re.findall(r"\w+", values) for name, values in enums}
        self.named = dict(
            re.findall(r"^final Reader<.*?> (\w+) = (.*?);$", READING, re.MULTILINE)
        )

    def kinds(self) -> Kinds:
        made = {"Recipe": self._read(self.classes["Recipe"], {})}
        for family, tag in (("Test", "test"), ("Layer", "do")):
            for name, read in self._family(family).items():
                made[f"{tag}: {name}"] = self._tagged(read, family, tag)
        return made

    def _family(self, family: str) -> dict[str, str]:
        """How each of a switch is read, by its tag."""
        rows = re.findall(r"^ +'([\w-]+)' => (.*),$", self.classes[family], re.MULTILINE)
        assert len(rows) == self.classes[family].count("' => ")
        return dict(rows)

    def _tagged(self, read: str, family: str, tag: str) -> dict[str, Form]:
        """The fields of a class; those of the tests of faces are read in one place."""
        of_faces = re.fullmatch(
            r"\w+\._\(_ofFaces\(json, place, (\w+)\), (\w+(?:\.\d+)?)\)", read
        )
        if of_faces is None:
            name = read.removesuffix(".read(json, place)")
            return self._read(self.classes[name], {}, tag)
        most, least = of_faces.groups()
        every = re.search(r"of = said\.\$1" + DEFAULT, self.classes["FaceTest"])
        assert every is not None
        body = self.classes[family].partition("_ofFaces(\n")[2]
        defaults = {"of": every[1], "least": least}
        return self._read(re.sub(r"\bmost\b", most, body), defaults, tag)

    def _read(self, body: str, defaults: dict[str, str], tag: str = "") -> dict[str, Form]:
        """What is asked of ``fields``, which has to be what they are said to be."""
        known = re.search(r"Fields\(\s*json,\s*place,\s*const \[(.*?)\]", body, re.DOTALL)
        assert known is not None
        made = {}
        for call in re.finditer(r"fields\.(need|maybe)\(", body):
            end = _closing(body, call.end())
            name, _, reader = body[call.end() : end].partition(",")
            said = re.match(DEFAULT, body[end + 1 :])
            name = name.strip(" '")
            default = defaults.get(name) or (said and said[1])
            other = NEEDED if call[1] == "need" else self._default(default)
            made[name] = (self._form(reader.strip(" \n,")), other)
        names = re.findall(r"'(\w+)'", known[1])
        assert sorted(names) == sorted([*made, tag] if tag else made), names
        return made

    def _default(self, text: str | None) -> Any:
        if text is None or text == "const []":
            return None if text is None else []
        if text.startswith("("):
            return [float(one) for one in text.strip("()").split(",")]
        if text.startswith("'"):
            return text.strip("'")
        kind, _, value = text.partition(".")
        return value if kind in self.enums else float(text)

    def _form(self, reader: str) -> Form:
        reader = self.named.get(reader, reader)
        name, _, inside = reader.partition("(")
        inside = inside.removesuffix(")")
        if name.endswith(".read"):
            return self._object(name.removesuffix(".read"))
        return _FORMS[name](self, inside)

    def _object(self, name: str) -> Form:
        if name in {"Test", "Layer"}:
            tag = {"Test": "test", "Layer": "do"}[name]
            return ("objects", *sorted(f"{tag}: {one}" for one in self._family(name)))
        (tag,) = [
            one for one, how in self._family("Layer").items() if how.startswith(f"{name}.")
        ]
        return ("objects", f"do: {tag}")

    def enum(self, text: str) -> Form:
        return ("one of", *sorted(self.enums[text.removesuffix(".values")]))

    def between(self, text: str) -> Form:
        low, high = map(float, text.split(","))
        return ("number", low, high, False)

    def listed(self, text: str, least: int = 0) -> Form:
        return ("list", self._form(text), least, None)

    def at_most(self, text: str) -> Form:
        most, _, read = text.partition(",")
        return (*self._form(read.strip())[:3], int(most))

    def pair(self, text: str) -> Form:
        return ("pair", self._form(text))


_FORMS: dict[str, Any] = {
    "inRange": Dart.between,
    "above0": lambda _, most: ("number", 0.0, float(most), True),
    "countTo": lambda _, most: ("integer", 0.0, float(most), False),
    "textTo": lambda _, most: ("text", 1, int(most)),
    "asString": lambda _, __: ("text", 0, None),
    "colourOf": lambda _, __: ("pattern", *_pattern("_colour")),
    "named": lambda _, __: ("pattern", *_pattern("_name")),
    "_named": Dart.enum,
    "pairOf": Dart.pair,
    "listOf": Dart.listed,
    "someOf": lambda dart, text: dart.listed(text, 1),
    "atMost": Dart.at_most,
}


def _pattern(name: str) -> tuple[str, int | None]:
    """A pattern and how many letters there may be, which Dart's pattern says itself."""
    found = re.search(rf"^final {name} = RegExp\(r'(.*)'\);$", READING, re.MULTILINE)
    assert found is not None
    counted = re.fullmatch(r"(\^\[[^]]+\]\[[^]]+\])\{0,(\d+)\}\$", found[1])
    if counted is None:
        return found[1], None
    return f"{counted[1]}*$", 1 + int(counted[2])


def _closing(text: str, start: int) -> int:
    """Where the bracket closes that is open at ``start``."""
    depth = 1
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise AssertionError(text[start:])


def test_dart_knows_exactly_the_recipes_of_python() -> None:
    here, there = of_python(), Dart(DART).kinds()
    assert there.keys() == here.keys()
    for kind, fields in here.items():
        assert there[kind] == fields, kind


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("inRange(0.2, 5)", "inRange(0.2, 4)"),
        ("pairOf(above0(4))", "pairOf(above0(3))"),
        ("countTo(2147483648)", "countTo(2147483647)"),
        ("?? 0.6", "?? 0.5"),
        ("?? Area.photo", "?? Area.person"),
        ("?? (0.0, 0.0)", "?? (0.0, 1.0)"),
        ("maybe('reach'", "need('reach'"),
        ("someOf(Test.read)", "listOf(Test.read)"),
        ("atMost(12, listOf(colourOf))", "listOf(colourOf)"),
        ("enum Placing { front, behind }", "enum Placing { front }"),
        ("_ofFaces(json, place, 90), 15", "_ofFaces(json, place, 80), 15"),
        ("_ofFaces(json, place, 90), 15", "_ofFaces(json, place, 90), 16"),
        ("      'blur' => Blur.read(json, place),\n", ""),
        ("textTo(120)", "asString"),
    ],
)
def test_a_difference_is_found(before: str, after: str) -> None:
    assert before in DART
    assert Dart(DART.replace(before, after)).kinds() != of_python()


def test_a_field_that_only_one_side_knows_is_found() -> None:
    fewer = re.sub(r"\n +vignette = .*;", ";", DART)
    assert fewer != DART
    with pytest.raises(AssertionError):
        Dart(fewer).kinds()
