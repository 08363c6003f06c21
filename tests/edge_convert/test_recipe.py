from __future__ import annotations

import msgspec
import pytest

from edge_convert.light_model import LightModel
from edge_convert.recipe import Build, builds, path_of, shipped
from edge_runtime.errors import UnknownName
from edge_runtime.spec import ImageInput


def test_everything_of_a_spec_is_built(tiny: LightModel) -> None:
    made = builds(tiny.spec)
    assert [build.format for build in made].count("tflite") == len(tiny.spec.tflite)
    assert {(b.format, b.variant) for b in made} >= {("onnx", "fp32"), ("coreai", "fp32")}
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    ("formats", "variants", "wanted"),
    [
        (("tflite",), ("fp32",), [("tflite", "fp32")]),
        (("tflite", "coreml"), ("fp16",), [("tflite", "fp16"), ("coreml", "fp16")]),
        (("coreml",), (), [("coreml", "fp16"), ("coreml", "w8")]),
        (("onnx",), (), [("onnx", "fp32")]),
    ],
)
def test_formats_and_variants_choose(
    tiny: LightModel,
    formats: tuple[str, ...],
    variants: tuple[str, ...],
    wanted: list[tuple[str, str]],
) -> None:
    assert [(b.format, b.variant) for b in builds(tiny.spec, formats, variants)] == wanted


def test_a_variant_that_the_model_lacks_lists_those_it_has(tiny: LightModel) -> None:
    with pytest.raises(UnknownName, match=r"variant of tiny.*known: fp16, w8"):
        builds(tiny.spec, ("coreml",), ("static_wi8_ai8",))


def test_one_variant_of_a_format_ships(tiny: LightModel) -> None:
    ships = [(build.format, build.variant) for build in shipped(tiny.spec)]
    assert ships == [("tflite", "weight_only_wi8_afp32"), ("coreml", "fp16")]


def test_the_size_is_in_the_name_where_there_are_several(tiny: LightModel) -> None:
    build = Build(format="tflite", variant="fp32", size_hw=(32, 48))
    assert path_of(tiny.spec, build) == "models/tiny/tiny-fp32.tflite"
    image = ImageInput(name="image", sizes_hw=((32, 48), (64, 96)))
    both = msgspec.structs.replace(tiny.spec, image=image)
    assert path_of(both, build) == "models/tiny/tiny-32x48-fp32.tflite"
    assert len({path_of(both, build) for build in builds(both)}) == len(builds(both))
