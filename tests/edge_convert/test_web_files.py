from __future__ import annotations

from pathlib import Path

import pytest

from edge_convert.placing import write_whole
from edge_convert.web_files import SCRIPTS, WASM, copy_runtime
from edge_runtime.errors import PocketLensError


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A bundle whose runtime was built."""
    for name in (*SCRIPTS, *WASM):
        write_whole(tmp_path / "source" / "web" / "dist" / name, name.encode())
    return tmp_path / "source"


def test_all_of_it_is_copied_and_weighed(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert copy_runtime(built, out) == sum(map(len, (*SCRIPTS, *WASM)))
    files = [path for path in (out / "web").rglob("*") if path.is_file()]
    assert {p.relative_to(out / "web").as_posix() for p in files} == {*SCRIPTS, *WASM}
    assert all(p.read_bytes().decode().endswith(p.name) for p in files)


@pytest.mark.parametrize("lost", [SCRIPTS[0], WASM[-1]])
def test_a_runtime_that_was_not_built(lost: str, built: Path, tmp_path: Path) -> None:
    (built / "web" / "dist" / lost).unlink()
    with pytest.raises(PocketLensError, match="is missing: run 'npm ci && npm run build'"):
        copy_runtime(built, tmp_path / "out")


def test_the_names_are_those_that_npm_builds(root: Path) -> None:
    package = root / "mobile_assets" / "web" / "node_modules" / "@litertjs" / "core" / "wasm"
    if not package.is_dir():
        pytest.skip("LiteRT.js is not installed: run 'npm ci' in mobile_assets/web")
    assert {f"wasm/{path.name}" for path in package.iterdir()} >= set(WASM)
