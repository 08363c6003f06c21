from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edge_calibration.coreml.mlprogram import read_model, read_program
from edge_convert import coreml
from edge_convert.coreml import smallest_weight
from edge_convert.descriptions import author, licence
from edge_convert.light_model import LightModel, light_models
from edge_convert.mlpackage import check_package, open_program
from edge_convert.recipe import Build
from edge_convert.verify import cases, verify
from edge_runtime.errors import ConversionError
from edge_runtime.hashes import content_bytes, tree_sha256
from edge_runtime.spec import ModelSpec


@pytest.fixture(scope="module")
def packages(
    tiny: LightModel, network: nn.Module, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("coreml")
    made = {variant: folder / f"{variant}.mlpackage" for variant in tiny.spec.coreml}
    for variant, path in made.items():
        coreml.export(network, tiny.spec, variant, (32, 32), path)
    return made


@pytest.mark.parametrize("variant", ["fp16", "w8"])
def test_the_program_computes_what_torch_computes(
    variant: str, tiny: LightModel, network: nn.Module, packages: dict[str, Path]
) -> None:
    build = Build(format="coreml", variant=variant, size_hw=(32, 32))
    parity = verify(packages[variant], build, tiny.spec, cases(network, tiny))
    assert 0 < parity.max_abs <= tiny.spec.gates.variants[variant].max_abs
    check_package(packages[variant], build, tiny.spec)


@pytest.mark.parametrize("variant", ["fp16", "w8"])
def test_twice_is_the_same(
    variant: str,
    tiny: LightModel,
    network: nn.Module,
    packages: dict[str, Path],
    tmp_path: Path,
) -> None:
    coreml.export(network, tiny.spec, variant, (32, 32), tmp_path / "a.mlpackage")
    assert tree_sha256(tmp_path / "a.mlpackage") == tree_sha256(packages[variant])


def test_weights_are_packed_in_w8_alone(packages: dict[str, Path]) -> None:
    kinds = {
        variant: {op.kind for op in read_program(path).operations}
        for variant, path in packages.items()
    }
    assert "constexpr_affine_dequantize" in kinds["w8"] - kinds["fp16"]
    assert content_bytes(packages["w8"]) < content_bytes(packages["fp16"])


def test_xcode_shows_what_the_spec_says(tiny: LightModel, packages: dict[str, Path]) -> None:
    description = read_model(packages["fp16"]).description
    assert description.metadata.shortDescription == tiny.spec.title
    assert description.metadata.versionString == tiny.spec.version
    assert description.metadata.author == author(tiny.spec)
    assert description.metadata.license == licence(tiny.spec)
    assert dict(description.metadata.userDefined) == coreml.user_metadata(tiny.spec)
    assert [o.shortDescription for o in description.output] == [
        "that a pixel counts (probability)",
        "means (none)",
    ]


def test_a_segmenter_has_a_preview_and_a_classifier_its_classes(root: Path) -> None:
    models = light_models()
    portrait = coreml.user_metadata(models["portrait-segmentation"].spec)
    assert portrait["com.apple.coreml.model.preview.type"] == "imageSegmenter"
    drawn = json.loads(portrait["com.apple.coreml.model.preview.parameters"])
    assert len(drawn["labels"]) == len(drawn["colors"]) == 2
    classes = json.loads(
        coreml.user_metadata(models["image-classification"].spec)["pocketlens.classes"]
    )
    labels = root / "mobile_assets" / "labels" / "imagenet.txt"
    assert classes == labels.read_text().splitlines()
    assert set(coreml.user_metadata(models["face-landmarks"].spec)) == {
        "pocketlens.id",
        "pocketlens.task",
    }


def test_opening_a_package_changes_nothing_in_it(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    """coremltools writes the manifest of a package anew when it opens it."""
    import coremltools

    package = tmp_path / "opened.mlpackage"
    shutil.copytree(packages["fp16"], package)
    coremltools.models.MLModel(str(package), skip_model_load=True)
    assert tree_sha256(package) == tree_sha256(packages["fp16"])


def test_a_vector_goes_in_and_an_image_comes_out(
    mixing: tuple[nn.Module, ModelSpec], tmp_path: Path
) -> None:
    network, spec = mixing
    path = tmp_path / "a.mlpackage"
    coreml.export(network, spec, "fp16", (32, 48), path)
    check_package(path, Build(format="coreml", variant="fp16", size_hw=(32, 48)), spec)
    (picture,) = read_model(path).description.output
    assert picture.type.WhichOneof("Type") == "imageType"
    image = np.full((1, 32, 48, 3), 200, np.float32)
    gains = np.linspace(0, 1, 8, dtype=np.float32)[None]
    made = open_program(path, spec)({"image": image, "gains": gains})["picture"]
    with torch.no_grad():
        wanted = network(torch.tensor(image).permute(0, 3, 1, 2), torch.tensor(gains))[0]
    assert np.abs(made - wanted.permute(0, 2, 3, 1).numpy()).max() < 0.5


def test_a_variant_of_another_format_is_refused(
    tiny: LightModel, network: nn.Module, tmp_path: Path
) -> None:
    with pytest.raises(ConversionError, match="Core ML has no variant 'fp32'"):
        coreml.export(network, tiny.spec, "fp32", (32, 32), tmp_path / "a.mlpackage")


def test_small_layers_of_a_large_network_keep_16_bits() -> None:
    assert smallest_weight(nn.Linear(100, 100)) == 1024
    assert smallest_weight(nn.Linear(2000, 1000, bias=False)) == 2000
