from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from torch import nn

from edge_calibration.coreml.mlprogram import read_model
from edge_convert import coreml
from edge_convert.light_model import LightModel
from edge_convert.mlpackage import canonicalise, check_package
from edge_convert.recipe import Build
from edge_runtime.errors import VerificationError
from edge_runtime.hashes import tree_sha256

BUILD = Build(format="coreml", variant="fp16", size_hw=(32, 32))
MODEL = "Data/com.apple.CoreML/model.mlmodel"


@pytest.fixture(scope="module")
def package(
    tiny: LightModel, network: nn.Module, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("package") / "tiny.mlpackage"
    coreml.export(network, tiny.spec, "fp16", (32, 32), path)
    return path


@pytest.fixture
def copy(package: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(package, tmp_path / "copy.mlpackage"))


def test_identifiers_are_functions_of_what_they_name(copy: Path) -> None:
    kept = tree_sha256(copy)
    path = copy / "Manifest.json"
    scrambled = json.loads(path.read_text())
    items = scrambled["itemInfoEntries"]
    root = scrambled["rootModelIdentifier"]
    scrambled["itemInfoEntries"] = {f"{name[::-1]}": items[name] for name in reversed(items)}
    scrambled["rootModelIdentifier"] = root[::-1]
    path.write_text(json.dumps(scrambled))
    assert tree_sha256(copy) != kept
    canonicalise(copy, "tiny fp16 (32, 32)")
    assert tree_sha256(copy) == kept


def test_another_model_has_other_identifiers(copy: Path) -> None:
    before = (copy / "Manifest.json").read_text()
    canonicalise(copy, "another")
    assert (copy / "Manifest.json").read_text() != before


def test_the_package_is_what_the_spec_says(tiny: LightModel, package: Path) -> None:
    check_package(package, BUILD, tiny.spec)


def _rename_input(model: Any) -> None:
    model.description.input[0].name = "photo"


def _turn_to_bgr(model: Any) -> None:
    model.description.input[0].type.imageType.colorSpace = 30


def _make_smaller(model: Any) -> None:
    model.description.input[0].type.imageType.width = 16


def _swap_outputs(model: Any) -> None:
    model.description.output[0].name = "pooled"


def _halve_output(model: Any) -> None:
    model.description.output[0].type.multiArrayType.dataType = 65552


def _raise_target(model: Any) -> None:
    model.specificationVersion = 9


def _scale(model: Any) -> None:
    function = model.mlProgram.functions["main"]
    block = function.block_specializations[function.opset]
    multiply = next(op for op in block.operations if op.type == "mul")
    multiply.outputs[0].name = "image__scaled__"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_rename_input, "takes .*photo"),
        (_turn_to_bgr, "colour space 30, not RGB"),
        (_make_smaller, r"32, 16\), not .*32, 32"),
        (_swap_outputs, "gives .*pooled"),
        (_halve_output, "gives .*65552"),
        (_raise_target, "version 9, not iOS 16"),
        (_scale, "scales its pixels outside"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_does_not_fit_is_told(
    spoil: Callable[[Any], None], told: str, tiny: LightModel, copy: Path
) -> None:
    model = read_model(copy)
    spoil(model)
    (copy / MODEL).write_bytes(model.SerializeToString())
    with pytest.raises(VerificationError, match=f"^tiny: copy.mlpackage .*{told}"):
        check_package(copy, BUILD, tiny.spec)


def test_float_weights_are_not_taken_for_packed_ones(tiny: LightModel, package: Path) -> None:
    packed = Build(format="coreml", variant="w8", size_hw=(32, 32))
    with pytest.raises(VerificationError, match=r"weights as \['float16'\], not w8"):
        check_package(package, packed, tiny.spec)


def test_a_vector_that_is_missing_is_told(tiny: LightModel, package: Path) -> None:
    spec = msgspec.structs.replace(tiny.spec, vectors=(tiny.spec.outputs[1],))
    with pytest.raises(VerificationError, match=r"takes vectors \[\], not .*pooled"):
        check_package(package, BUILD, spec)
