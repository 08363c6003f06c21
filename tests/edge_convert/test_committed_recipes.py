"""The recipes in the repository: for the models as they are, and better than 8 bits by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_calibration.datasets import photo_paths
from edge_calibration.recipes import RECIPES, read_recipe
from edge_calibration.search.recipe_search import Photos
from edge_convert.building import Options, build_model
from edge_convert.light_model import light_model
from edge_runtime.hashes import file_sha256

MODELS = sorted(path.stem for path in RECIPES.glob("*.json"))
SMALL = "face-landmarks"


def test_the_tasks_that_need_one_have_a_recipe() -> None:
    assert {
        "face-detection-full",
        "face-detection-short",
        "face-landmarks",
        "portrait-segmentation",
        "portrait-segmentation-landscape",
        "style-transfer",
        "style-transfer-any",
    } <= set(MODELS)


@pytest.mark.parametrize("model_id", MODELS)
def test_a_recipe_says_what_it_is_for_and_keeps_the_gates(model_id: str) -> None:
    spec = light_model(model_id).spec
    recipe = read_recipe(RECIPES / f"{model_id}.json", model_id, spec.version)
    assert recipe.measured is not None
    assert recipe.measured.used < 1
    for limit in spec.gates.accuracy:
        value = recipe.measured.metrics[limit.metric]
        assert limit.least is None or value >= limit.least
        assert limit.most is None or value <= limit.most


@pytest.mark.parametrize("model_id", MODELS)
def test_the_photos_of_a_recipe_are_those_of_its_set(model_id: str) -> None:
    spec = light_model(model_id).spec
    recipe = read_recipe(RECIPES / f"{model_id}.json", model_id, spec.version)
    assert recipe.provenance is not None
    dataset = recipe.provenance.dataset
    assert dataset != "evaluation"
    photos = Photos(dataset=dataset, paths=photo_paths(dataset))
    assert recipe.provenance.dataset_sha256 == photos.sha256


def test_a_recipe_makes_the_file_that_was_measured(tmp_path: Path) -> None:
    path = RECIPES / f"{SMALL}.json"
    recipe = read_recipe(path, SMALL, light_model(SMALL).spec.version)
    (file,) = build_model(light_model(SMALL), Options(out=tmp_path, recipe=path)).files
    assert recipe.provenance is not None
    assert recipe.measured is not None
    assert (file.sha256, file.bytes) == (recipe.provenance.sha256, recipe.measured.bytes)
    assert file_sha256(tmp_path / file.path) == file.sha256
