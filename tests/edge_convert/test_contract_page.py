from __future__ import annotations

import re
import typing
from pathlib import Path

from edge_convert.bundle import ASSETS, SCHEMA, manifest_of, refresh
from edge_convert.contract_page import PAGE, page
from edge_runtime.contract import AnyStep
from edge_runtime.discovery import MANIFEST

MADE = page(manifest_of(ASSETS))


def test_the_page_of_the_repository_is_what_the_code_says(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes((ASSETS / MANIFEST).read_bytes())
    refresh(tmp_path)
    for name in (PAGE, SCHEMA, MANIFEST):
        assert (tmp_path / name).read_bytes() == (ASSETS / name).read_bytes(), (
            f"{name} is not current: run 'edge-convert contract'"
        )


def test_every_step_has_its_definition_with_its_fields() -> None:
    for step in typing.get_args(AnyStep):
        tag = step.__struct_config__.tag
        section = re.search(rf"^### {tag}\n(.*?)(?=^##|\Z)", MADE, re.MULTILINE | re.DOTALL)
        assert section, tag
        for field in step.__struct_fields__:
            assert f"`{field}" in section[1], (tag, field)


def test_every_model_has_its_row() -> None:
    for entry in manifest_of(ASSETS).models:
        assert re.search(
            rf"^\| `{entry.spec.id}` \| \d+x\d+.* \| decode-photo, ", MADE, re.MULTILINE
        )


def test_it_is_markdown_without_the_marks_of_docstrings() -> None:
    assert "``" not in MADE
    assert ":mod:" not in MADE
    for heading in (
        "## Camera frames",
        "## Results",
        "## Golden vectors",
        "## How to read a program",
    ):
        assert heading in MADE
