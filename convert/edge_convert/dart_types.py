"""The Dart types of the manifest and of golden vectors, made of the Python records.

``python -m edge_convert.dart_types`` writes ``lib/src/schema.dart`` of the Dart package; a
test makes it again and compares.  Every record becomes a final class with ``fromJson`` and
``toJson``, the steps and the tasks a sealed family each, so that a ``switch`` over them that
forgets one does not compile.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from edge_runtime import contract
from edge_runtime.golden import Golden, GoldenBasics
from edge_runtime.outputs import write_bytes
from edge_runtime.spec import SCHEMA_VERSION, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGE = Path(__file__).parents[2] / "mobile_assets" / "flutter"
TARGET = PACKAGE / "lib" / "src" / "schema.dart"
FAMILIES = {"step": "Step", "kind": "Task"}
"""The field that says which class of a family an object is, and that family."""
HEAD = f"""// dart format off
// Made by `python -m edge_convert.dart_types`: change the Python records, not this file.

import 'errors.dart';
import 'fields.dart';

/// The version of the manifest that this package reads.
const schemaVersion = {SCHEMA_VERSION};

/// A step of a model's program: the kinds of value that it takes and gives, its numbers.
sealed class Step {{
  const Step(this.step, {{required this.takes, required this.gives}});

  final String step;
  final String takes;
  final String gives;

  Map<String, Object?> toJson();
}}

/// What a model is for.
sealed class Task {{
  const Task(this.kind);

  final String kind;

