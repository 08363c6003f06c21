from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import BundleError, SpecError, UnknownName
from edge_runtime.filters.library import Library, content_of

RECIPE = '{"title": "A", "about": "B", "layers": []}'
ART = '{"title": "Dot", "shapes": [{"shape": "ellipse", "centre": [0, 0], "radii": [1, 1]}]}'


def folder(place: Path, recipes: dict[str, str], arts: dict[str, str]) -> Path:
    (place / "art").mkdir(parents=True)
    for name, text in recipes.items():
        (place / f"{name}.json").write_text(text)
    for name, text in arts.items():
        (place / "art" / f"{name}.json").write_text(text)
    return place


def test_what_lies_beside_comes_first(tmp_path: Path) -> None:
    first = folder(tmp_path / "1", {"a": RECIPE}, {"dot": ART.replace("Dot", "Mine")})
    second = folder(tmp_path / "2", {"a": RECIPE, "b": RECIPE}, {"dot": ART, "two": ART})
    library = Library((second,)).beside(first)
    assert library.recipes() == ("a", "b")
    assert library.arts() == ("dot", "two")
    assert library.art("dot").title == "Mine"
    assert library.art("two").title == "Dot"
    assert library.recipe("b").title == "A"


def test_names_that_do_not_exist_list_those_that_do(tmp_path: Path) -> None:
    library = Library((folder(tmp_path, {"sunny": RECIPE}, {"dot": ART}),))
    with pytest.raises(UnknownName, match="unknown filter 'suny'.*did you mean 'sunny'"):
        library.recipe("suny")
    with pytest.raises(UnknownName, match="unknown art 'dots'"):
        library.art("dots")


def test_files_of_windows_begin_with_a_mark_that_is_no_part_of_them(tmp_path: Path) -> None:
    mark = "\ufeff"
    library = Library((folder(tmp_path, {"a": mark + RECIPE}, {"dot": mark + ART}),))
    assert library.recipe("a").title == "A"
    assert library.art("dot").title == "Dot"


def test_path_data_that_cannot_be_drawn_is_named_with_its_place(tmp_path: Path) -> None:
    bad = '{"title": "Bad", "shapes": [{"shape": "path", "d": "L1,1"}]}'
    library = Library((folder(tmp_path, {}, {"bad": bad}),))
    with pytest.raises(SpecError, match=r"art/bad.json: \$.shapes\[0\].d: path data"):
        library.art("bad")


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read"):
        content_of(tmp_path / "none.json")
    large = tmp_path / "large.json"
    large.write_bytes(b" " * 4_000_001)
    with pytest.raises(SpecError, match="too large"):
        content_of(large)


def test_a_bundle_without_filters_gets_the_installed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    assert Library.open(tmp_path) == Library.open()
    monkeypatch.setenv("POCKETLENS_BUNDLE", str(tmp_path))
    with pytest.raises(BundleError, match="name a bundle with filters"):
        Library.open()
