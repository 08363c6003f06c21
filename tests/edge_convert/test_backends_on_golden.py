"""Each runtime that can run here, on every golden input of every model and size.

The ONNX files are made from the networks and kept in the user's cache; none is committed.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge_convert.building import Maker
from edge_convert.factory import kept
from edge_convert.light_model import light_model
from edge_convert.placing import put, workshop
from edge_convert.recipe import Build, path_of
from edge_runtime.backends import backend
from edge_runtime.bundle import Bundle
from edge_runtime.canary import Canary, Question
from edge_runtime.choices import Choices
from edge_runtime.hashes import file_sha256
from edge_runtime.probe import flaw, probes
from edge_runtime.spec import Manifest, ModelEntry, ModelFile, SizeHW

BUNDLE = Bundle.open()
CASES = [
    (entry.spec.id, size_hw)
    for entry in BUNDLE.manifest.models
    for size_hw in entry.spec.image.sizes_hw
]


def onnx_file(model: str, size_hw: SizeHW) -> Path:
    """Made once."""
    light = light_model(model)
    build = Build(format="onnx", variant="fp32", size_hw=size_hw)
    path = kept(light.spec) / Path(path_of(light.spec, build)).name
    if not path.exists():
        with workshop(path.parent) as place:
            put(Maker(light, place).make(build), path)
    return path


def described(path: Path, size_hw: SizeHW) -> ModelFile:
    return ModelFile(
        format="onnx",
        variant="fp32",
        size_hw=size_hw,
        path=path.name,
        bytes=path.stat().st_size,
        sha256=file_sha256(path),
        converter="torch.onnx",
    )


@pytest.mark.parametrize(("model", "size_hw"), CASES)
def test_onnx_runtime_gives_every_golden_output(model: str, size_hw: SizeHW) -> None:
    path = onnx_file(model, size_hw)
    session = backend("onnx").open(path, "cpu", 2, size_hw)
    for probe in probes(BUNDLE, BUNDLE.entry(model), described(path, size_hw)):
        assert flaw(session.run(probe.inputs), probe) is None
        upside_down = {**probe.inputs, "image": probe.inputs["image"][:, ::-1] / 255}
        assert flaw(session.run(upside_down), probe), "a wrong picture must not pass"


def with_onnx(folder: Path, model: str) -> Bundle:
    """A bundle of one model with its TFLite and its ONNX file."""
    entry = BUNDLE.entry(model)
    for name in ("golden", "models", "labels"):
        (folder / name).symlink_to(BUNDLE.folder / name)
    made = onnx_file(model, entry.spec.image.size_hw)
    (folder / made.name).symlink_to(made)
    files = (*entry.files, described(made, entry.spec.image.size_hw))
    extended: ModelEntry = msgspec.structs.replace(entry, files=files)
    manifest = Manifest(models=(extended,))
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    return Bundle.open(folder)


def test_the_canary_compares_runtimes(tmp_path: Path) -> None:
    bundle = with_onnx(tmp_path, "smile")
    canary = Canary(choices=Choices(tmp_path / "choices"))
    opened = canary.open(Question(bundle=bundle, entry=bundle.entry("smile")))
    verdicts = {(v.backend, v.accelerator): v.fault for v in opened.choice.verdicts}
    assert verdicts["litert", "cpu"] is None
    assert verdicts["onnx", "cpu"] in {None, "slower"}
    assert verdicts["coreml", "any"] == "absent"
    assert opened.choice.accelerator == "cpu"
    assert opened.session.input_shapes == {"image": (1, 64, 64, 3)}
