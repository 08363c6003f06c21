from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.bundle import Bundle
from edge_runtime.errors import (
    BundleError,
    BundleNotFound,
    BundleTampered,
    SchemaTooNew,
    UnknownName,
)
from edge_runtime.spec import SCHEMA_VERSION

SMILE_FILE = "models/smile/smile_fp32.tflite"


def test_a_bundle_gives_its_models(tiny_bundle: Path) -> None:
    bundle = Bundle.open(tiny_bundle)
    entry = bundle.entry("smile")
    file, path = bundle.file(entry)
    assert path == tiny_bundle / SMILE_FILE
    assert (file.variant, file.size_hw) == ("fp32", (16, 16))
    assert bundle.labels(entry.spec) == ("angry", "happy", "neutral")
    assert bundle.labels(bundle.entry("style-transfer").spec) == ()


@pytest.mark.parametrize(
    ("variant", "chosen"),
    [(None, "weight_only_wi8_afp32"), ("fp32", "fp32")],
)
def test_the_shipped_variant_is_the_default(
    tiny_bundle: Path, variant: str | None, chosen: str
) -> None:
    bundle = Bundle.open(tiny_bundle)
    file, path = bundle.file(bundle.entry("portrait-segmentation"), variant)
    assert file.variant == chosen
    assert chosen in path.name


def change(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_size_that_was_built_is_taken_and_others_start_from_the_default(
    own_bundle: Path,
) -> None:
    models = json.loads((own_bundle / "manifest.json").read_text())["models"]
    smile = next(m for m in models if m["spec"]["id"] == "smile")
    smile["files"].insert(0, smile["files"][0] | {"size_hw": [32, 32]})
    change(own_bundle, models=models)
    bundle = Bundle.open(own_bundle)
    entry = bundle.entry("smile")
    asked = [None, (32, 32), (16, 16), (99, 99)]
    sizes = [bundle.file(entry, size_hw=size)[0].size_hw for size in asked]
    assert sizes == [(16, 16), (32, 32), (16, 16), (16, 16)]


def test_unknown_names_list_the_known(tiny_bundle: Path) -> None:
    bundle = Bundle.open(tiny_bundle)
    with pytest.raises(UnknownName, match="did you mean 'smile'"):
        bundle.entry("smlie")
    with pytest.raises(UnknownName, match="variant of smile 'w8'; known: fp32"):
        bundle.file(bundle.entry("smile"), "w8")


def test_an_altered_model_is_named(own_bundle: Path) -> None:
    path = own_bundle / SMILE_FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    bundle = Bundle.open(own_bundle)
    with pytest.raises(BundleTampered, match=r"smile_fp32\.tflite.*'edge-convert smile'"):
        bundle.file(bundle.entry("smile"))


def test_a_missing_model_or_label_file_is_named(own_bundle: Path) -> None:
    (own_bundle / SMILE_FILE).unlink()
    (own_bundle / "labels" / "smile.txt").unlink()
    bundle = Bundle.open(own_bundle)
    entry = bundle.entry("smile")
    with pytest.raises(BundleTampered, match=r"is missing.*'edge-convert smile'"):
        bundle.file(entry)
    with pytest.raises(BundleTampered, match=r"smile\.txt"):
        bundle.labels(entry.spec)


@pytest.mark.parametrize("content", [b"angry\nhappy\nsad\n", b"angry\nhappy\n", b"\xff", b""])
def test_altered_labels_are_named(own_bundle: Path, content: bytes) -> None:
    (own_bundle / "labels" / "smile.txt").write_bytes(content)
    bundle = Bundle.open(own_bundle)
    with pytest.raises(BundleTampered, match=r"smile\.txt is not the file that the manifest"):
        bundle.labels(bundle.entry("smile").spec)


def test_a_newer_schema_says_to_update_whatever_else_is_in_it(own_bundle: Path) -> None:
    change(own_bundle, schema_version=SCHEMA_VERSION + 1, models="quite different", more=1)
    with pytest.raises(SchemaTooNew, match="update PocketLens"):
        Bundle.open(own_bundle)


def test_an_older_schema_says_to_build_again(own_bundle: Path) -> None:
    change(own_bundle, schema_version=1)
    with pytest.raises(BundleError, match=r"has schema 1.*edge-convert --all"):
        Bundle.open(own_bundle)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "truncated"),
        (b'{"schema_version": 3, "models": [', "truncated"),
        (b'{"models": []}', "schema_version"),
        (b'{"schema_version": "1"}', r"\$\.schema_version"),
        (b'{"schema_version": 3, "models": [{"spec": {}}]}', r"\$\.models\[0\]\.spec"),
        (b'{"schema_version": 3, "models": [], "x": 1}', "x"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_broken_manifest_names_the_place(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(BundleError, match=said) as caught:
        Bundle.open(tmp_path)
    assert "manifest.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_bundle_is_said(tmp_path: Path) -> None:
    with pytest.raises(BundleNotFound, match="edge-convert --all"):
        Bundle.open(tmp_path / "nowhere")
