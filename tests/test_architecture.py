"""The house stands as the READMEs say: who may import whom, how large things grow."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "edge_runtime": ROOT / "edge_runtime" / "edge_runtime",
    "edge_calibration": ROOT / "calibration" / "edge_calibration",
    "edge_convert": ROOT / "convert" / "edge_convert",
    "edge_server": ROOT / "server" / "edge_server",
}
ALLOWED = {
    "edge_runtime": set(),
    "edge_calibration": {"edge_runtime"},
    "edge_convert": {"edge_runtime", "edge_calibration"},
    "edge_server": {"edge_runtime"},
}
# A heavy framework and the only files that may import it.
HOMES = {
    "ai_edge_litert": {
        "edge_runtime/interpreter.py",  # runs graphs; the others edit them, by its schema
        "edge_runtime/backends/lite_rt_gpu.py",  # its compiled models
        "edge_calibration/lint/graph_surgery.py",
        "edge_calibration/lint/tflite_file.py",
        "edge_calibration/layers/tflite_graph.py",  # looks at every value, which no app does
        "edge_convert/elastic.py",
        "edge_convert/graph_edit.py",
        "edge_convert/hard_swish.py",
        "edge_convert/flatbuffer.py",
        "edge_convert/golden_noise.py",  # its reference kernels
        "edge_convert/litert_prelu.py",
        "edge_convert/saturation.py",
        "edge_convert/tflite_source.py",
        "edge_convert/transpose_conv.py",
        "edge_convert/weight_layers.py",
    },
    "litert_torch": {"edge_convert/litert.py"},
    "ai_edge_quantizer": {"edge_convert/quantize.py"},
    "coremltools": {
        "edge_runtime/backends/core_ml.py",  # runs packages, on a Mac
        "edge_convert/coreml.py",
        "edge_convert/mlpackage.py",
        "edge_calibration/coreml/mlprogram.py",
    },
    "onnxruntime": {
        "edge_runtime/backends/onnx_runtime.py",
        "edge_convert/onnx_export.py",
        "edge_server/onnx_session.py",
    },
    "transformers": {"edge_server/networks/blip.py"},
    "coreai": {"edge_convert/coreai.py"},
    "coreai_torch": {"edge_convert/coreai.py"},
    "onnx2tf": set(),
    "tensorflow": set(),
}
NEVER_IN_RUNTIME = {"torch", "tensorflow", "onnx", "coremltools", "requests", "safetensors"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager"}
TOP = {"convert", "edge_runtime", "server", "mobile_assets", "calibration", "tests", ".ci"}


def modules() -> Iterator[tuple[str, Path]]:
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            yield package, path


def name_of(path: Path) -> str:
    return "/".join(path.relative_to(ROOT).parts[1:])


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


@pytest.mark.parametrize(
    ("package", "path"), list(modules()), ids=lambda v: getattr(v, "name", v)
)
def test_only_the_allowed_packages_are_imported(package: str, path: Path) -> None:
    ours = imports(path) & set(PACKAGES)
    assert ours - {package} <= ALLOWED[package]


@pytest.mark.parametrize("framework", list(HOMES))
def test_a_heavy_framework_has_one_home(framework: str) -> None:
    users = {name_of(path) for _, path in modules() if framework in imports(path)}
    assert users <= HOMES[framework]


def test_the_runtime_needs_no_training_framework() -> None:
    for path in PACKAGES["edge_runtime"].rglob("*.py"):
        frameworks = imports(path) & NEVER_IN_RUNTIME
        assert all(name_of(path) in HOMES.get(one, set()) for one in frameworks), path


def test_functions_are_small() -> None:
    lengths = sorted(
        (node.end_lineno - node.lineno + 1, f"{name_of(path)}:{node.name}")
        for _, path in modules()
        for node in functions(path)
    )
    assert lengths[-1][0] <= 50, lengths[-3:]
    assert lengths[int(len(lengths) * 0.95)][0] <= 35, lengths[-8:]
    assert lengths[len(lengths) // 2][0] <= 9


def test_modules_are_small() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for _, path in modules()}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    for _, path in modules():
        assert not FORBIDDEN_NAMES & set(path.with_suffix("").parts[-2:]), path


def test_every_package_is_typed_and_every_area_explained() -> None:
    for folder in PACKAGES.values():
        assert (folder / "py.typed").exists()
        assert (folder.parent / "README.md").exists()
        assert not (folder.parent / "__init__.py").exists()


def test_the_top_level_folders_are_the_fixed_ones() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked() if path.parent != ROOT} <= TOP


def test_every_module_has_its_test() -> None:
    tests = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    wanted = {f"test_{path.stem}.py" for _, path in modules() if _is_tested_by_name(path)}
    assert wanted - tests == set()


def _is_tested_by_name(path: Path) -> bool:
    # test_models.py, test_calibrate_commands.py and test_migrating.py hold for all of these
    inside = {"models", "networks", "commands", "migrations"} & set(path.parts)
    return not path.name.startswith("__") and not inside


def test_nothing_names_this_machine_or_a_registry() -> None:
    pattern = re.compile(
        r"/wor"
        r"k/|/tm"
        r"p/[a-z]|py"
        r"pi\.org|pythonh"
        r"osted|npmj"
        r"s\.org|deb\.deb"
        r"ian"
    )
    for path in tracked():
        if path.suffix in {".py", ".md", ".toml", ".json", ".txt", ".yml", ""}:
            found = pattern.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{path}: {found}"


def test_nothing_is_unpickled() -> None:
    for _, path in modules():
        assert not imports(path) & {"pickle", "dill", "joblib", "shelve"}, path
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                assert {k.arg: ast.unparse(k.value) for k in node.keywords}.get(
                    "weights_only"
                ) == "True", path


def test_types_are_read_in_one_place() -> None:
    """msgspec crashes where two threads meet a type at once: edge_runtime/typed_reading.py."""
    for _, path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and path.stem != "typed_reading":
                called = ast.unparse(node.func)
                typed = called.endswith("Decoder") or any(
                    k.arg == "type" for k in node.keywords
                )
                assert called != "msgspec.convert", path
                assert not (called.startswith("msgspec.") and typed), path


def test_the_tree_is_small() -> None:
    assert sum(path.stat().st_size for path in tracked()) < 120_000_000


def test_every_command_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["scripts"]) >= {"edge-run", "edge-convert"}
