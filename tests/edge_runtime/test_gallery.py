from __future__ import annotations

import json
import os
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
import pytest
from PIL import Image

from edge_runtime.cli import main
from edge_runtime.gallery import OF_ALL, OF_PEOPLE, Tile, tiles_of, write_gallery
from edge_runtime.pipeline import Lens

ROOT = Path(__file__).parents[2]


class Pictures(HTMLParser):
    """The sources of a page's pictures, and every address it names."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "img":
            self.sources.append(found["src"] or "")
            assert found["alt"]
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def read(page: Path) -> Pictures:
    pictures = Pictures()
    pictures.feed(page.read_text(encoding="utf-8"))
    return pictures


def test_a_page_holds_its_pictures_and_names_nothing_outside(tmp_path: Path) -> None:
    wide = np.zeros((100, 1000, 3), np.uint8)
    tiles = [
        Tile(photo="a", task="<faces>", caption="1 face & more", pixels=wide),
        Tile(photo="a", task="cut", caption="", pixels=np.zeros((9, 9, 4), np.uint8)),
        Tile(photo="b", task="grey", caption="", pixels=np.zeros((9, 9), np.uint8)),
    ]
    page = write_gallery(tiles, tmp_path / "gallery")
    pictures = read(page)
    assert len(pictures.sources) == 3
    assert pictures.links == pictures.sources
    for source in pictures.sources:
        with Image.open(page.parent / source) as picture:
            assert picture.width <= 480
    assert "&lt;faces&gt;" in page.read_text(encoding="utf-8")


def test_people_get_more_tasks_than_things(samples: Path) -> None:
    lens = Lens(ROOT / "mobile_assets")
    astronaut = [tile.task for tile in tiles_of(lens, samples / "astronaut.png")]
    coffee = [tile.task for tile in tiles_of(lens, samples / "coffee.png")]
    assert len(astronaut) == 1 + len(OF_PEOPLE) + len(OF_ALL)
    assert len(coffee) == 1 + len(OF_ALL)


def test_a_name_that_an_address_would_misread_is_found(tmp_path: Path) -> None:
    strange = "50%23 a#b?" + os.fsdecode(b"\xff")
    pixels = np.zeros((9, 9), np.uint8)
    page = write_gallery(
        [Tile(photo=strange, task="x", caption=strange, pixels=pixels)], tmp_path
    )
    (source,) = read(page).sources
    assert (tmp_path / os.fsdecode(unquote_to_bytes(source))).is_file()


def test_json_says_where_the_page_is(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    photos = [str(samples / "coffee.png"), str(tmp_path / "bad.jpg")]
    out = tmp_path / "page"
    assert main(["gallery", *photos, "-o", str(out), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said == {"page": str(out / "index.html"), "photos": 1}
