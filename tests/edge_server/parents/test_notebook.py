"""The notebook, every cell of it, against a server that runs."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

ROOT = Path(__file__).parents[3]
NOTEBOOK = json.loads((ROOT / "server" / "cloud_vision_api.ipynb").read_text(encoding="utf-8"))
SAMPLES = ROOT / "calibration" / "data" / "samples"
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def shown(names: dict[str, Any]) -> Iterator[Any]:
    """Carries out the cells in one namespace; what the last expression of each is."""
    for source in CODE:
        body = ast.parse(source).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102
        if isinstance(last, ast.Expr):
            yield eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A portrait that is enlarged quickly."""
    path = tmp_path / "selfie.jpg"
    with Image.open(SAMPLES / "obama2.jpg") as opened:
        opened.convert("RGB").resize((36, 44)).save(path, quality=95)
    return path


def test_it_is_a_notebook_without_what_a_run_leaves_in_it() -> None:
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in NOTEBOOK["cells"]}) == len(NOTEBOOK["cells"])
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_it_needs_requests_and_pillow_only() -> None:
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]  # type: ignore[union-attr]
        for source in CODE
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {"os", "io", "pathlib", "requests", "PIL"}


def test_every_cell_runs_and_shows_a_picture(
    address: str, upstream: Any, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("SERVER", address), ("PHOTO", photo), ("KEY", "")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("ADDRESS", upstream.url("chelsea.png"))
    names: dict[str, Any] = {}
    pictures = list(shown(names))
    assert len(pictures) == len(CODE)
    for picture in pictures:
        assert isinstance(picture, Image.Image)
        assert max(ImageStat.Stat(picture.convert("L")).stddev) > 5
    assert names["large"].size == (72, 88)
    assert names["depth"].size == names["classes"].size == names["mask"].size == (36, 44)
    assert names["fetched"].size == (451, 300)


def test_where_weights_are_missing_it_says_so_and_goes_on(
    keyed: Any, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("SERVER", keyed.address), ("PHOTO", photo), ("ADDRESS", "")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("KEY", keyed.keys["infer"])
    assert len(list(shown({}))) == len(CODE)
    said = capsys.readouterr().out
    for model in ("super-resolution", "semantic-segmentation", "depth-bts"):
        assert f"503: the weights of {model} are not here: run 'edge-serve weights pull" in said
