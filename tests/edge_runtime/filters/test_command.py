from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def selfie(samples: Path, tmp_path: Path) -> Path:
    path = tmp_path / "selfie.png"
    Image.open(samples / "astronaut.png").convert("RGB").resize((300, 300)).save(path)
    return path


def test_the_list_has_a_line_for_each(capsys: Captured) -> None:
    assert main(["filter", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 8
    assert any(line.split()[0] == "sunny" for line in lines)
    assert main(["filter", "--list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"name", "title", "about"} == set(rows[0])
    assert len(rows) == len(lines)


def test_the_schema_is_printed(capsys: Captured, root: Path) -> None:
    assert main(["filter", "--schema"]) == 0
    committed = (root / "mobile_assets" / "filters.schema.json").read_text(encoding="utf-8")
    assert capsys.readouterr().out == committed


def test_a_preset_on_a_photo(selfie: Path, capsys: Captured) -> None:
    out = selfie.with_name("out.png")
    assert main(["filter", str(selfie), "-o", str(out), "--preset", "cat", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["filter"] == "cat"
    assert said["degraded"] == ""
    assert set(said["ms"]) == {"faces", "apply"}
    before, after = np.asarray(Image.open(selfie)), np.asarray(Image.open(out))
    assert after.shape == before.shape
    assert (before != after).any()


def test_a_recipe_in_a_folder_of_photos(selfie: Path, capsys: Captured) -> None:
    recipe = selfie.with_name("mine.json")
    recipe.write_text('{"title": "A", "about": "B", "layers": [{"do": "blur"}]}')
    out = selfie.parent / "out"
    missing = selfie.with_name("none.jpg")
    line = ["filter", str(selfie), str(missing), "-o", str(out), "--recipe", str(recipe)]
    assert main(line) == 1
    said = capsys.readouterr()
    assert (out / "selfie.png").exists()
    assert "selfie.png: mine, 300x300" in said.out
    assert "by the portrait mask, not by depth" in said.err
    assert "none.jpg" in said.err


def test_a_wrong_recipe_is_one_line_with_its_place(selfie: Path, capsys: Captured) -> None:
    recipe = selfie.with_name("mine.json")
    recipe.write_text(
        '{"title": "A", "about": "B", "layers": [{"do": "sticker", "art": "ha"}]}'
    )
    out = str(selfie.with_name("out.png"))
    assert main(["filter", str(selfie), "-o", out, "--recipe", str(recipe)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("edge-run: mine.json: $.layers[0].art: unknown art 'ha'")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (["filter"], "name a photo, or --list"),
        (["filter", "a.jpg"], "say where with -o OUT"),
        (["filter", "a.jpg", "b.jpg", "-o", "c.png"], "2 photos need a folder"),
    ],
)
def test_what_is_left_out_is_asked_for(line: list[str], why: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as raised:
        main(line)
    assert raised.value.code == 2
    assert why in capsys.readouterr().err


def test_a_server_that_is_not_there_is_said(selfie: Path, capsys: Captured) -> None:
    out = str(selfie.with_name("out.png"))
    line = ["filter", str(selfie), "-o", out, "--preset", "portrait"]
    assert main([*line, "--server", "http://127.0.0.1:9"]) == 0
    assert "not by depth: " in capsys.readouterr().err


def test_where_a_server_is_named_json_says_where_the_picture_comes_from(
    selfie: Path, capsys: Captured
) -> None:
    said: list[dict[str, Any]] = []
    out = str(selfie.with_name("out.png"))
    for preset, *server in (
        ("portrait", "--server", "http://127.0.0.1:9"),
        ("cat", "--server", "http://127.0.0.1:9"),
        ("cat",),
    ):
        line = ["filter", str(selfie), "-o", out, "--preset", preset, "--json", *server]
        assert main(line) == 0
        said.append(json.loads(capsys.readouterr().out))
    less, whole, plain = said
    assert (less["outcome"], less["why"]) == ("degraded", less["degraded"])
    assert "not by depth: " in less["why"]
    assert (whole["outcome"], whole["degraded"], "why" in whole) == ("ok", "", False)
    origin = whole["provenance"]
    assert (origin["where"], origin["model"]) == ("device", "filter/cat")
    assert (origin["accelerator"], origin["ms"]) == ("cpu", whole["ms"])
    assert set(whole) - set(plain) == {"outcome", "provenance"}
