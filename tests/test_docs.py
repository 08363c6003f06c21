"""The documents say what is true: every command in them is run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", *sorted(ROOT.glob("*/README.md"))]
MODULES = {
    "edge-run": "edge_runtime",
    "edge-convert": "edge_convert",
    "edge-calibrate": "edge_calibration",
    "edge-serve": "edge_server",
}
# These convert, measure for long, fetch, never end or need a server: their own tests run them.
SLOW = {"edge-convert", "edge-calibrate search", "edge-calibrate evaluate", "edge-run parity"}
SERVING = ("edge-serve", "edge-serve weights pull", "edge-serve weights add")


def commands(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.partition("  #")[0].strip() for block in blocks for line in block.split("\n")]
    return [line for line in lines if line.split(" ")[0] in MODULES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the photos that the documents name."""
    place = tmp_path_factory.mktemp("docs")
    samples = ROOT / "calibration" / "data" / "samples"
    shutil.copy(samples / "obama.jpg", place / "selfie.jpg")
    shutil.copy(samples / "flower.jpg", place / "picture.jpg")
    with Image.open(samples / "obama.jpg") as photo:
        photo.resize((96, 120)).save(place / "small.jpg")
    _write_film(place / "film.mp4", samples / "obama.jpg")
    (place / "photos").mkdir()
    shutil.copy(samples / "astronaut.png", place / "photos" / "astronaut.png")
    return place


def _write_film(path: Path, photo: Path) -> None:
    """Half a second of a photo."""
    import av

    with av.open(str(path), "w") as film, Image.open(photo) as opened:
        stream = film.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 400, "yuv420p"
        picture = av.VideoFrame.from_image(opened.convert("RGB").resize((320, 400)))
        for number in range(15):
            picture.pts = number
            film.mux(stream.encode(picture))
        film.mux(stream.encode(None))


ALL = [(path.relative_to(ROOT), line) for path in READMES for line in commands(path)]


@pytest.mark.parametrize(
    ("readme", "line"), ALL, ids=[f"{readme.parent.name}: {line}" for readme, line in ALL]
)
def test_every_command_of_a_readme_runs(readme: Path, line: str, folder: Path) -> None:
    program, *arguments = shlex.split(line)
    if line == SERVING[0] or line.startswith(SERVING[1:]):
        arguments = [*arguments[:2], "--help"]
    elif {program, f"{program} {arguments[0]}"} & SLOW:
        arguments = [arguments[0], "--help"] if arguments[0].isalpha() else ["--help"]
    done = subprocess.run(
        [sys.executable, "-m", MODULES[program], *arguments],
        cwd=folder,
        env=os.environ | {"POCKETLENS_DATA": str(folder), "POCKETLENS_WEIGHTS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (readme, done.stderr)


def test_the_readme_shows_the_two_commands_and_is_short() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
    makefile = (ROOT / "Makefile").read_text()
    for target in ("demo", "test"):
        assert any(line.startswith(f"make {target}") for line in lines)
        assert f"\n{target}:" in makefile
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make test")


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_the_python_of_the_readme_runs(folder: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        done = subprocess.run(
            [sys.executable, "-c", block],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "Face(" in done.stdout
