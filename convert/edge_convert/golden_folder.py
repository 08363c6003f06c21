"""``golden/`` of a bundle: written whole, without what is left of earlier vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from edge_convert.golden_basics import make_basics
from edge_convert.golden_cases import make_golden
from edge_convert.golden_files import Files
from edge_convert.placing import write_whole
from edge_runtime.golden import FILE, Golden, GoldenBasics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edge_runtime.pipeline import Lens

BASICS = "basics.json"
SCHEMAS: Mapping[str, type] = {
    "golden.schema.json": Golden,
    "basics.schema.json": GoldenBasics,
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """What the golden vectors of a model weigh."""

    model: str
    cases: int
    files: int
    bytes: int


def write_golden(lens: Lens, model_id: str, folder: Path) -> Written:
    """Make the golden vectors of a model in ``folder``, the bundle's ``golden``."""
    golden, contents = make_golden(lens, lens.bundle.entry(model_id).spec, folder)
    contents = {**contents, f"{model_id}/{FILE}": pretty(golden)}
    _place(folder, contents, folder / model_id)
    return Written(
        model=model_id,
        cases=len(golden.cases),
        files=len(contents),
        bytes=sum(map(len, contents.values())),
    )


def write_basics(folder: Path) -> None:
    """Make what needs no model, and the schemas."""
    files = Files()
    contents = {BASICS: pretty(make_basics(folder, files))} | files.contents
    contents |= {name: pretty(msgspec.json.schema(kind)) for name, kind in SCHEMAS.items()}
    _place(folder, contents, folder / "frames")


def photos_of(golden: Golden) -> set[str]:
    """The files below ``golden/photos`` that the vectors of a model need."""
    cases = [name for case in golden.cases for name in (case.photo, case.style_photo) if name]
    decoded = {
        values.path
        for case in golden.cases
        for stage in case.stages
        for values in stage.values
        if values.path.startswith("photos/")
    }
    return {*cases, *decoded}


def pretty(content: Any) -> bytes:
    """JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def _place(folder: Path, contents: Mapping[str, bytes], sweep: Path) -> None:
    for path, content in contents.items():
        write_whole(folder / path, content)
    for left in sweep.glob("*"):
        if left.relative_to(folder).as_posix() not in contents:
            left.unlink()
