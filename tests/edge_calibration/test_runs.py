from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from edge_calibration import runs
from edge_calibration.runs import VariantFile, variant_files
from edge_runtime.bundle import Bundle
from edge_runtime.errors import PocketLensError, UnknownName


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Bundle.open()


def test_what_ships_is_measured(bundle: Bundle) -> None:
    files = variant_files(bundle, bundle.entry("smile"))
    assert [file.name for file in files] == ["tflite weight_only_wi8_afp32", "coreml fp16"]
    assert all(file.bytes > 100_000 and len(file.sha256) == 64 for file in files)


def test_both_formats_say_the_same_of_a_picture(bundle: Bundle) -> None:
    entry = bundle.entry("portrait-segmentation")
    inputs = {"image": np.full((1, 256, 256, 3), 120, np.float32)}
    inputs["image"][:, 60:200, 80:170] = (225, 175, 150)
    one, other = (file.open(entry.spec)(inputs) for file in variant_files(bundle, entry))
    assert one["probability"].shape == other["probability"].shape == (1, 256, 256, 1)
    assert np.abs(one["probability"] - other["probability"]).mean() < 0.02


def test_a_variant_that_the_bundle_has_is_taken_from_it(bundle: Bundle) -> None:
    (file,) = variant_files(bundle, bundle.entry("smile"), ["fp16"])
    assert file.format == "coreml"
    assert bundle.folder in file.path.parents


def test_another_one_is_made(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    class Made:
        def tflite(self, model: str, variant: str) -> Path:
            return Path(f"{model}-{variant}")

    monkeypatch.setattr(runs, "open_factory", Made)
    files = variant_files(bundle, bundle.entry("smile"), ["fp32"])
    assert files == (VariantFile(format="tflite", variant="fp32", path=Path("smile-fp32")),)


@pytest.mark.parametrize(
    ("variant", "error", "message"),
    [
        ("int3", UnknownName, "unknown variant of smile 'int3'; known: fp16, fp32, mixed"),
        ("w8", PocketLensError, "w8 is not in the bundle; build it with 'edge-convert smile"),
    ],
)
def test_variants_that_cannot_be_had(
    variant: str, error: type[Exception], message: str, bundle: Bundle
) -> None:
    with pytest.raises(error, match=message):
        variant_files(bundle, bundle.entry("smile"), [variant])


def test_a_file_that_is_not_the_one_named_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    shutil.copy(bundle.folder / "manifest.json", tmp_path)
    shutil.copytree(bundle.folder / "models" / "smile", tmp_path / "models" / "smile")
    file = next((tmp_path / "models" / "smile").glob("*.tflite"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    other = Bundle.open(tmp_path)
    with pytest.raises(PocketLensError, match="SHA-256 differs"):
        variant_files(other, other.entry("smile"))
