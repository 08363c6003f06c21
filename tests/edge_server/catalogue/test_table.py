"""CATALOGUE.md says what there is: every row, tests that exist, codes that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from edge_server.problems import problems

TESTS = Path(__file__).parents[1]
ROWS = 161
_ROW = re.compile(r"\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|")
_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)(?:\[([^`]+)\])?`")
_CODE = re.compile(r"\b\d{3} `([a-z0-9-]+)`")
TABLE = [
    match.groups()
    for line in (TESTS / "CATALOGUE.md").read_text().splitlines()
    if (match := _ROW.fullmatch(line))
]


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse((TESTS / path).read_text())


@cache
def found_in(path: str) -> dict[str, ast.FunctionDef]:
    found = [node for node in tree_of(path).body if isinstance(node, ast.FunctionDef)]
    return {node.name: node for node in found if node.name.startswith("test_")}


@cache
def texts_in(path: str) -> str:
    """A pattern of every text in a module: what names of its cases are made of."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {re.escape(word.strip()) for word in node.value.split(",")}
        elif isinstance(node, ast.JoinedStr):
            parts = node.values
            found.add(
                "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
                    for part in parts
                )
            )
    return "|".join(sorted(found))


def test_every_row_is_there_once_and_in_order() -> None:
    assert [int(number) for number, *_ in TABLE] == list(range(1, ROWS + 1))


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_a_row_names_tests_and_codes_that_exist(row: tuple[str, ...]) -> None:
    number, _, expected, cell = row
    named = _TEST.findall(cell)
    assert cell == "<br>".join(
        f"`{path}::{name}{f'[{case}]' if case else ''}`" for path, name, case in named
    ) or (cell == "none" and expected.startswith("not run: ")), cell
    for path, name, case in named:
        assert name in found_in(path), (number, path, name)
        decorated = "parametrize" in ast.dump(
            ast.Module(list(found_in(path)[name].decorator_list), [])  # type: ignore[arg-type]
        )
        assert not case or (decorated and re.fullmatch(texts_in(path), case)), (path, case)
    codes = set(_CODE.findall(expected))
    assert codes <= {problem.code for problem in problems()}, codes


def test_every_live_test_of_a_row_is_in_that_row() -> None:
    rows = {int(number): cell for number, _, _, cell in TABLE}
    for file in sorted((TESTS / "catalogue").glob("test_rows_*.py")):
        path = f"catalogue/{file.name}"
        for name in found_in(path):
            numbers = re.match(r"test_((?:\d+_)+)", name)
            for number in numbers.group(1).strip("_").split("_") if numbers else ():
                if 0 < int(number) <= ROWS and name != "test_23_http_1_0_pipelines":
                    assert f"`{path}::{name}" in rows[int(number)], (number, name)


def test_150_decoders_are_those_whose_known_faults_are_mended() -> None:
    wanted = {one.name: one for one in map(Requirement, requires("pocketlens") or ())}
    for name, mended, before in (
        ("pillow", "13.0", "12.2"),
        ("opencv-python-headless", "5.0", "4.13"),
    ):
        assert mended in wanted[name].specifier
        assert before not in wanted[name].specifier
        assert version(name) in wanted[name].specifier
