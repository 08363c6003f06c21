from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from edge_convert.bundle import ASSETS, manifest_of
from edge_convert.check import Problem, check
from edge_convert.light_model import light_models
from edge_runtime.spec import Manifest


@pytest.mark.parametrize("model_id", list(light_models()))
def test_the_bundle_is_what_comes_out_when_it_is_built_again(model_id: str) -> None:
    assert check(ASSETS, [model_id]) == []


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of one small model, which a test may spoil."""
    entry = next(e for e in manifest_of(ASSETS).models if e.spec.id == "smile")
    tflite = tuple(file for file in entry.files if file.format == "tflite")
    manifest = Manifest(models=(msgspec.structs.replace(entry, files=tflite),))
    (tmp_path / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    target = tmp_path / tflite[0].path
    target.parent.mkdir(parents=True)
    shutil.copy(ASSETS / tflite[0].path, target)
    return tmp_path


def only_file(bundle: Path) -> Path:
    return next(bundle.rglob("*.tflite"))


def test_a_changed_byte_is_named(bundle: Path) -> None:
    path = only_file(bundle)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    (problem,) = check(bundle, ["smile"])
    assert problem.where == path.relative_to(bundle).as_posix()
    assert "SHA-256" in problem.what


def test_a_missing_file_and_a_stray_one_are_named(bundle: Path) -> None:
    path = only_file(bundle)
    path.rename(path.with_name("other.tflite"))
    problems = check(bundle, ["smile"])
    assert {(Path(p.where).name, p.what) for p in problems} == {
        (path.name, "is missing"),
        ("other.tflite", "is in no manifest entry"),
    }


def test_another_spec_in_the_manifest_names_the_field(bundle: Path) -> None:
    manifest = manifest_of(bundle)
    entry = manifest.models[0]
    changed = msgspec.structs.replace(entry.spec, title="Frowns")
    manifest = Manifest(models=(msgspec.structs.replace(entry, spec=changed, files=()),))
    (bundle / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    shutil.rmtree(bundle / "models")
    (problem,) = check(bundle, ["smile"])
    assert problem == Problem(where="smile", what="has another spec in the manifest: title")


def test_a_model_that_is_not_there_is_named(bundle: Path) -> None:
    (problem,) = check(bundle, ["style-transfer"])
    assert problem == Problem(where="style-transfer", what="is not in the manifest")
