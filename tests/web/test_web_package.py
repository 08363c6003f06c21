"""The web package's own checks: types, formatting, the schema, and its unit tests in Node."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

WEB = Path(__file__).parents[2] / "mobile_assets" / "web"
BIN = WEB / "node_modules" / ".bin"


def node(*command: str) -> None:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command,
        cwd=WEB,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_are_those_of_the_schema(built: Path) -> None:
    node("node", "scripts/manifest_types.mjs", "--check")


def test_the_types_hold(built: Path) -> None:
    node("tsc")


def test_the_code_is_formatted(built: Path) -> None:
    node("prettier", "--check", ".")


def test_the_unit_tests_pass(built: Path) -> None:
    node("node", "--test", *map(str, sorted((built / "dist" / "tests").glob("*.test.js"))))


def test_the_examples_of_the_readme_compile(built: Path, tmp_path: Path) -> None:
    readme = (WEB / "README.md").read_text()
    examples = re.findall(r"^```ts\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert len(examples) == 5
    for number, example in enumerate(examples):
        (tmp_path / f"example{number}.ts").write_text(example)
    options = {
        "paths": {"@pocketlens/runtime": [str(WEB / "src" / "index.ts")]},
        "typeRoots": [str(WEB / "node_modules" / "@types")],
    }
    config = {"extends": str(WEB / "tsconfig.json"), "include": ["*.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(config | {"compilerOptions": options}))
    node("tsc", "--project", str(tmp_path))


def test_a_build_gives_the_same_bytes_again(built: Path) -> None:
    names = ("runtime.js", "worker.js", "page.js", "runtime.js.map")
    before = [(built / "dist" / name).read_bytes() for name in names]
    node("node", "scripts/build.mjs")
    assert [(built / "dist" / name).read_bytes() for name in names] == before
    assert len(before[0]) < 150_000  # a fifth of it draws filters


def test_one_dependency_and_the_exact_versions() -> None:
    package = json.loads((WEB / "package.json").read_text())
    assert list(package["dependencies"]) == ["@litertjs/core"]
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions)
    lock = json.loads((WEB / "package-lock.json").read_text())
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert all("resolved" not in entry for entry in lock["packages"].values())


def test_files_are_small_and_nothing_is_ignored() -> None:
    for path in [*WEB.glob("src/**/*.ts"), *WEB.glob("page/*.ts")]:
        lines = path.read_text().splitlines()
        if path.name != "manifest_types.ts":
            assert len(lines) <= 250, path
            assert not [line for line in lines if "@ts-ignore" in line], path
