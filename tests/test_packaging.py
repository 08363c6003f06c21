"""``pip install .`` gives an ``edge-run`` that works, without anything heavy."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "tensorflow", "onnx", "coremltools", "safetensors", "litert_torch"}
CODE = """
import sys
from edge_runtime import Lens
faces = Lens().faces(sys.argv[1]).value.faces
import edge_runtime
print(edge_runtime.__file__)
print(len(faces), sorted(set(sys.argv[2].split(",")) & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked as pip would."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    build += ["--no-build-isolation", "--wheel-dir", str(place), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    with zipfile.ZipFile(next(place.glob("*.whl"))) as wheel:
        wheel.extractall(place / "site")
    return place / "site"


def test_the_wheel_runs_on_its_own_models(installed: Path, samples: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(samples / "astronaut.png"), ",".join(HEAVY)],
        cwd=installed,  # first on the path, before the checkout
        capture_output=True,
        text=True,
        check=True,
    )
    where, answer = done.stdout.splitlines()
    assert where.startswith(str(installed))
    assert answer == "1 []"


def test_the_wheel_has_the_bundle_and_the_licences(installed: Path) -> None:
    bundle = installed / "edge_runtime" / "_bundle"
    assert (bundle / "manifest.json").read_bytes() == (
        ROOT / "mobile_assets" / "manifest.json"
    ).read_bytes()
    assert (bundle / "golden" / "smile" / "golden.json").exists()  # what the canary runs
    filters = ROOT / "mobile_assets" / "filters"
    for path in filters.rglob("*.json"):
        assert (bundle / "filters" / path.relative_to(filters)).exists()
    names = {path.name for path in installed.glob("*.dist-info/licenses/*")}
    assert names == {"LICENSE", "NOTICE"}
    assert not list(installed.rglob("*.safetensors"))


def test_the_wheel_has_the_page(installed: Path) -> None:
    source = ROOT / "server" / "edge_server" / "web"
    page = installed / "edge_server" / "web"
    names = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    assert Path("index.html") in names
    for name in names:
        assert (page / name).read_bytes() == (source / name).read_bytes()


def test_the_dependencies_of_the_runtime_are_few() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {line.partition(">")[0] for line in project["dependencies"]}
    assert names == {"numpy", "pillow", "ai-edge-litert", "opencv-python-headless", "msgspec"}


def test_without_the_extra_edge_convert_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['rich'] = None;"
        "from edge_convert.cli import main; sys.exit(main(['smile', '--out', 'nowhere']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pip install 'pocketlens[convert]'" in done.stderr
    assert "Traceback" not in done.stderr
