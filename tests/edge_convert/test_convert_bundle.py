from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from edge_convert.bundle import ASSETS, add_entry, manifest_of
from edge_convert.light_model import LightModel
from edge_runtime.errors import BundleError, SpecError
from edge_runtime.spec import ModelEntry, ModelFile, ModelSpec, Parity

PARITY = Parity(against="x", photos=1, max_abs=0.0, mean_abs=0.0)


def file(kind: str, name: str, *, bundled: bool = True) -> ModelFile:
    return ModelFile(
        format=kind,
        variant="fp16",
        size_hw=(32, 32),
        path=f"models/tiny/{name}",
        bytes=1,
        sha256="0" * 64,
        converter="c",
        bundled=bundled,
    )


def entry(spec: ModelSpec, *files: ModelFile) -> ModelEntry:
    return ModelEntry(spec=spec, imported=PARITY, files=files)


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / "models" / "tiny" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith(".mlpackage") else path.write_text("x")


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "models" / "tiny").iterdir())


def test_a_manifest_and_its_schema_are_written(tiny: LightModel, tmp_path: Path) -> None:
    made = add_entry(tmp_path, entry(tiny.spec, file("tflite", "a.tflite")), ("tflite",))
    assert manifest_of(tmp_path) == made
    schema = json.loads((tmp_path / "manifest.schema.json").read_text())
    assert "ModelSpec" in schema["$defs"]


def test_models_are_in_alphabetical_order(tiny: LightModel, tmp_path: Path) -> None:
    for name in ("tiny", "alone", "zebra"):
        add_entry(tmp_path, entry(msgspec.structs.replace(tiny.spec, id=name)), ())
    assert [m.spec.id for m in manifest_of(tmp_path).models] == ["alone", "tiny", "zebra"]


def test_formats_that_were_not_built_stay_and_the_rest_goes(
    tiny: LightModel, tmp_path: Path
) -> None:
    touch(tmp_path, "a.tflite", "b.tflite", "a.mlpackage", "stray.onnx")
    first = entry(tiny.spec, file("tflite", "a.tflite"), file("coreml", "a.mlpackage"))
    add_entry(tmp_path, first, ("tflite", "coreml"))
    assert kept(tmp_path) == ["a.mlpackage", "a.tflite"]
    touch(tmp_path, "b.tflite")
    made = add_entry(tmp_path, entry(tiny.spec, file("tflite", "b.tflite")), ("tflite",))
    assert [Path(f.path).name for f in made.models[0].files] == ["b.tflite", "a.mlpackage"]
    assert kept(tmp_path) == ["a.mlpackage", "b.tflite"]


def test_files_of_another_spec_do_not_stay(tiny: LightModel, tmp_path: Path) -> None:
    add_entry(tmp_path, entry(tiny.spec, file("coreml", "a.mlpackage")), ("coreml",))
    changed = msgspec.structs.replace(tiny.spec, title="another")
    made = add_entry(tmp_path, entry(changed, file("tflite", "a.tflite")), ("tflite",))
    assert [f.format for f in made.models[0].files] == ["tflite"]


def test_what_is_left_out_is_not_on_disk(tiny: LightModel, tmp_path: Path) -> None:
    touch(tmp_path, "a.tflite")
    large = file("tflite", "a.tflite", bundled=False)
    add_entry(tmp_path, entry(tiny.spec, large), ("tflite",))
    assert kept(tmp_path) == []


def test_a_bundle_elsewhere_has_its_labels(tiny: LightModel, tmp_path: Path) -> None:
    name = next(path.name for path in (ASSETS / "labels").glob("*.txt"))
    add_entry(tmp_path, entry(msgspec.structs.replace(tiny.spec, labels=name)), ())
    assert (tmp_path / "labels" / name).read_bytes() == (ASSETS / "labels" / name).read_bytes()


def test_labels_that_do_not_exist_are_told(tiny: LightModel, tmp_path: Path) -> None:
    spec = msgspec.structs.replace(tiny.spec, labels="none.txt")
    with pytest.raises(SpecError, match=r"tiny names the labels none\.txt"):
        add_entry(tmp_path, entry(spec), ())


def test_a_damaged_manifest_is_not_overwritten(tiny: LightModel, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(BundleError):
        add_entry(tmp_path, entry(tiny.spec), ())
    assert (tmp_path / "manifest.json").read_text() == "{"


ADD = """
import pathlib, sys, msgspec
from edge_convert.bundle import add_entry
from edge_runtime.spec import ModelEntry
folder = pathlib.Path(sys.argv[1])
entry = msgspec.json.decode((folder / sys.argv[2]).read_bytes(), type=ModelEntry)
for _ in range(5):
    add_entry(folder, entry, ())
"""


def test_processes_do_not_lose_each_others_models(tiny: LightModel, tmp_path: Path) -> None:
    names = [f"tiny-{n}" for n in range(4)]
    for name in names:
        spec = msgspec.structs.replace(tiny.spec, id=name)
        (tmp_path / name).write_bytes(msgspec.json.encode(entry(spec)))
    running = [
        subprocess.Popen([sys.executable, "-c", ADD, str(tmp_path), name]) for name in names
    ]
    assert [process.wait() for process in running] == [0] * len(names)
    assert [m.spec.id for m in manifest_of(tmp_path).models] == names
