from __future__ import annotations

import pytest

from edge_convert.light_model import light_model, light_models
from edge_convert.recipe import builds, path_of, shipped
from edge_runtime.errors import UnknownName

STYLE = light_model("style-transfer").spec


@pytest.mark.parametrize("model_id", list(light_models()))
def test_every_file_has_a_path_of_its_own(model_id: str) -> None:
    spec = light_model(model_id).spec
    paths = [path_of(spec, build) for build in builds(spec)]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith(f"models/{model_id}/{model_id}-") for path in paths)


@pytest.mark.parametrize("model_id", list(light_models()))
def test_one_variant_a_format_and_size_ships(model_id: str) -> None:
    spec = light_model(model_id).spec
    ships = shipped(spec)
    assert {(b.format, b.size_hw) for b in ships} == {
        (kind, size) for kind in spec.ships for size in spec.image.sizes_hw
    }
    assert all(build.variant == spec.ships[build.format] for build in ships)


def test_formats_and_variants_narrow_what_is_built() -> None:
    chosen = builds(STYLE, ["tflite"], ["fp32"])
    assert {(b.format, b.variant) for b in chosen} == {("tflite", "fp32")}
    assert len(chosen) == len(STYLE.image.sizes_hw)


def test_a_variant_that_the_model_has_not_lists_those_it_has() -> None:
    with pytest.raises(UnknownName, match=r"known: .*weight_only_wi8_afp32"):
        builds(STYLE, ["tflite"], ["static_wi8_ai8"])
