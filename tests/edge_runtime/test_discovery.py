from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime import discovery
from edge_runtime.discovery import find_bundle
from edge_runtime.errors import BundleNotFound


def bundle(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    return folder


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """The four places, best first, with an installed package that stands in a checkout."""
    package = tmp_path / "edge_runtime" / "edge_runtime"
    monkeypatch.setattr(discovery, "_PACKAGE", package)
    monkeypatch.delenv(discovery.VARIABLE, raising=False)
    return {
        "given": tmp_path / "given",
        "variable": tmp_path / "variable",
        "package": package / "_bundle",
        "checkout": tmp_path / "mobile_assets",
    }


@pytest.mark.parametrize("best", range(4))
def test_the_first_place_that_has_one_wins(
    places: dict[str, Path], best: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = list(places)[best:]
    for name in there:
        bundle(places[name])
    if "variable" in there:
        monkeypatch.setenv(discovery.VARIABLE, str(places["variable"]))
    given = places["given"] if "given" in there else None
    assert find_bundle(given) == places[there[0]]


def test_a_named_place_without_one_is_an_error(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle(places["checkout"])
    with pytest.raises(BundleNotFound, match="given: build one with 'edge-convert"):
        find_bundle(places["given"])
    monkeypatch.setenv(discovery.VARIABLE, str(places["variable"]))
    with pytest.raises(BundleNotFound, match="variable"):
        find_bundle()


def test_no_bundle_at_all_names_where_it_was_looked_for(places: dict[str, Path]) -> None:
    with pytest.raises(BundleNotFound) as caught:
        find_bundle()
    assert str(places["package"]) in str(caught.value)
    assert str(places["checkout"]) in str(caught.value)
