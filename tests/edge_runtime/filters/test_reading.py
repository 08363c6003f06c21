from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge_runtime.errors import SpecError
from edge_runtime.filters import recipe as r
from edge_runtime.filters.applying import Drawable
from edge_runtime.filters.library import Library
from edge_runtime.filters.reading import ready

DOT = '{"title": "Dot", "shapes": [{"shape": "ellipse", "centre": [0, 0], "radii": [1, 1]}]}'
HAT = DOT.replace('"shapes"', '"anchor": "forehead", "shapes"')
WARM = r.Grade(warmth=0.5)


def recipe(*layers: r.Layer) -> r.Recipe:
    return r.Recipe(title="A", about="B", layers=layers)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "art").mkdir()
    for name, text in {"dot": DOT, "hat": HAT, "heart": DOT}.items():
        (tmp_path / "art" / f"{name}.json").write_text(text)
    for name, made in {
        "warm": recipe(WARM, r.Sticker(art="hat")),
        "twice": recipe(r.Include(recipe="warm"), r.Include(recipe="warm")),
        "to": recipe(r.Include(recipe="fro")),
        "fro": recipe(r.Choose(when=r.Person(), then=(r.Include(recipe="to"),))),
        "broken": recipe(r.Sticker(art="cap")),
    }.items():
        (tmp_path / f"{name}.json").write_bytes(msgspec.json.encode(made))
    return Library((tmp_path,))


def test_what_is_included_is_put_in_its_place(library: Library) -> None:
    done = ready(recipe(r.Blur(), r.Include(recipe="twice"), r.Blur()), "mine", library)
    assert isinstance(done, Drawable)
    hat = r.Sticker(art="hat")
    assert done.layers == (r.Blur(), WARM, hat, WARM, hat, r.Blur())
    assert set(done.art) == {"hat"}


EACH = r.Smiling(of="each")
WRONG: list[tuple[r.Layer, str]] = [
    (
        r.Sticker(art="hart"),
        "mine.json: $.layers[1].art: unknown art 'hart' (did you mean 'heart'?); known: dot",
    ),
    (r.Sticker(art="dot"), "$.layers[1].art: 'dot' is fastened to no face: take one of hat"),
    (
        r.Scenery(art="hat", at=(0, 0), size=1),
        "$.layers[1].art: 'hat' belongs on a face: take one of dot, heart",
    ),
    (
        r.Background(words="sky, cluds"),
        "$.layers[1].words: unknown background word 'cluds' (did you mean 'clouds'?)",
    ),
    (
        r.Particles(art="dot", count=1, size=(0.2, 0.1)),
        "$.layers[1].size: the smallest comes first",
    ),
    (
        r.Include(recipe="wram"),
        "$.layers[1].recipe: unknown recipe 'wram' (did you mean 'warm'?)",
    ),
    (
        r.Include(recipe="to"),
        "fro.json: $.layers[0].then[0].recipe: the recipe includes itself: mine > to > fro",
    ),
    (r.Include(recipe="mine"), "$.layers[1].recipe: the recipe includes itself: mine > mine"),
    (r.Include(recipe="broken"), "broken.json: $.layers[0].art: unknown art 'cap'"),
    (
        r.Choose(when=EACH, otherwise=(r.Sticker(art="hat"), r.Blur())),
        "$.layers[1].otherwise[1]: each face chooses here",
    ),
    (
        r.Choose(when=r.Not(that=EACH), then=(r.Include(recipe="warm"),)),
        "warm.json: $.layers[0]: each face chooses here",
    ),
    (
        r.Choose(when=EACH, then=(r.Choose(when=r.Person(), then=(r.Blur(),)),)),
        "$.layers[1].then[0].then[0]: each face chooses here",
    ),
]


@pytest.mark.parametrize(("layer", "message"), WRONG)
def test_what_is_wrong_is_named_with_its_place(
    library: Library, layer: r.Layer, message: str
) -> None:
    with pytest.raises(SpecError) as raised:
        ready(recipe(WARM, layer), "mine", library)
    assert message in str(raised.value)


def test_recipes_that_grow_without_end_are_refused(library: Library) -> None:
    for number in range(12):
        below = r.Include(recipe=f"level-{number - 1}" if number else "warm")
        text = msgspec.json.encode(recipe(below, below))
        (library.folders[0] / f"level-{number}.json").write_bytes(text)
    with pytest.raises(SpecError, match="this is layer 501 with all that is included"):
        ready(recipe(r.Include(recipe="level-11")), "mine", library)
