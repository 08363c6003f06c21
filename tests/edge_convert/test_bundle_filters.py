from __future__ import annotations

import json
from pathlib import Path

from edge_convert.bundle_filters import copy_filters
from edge_runtime.filters.library import Library


def test_without_models_no_filter_goes_along(root: Path, tmp_path: Path) -> None:
    assert copy_filters(root / "mobile_assets", frozenset({"smile"}), tmp_path) == ()
    assert not list(tmp_path.iterdir())


def test_the_filters_that_the_models_are_enough_for_are_whole(
    root: Path, tmp_path: Path
) -> None:
    models = frozenset({"face-landmarks", "smile", "portrait-segmentation"})
    names = copy_filters(root / "mobile_assets", models, tmp_path)
    library = Library((tmp_path / "filters",))
    assert library.recipes() == names
    assert "mood" in names
    assert {"sunny", "rainy"} <= set(names), "what mood includes"
    assert "painted" not in names, "it needs a style"
    tables = json.loads((tmp_path / "filters.tables.json").read_text("utf-8"))
    assert (tuple(tables["recipes"]), tuple(tables["art"])) == (names, library.arts())


def test_with_every_model_every_filter_goes_along(root: Path, tmp_path: Path) -> None:
    models = frozenset({"face-landmarks", "smile", "portrait-segmentation", "style-transfer"})
    whole = Library.open(root / "mobile_assets")
    assert copy_filters(root / "mobile_assets", models, tmp_path) == whole.recipes()