  Map<String, Object?> toJson();
}}
"""

Json = dict[str, Any]


def dart_source() -> str:
    """The whole file, as it stands in the package."""
    _, parts = msgspec.json.schema_components(
        (Manifest, Golden, GoldenBasics), ref_template="#/$defs/{name}"
    )
    families = [_family(tag, name, parts) for tag, name in FAMILIES.items()]
    classes = [_record(part) for part in parts.values()]
    return "\n".join([HEAD, *families, *classes])


def _family(tag: str, name: str, parts: Mapping[str, Json]) -> str:
    """The function that reads one of a family by its tag."""
    members = {
        part["properties"][tag]["enum"][0]: title
        for title, part in parts.items()
        if "enum" in part["properties"].get(tag, {})
    }
    cases = "\n".join(
        f"    '{value}' => {title}.fromJson(json, place)," for value, title in members.items()
    )
    return (
        f"/// Reads a {name.lower()}; an unknown one is an error that names the place.\n"
        f"{name} as{name}(Object? json, String place) {{\n"
        f"  final {tag} = tagOf(json, place, '{tag}');\n"
        f"  return switch ({tag}) {{\n{cases}\n"
        f"    _ => throw BundleError(\"$place: unknown {tag} '${tag}': update PocketLens\"),\n"
        "  };\n}\n"
    )


def _record(part: Json) -> str:
    title, fields = part["title"], dict(part["properties"])
    tag = next((tag for tag in FAMILIES if "enum" in fields.get(tag, {})), None)
    value = fields.pop(tag)["enum"][0] if tag else None
    extends = f" extends {FAMILIES[tag]}" if tag else ""
    return "\n".join(
        [
            *_comment(part.get("description", "")),
            f"final class {title}{extends} {{",
            f"  const {title}({_parameters(fields)}){_super(title, tag, value)};",
            "",
            f"  factory {title}.fromJson(Object? json, String place) {{",
            *_reading(title, fields, tag),
            "  }",
            "",
            *(f"  final {_typed(field)} {_camel(name)};" for name, field in fields.items()),
            *([""] if fields else []),
            *(["  @override"] if tag else []),
            "  Map<String, Object?> toJson() => {",
            *([f"    '{tag}': '{value}',"] if tag else []),
            *(f"    '{name}': {_written(name, field)}," for name, field in fields.items()),
            "  };",
            "}",
            "",
        ]
    )


def _super(title: str, tag: str | None, value: str | None) -> str:
    if tag is None:
        return ""
    kind = getattr(contract, title, None)
    flow = f", takes: '{kind.takes}', gives: '{kind.gives}'" if kind else ""
    return f" : super('{value}'{flow})"


def _reading(title: str, fields: Mapping[str, Json], tag: str | None) -> Iterator[str]:
    known = ", ".join(f"'{name}'" for name in [*([tag] if tag else []), *fields])
    if not fields:
        yield f"    Fields(json, place, const [{known}]);"
        yield f"    return const {title}();"
        return
    yield f"    final fields = Fields(json, place, const [{known}]);"
    yield f"    return {title}("
    for name, field in fields.items():
        yield f"      {_camel(name)}: {_read(name, field)},"
    yield "    );"


def _read(name: str, field: Json) -> str:
    reader = _reader(field)
    if "default" not in field:
        return f"fields.need('{name}', {reader})"
    if field["default"] is None:
        return f"fields.maybe('{name}', {reader})"
    return f"fields.maybe('{name}', {reader}) ?? {_literal(field)}"


def _parameters(fields: Mapping[str, Json]) -> str:
    if not fields:
        return ""
    return "{" + ", ".join(_parameter(*field) for field in fields.items()) + "}"


def _parameter(name: str, field: Json) -> str:
    if "default" not in field:
        return f"required this.{_camel(name)}"
    if field["default"] is None:
        return f"this.{_camel(name)}"
    return f"this.{_camel(name)} = {_literal(field)}"


def _literal(field: Json) -> str:
    value, field = field["default"], _filled(field)
    if "$ref" in field:
        given = ", ".join(f"{_camel(name)}: {json.dumps(one)}" for name, one in value.items())
        return f"const {_name(field)}({given})"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, bool):
        return str(value).lower()
    return (
        f"const {json.dumps(value)}" if isinstance(value, list | tuple | dict) else str(value)
    )


def _typed(field: Json) -> str:
    return f"{_type(field)}?" if field.get("default", 0) is None else _type(field)


def _type(field: Json) -> str:
    field = _filled(field)
    if "$ref" in field:
        return _name(field)
    if "discriminator" in field:
        return FAMILIES[field["discriminator"]["propertyName"]]
    if "enum" in field:
        return "int" if isinstance(field["enum"][0], int) else "String"
    if field["type"] == "array":
        item = _type(field.get("items") or field["prefixItems"][0])
        return f"({item}, {item})" if "prefixItems" in field else f"List<{item}>"
    if field["type"] == "object":
        inner = field.get("additionalProperties")
        return f"Map<String, {_type(inner) if inner else 'Object?'}>"
    return {"string": "String", "integer": "int", "number": "double", "boolean": "bool"}[
        field["type"]
    ]


def _reader(field: Json) -> str:
    field = _filled(field)
    if "$ref" in field:
        return f"{_name(field)}.fromJson"
    if "discriminator" in field:
        return f"as{_type(field)}"
    if "enum" in field:
        known = ", ".join(f"'{v}'" if isinstance(v, str) else str(v) for v in field["enum"])
        return f"oneOf(const [{known}])"
    if field["type"] == "array":
        item = _reader(field.get("items") or field["prefixItems"][0])
        return f"pairOf({item})" if "prefixItems" in field else f"listOf({item})"
    if field["type"] == "object":
        inner = field.get("additionalProperties")
        return f"mapOf({_reader(inner)})" if inner else "asObject"
    return f"as{_type(field)[0].upper()}{_type(field)[1:]}"


def _written(name: str, field: Json) -> str:
    camel = _camel(name)
    if "prefixItems" not in _filled(field):
        return camel
    if field.get("default", 0) is None:
        return f"switch ({camel}) {{ null => null, (final a, final b) => [a, b] }}"
    return f"[{camel}.$1, {camel}.$2]"


def _filled(field: Json) -> Json:
    """A field that may be null, as what it is where it is not."""
    options = [one for one in field.get("anyOf", []) if one.get("type") != "null"]
    return dict(options[0]) if len(options) == 1 else field


def _name(field: Json) -> str:
    return str(field["$ref"].rsplit("/", 1)[1])


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _comment(text: str) -> Iterator[str]:
    plain = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")
    for line in inspect.cleandoc(plain).splitlines():
        yield f"/// {line}".rstrip()


def main() -> None:
    """Write the file."""
    write_bytes(TARGET, dart_source().encode())
    print(TARGET.relative_to(PACKAGE), file=sys.stderr)  # noqa: T201  a script says what it did


if __name__ == "__main__":
    main()
