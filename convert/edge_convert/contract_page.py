"""``mobile_assets/CONTRACT.md``: the contract for those who write another runtime.

The page is made of the docstrings beside the code and of the manifest, so that it says what
runs.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from edge_runtime import contract, frames, golden, wire

if TYPE_CHECKING:
    from edge_runtime.spec import Manifest

PAGE = "CONTRACT.md"
_MAKING = "Made by `edge-convert contract` from the docstrings beside the code: edit those."
_READING = """\
## How to read a program

Each model's `spec.program` in `manifest.json` is a list of steps; `step` names the kind, the
other fields are its numbers, defaults included. Run them in order. A step or field that you
do not know, or a value that a step below does not list, is an error: say its place
(`models[3].spec.program[1].fit`) and stop. A `schema_version` above the one that you were
written for is an error before anything else is read.

Coordinates are in pixels of the upright photo, x to the right, y down, from the top left
corner of the top left pixel: the centre of that pixel is (0.5, 0.5). A box is x0, y0, x1, y1.
"""


def page(manifest: Manifest) -> str:
    """The whole page, as Markdown."""
    steps = get_args(contract.AnyStep)
    parts = [
        f"# The contract\n\n{_MAKING}\n\n{_markdown(contract.__doc__)}",
        _READING,
        "## The programs\n\n" + _programs(manifest),
        "## The steps\n\n" + "\n\n".join(_step(step) for step in steps),
        f"## Camera frames\n\n{_markdown(frames.__doc__)}",
        f"## Results\n\n{_markdown(wire.__doc__)}",
        f"## Golden vectors\n\n{_markdown(golden.__doc__)}",
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _programs(manifest: Manifest) -> str:
    rows = ["| model | input, height x width | steps |", "|---|---|---|"]
    for entry in manifest.models:
        spec = entry.spec
        sizes = ", ".join(f"{height}x{width}" for height, width in spec.image.sizes_hw)
        steps = ", ".join(_tag(type(step)) for step in spec.program)
        rows.append(f"| `{spec.id}` | {sizes} | {steps} |")
    return "\n".join(rows)


def _step(step: type[contract.Step]) -> str:
    head = f"### {_tag(step)}\n\nTakes {step.takes}, gives {step.gives}."
    fields = [_field(field) for field in msgspec.structs.fields(step)]
    listed = f" Fields: {', '.join(fields)}." if fields else ""
    return f"{head}{listed}\n\n{_markdown(step.__doc__)}"


def _field(field: Any) -> str:
    if field.default is msgspec.NODEFAULT:
        return f"`{field.name}`"
    return f"`{field.name}` ({msgspec.json.encode(field.default).decode()})"


def _tag(step: type[contract.Step]) -> str:
    return str(step.__struct_config__.tag)


def _markdown(text: str | None) -> str:
    """A docstring as Markdown: code in single quotes, roles without their names."""
    plain = re.sub(r":\w+:`([^`]+)`", r"`\1`", inspect.cleandoc(text or ""))
    return plain.replace("``", "`")
