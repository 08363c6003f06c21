"""What the metadata says is read back by MediaPipe's own reader in ``tests/mediapipe``."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest
from ai_edge_litert.tools import flatbuffer_utils

from edge_convert.light_model import LightModel, light_models
from edge_convert.tflite_metadata import ENTRY, metadata, with_metadata, without_metadata
from edge_runtime.interpreter import Session

SIZE = (32, 32)
THIRTY_TWO = {"names.txt": b"name\n" * 32}


@pytest.fixture(scope="module")
def bare(float_tflite: Path) -> bytes:
    return float_tflite.read_bytes()


def entries(file: bytes) -> dict[bytes, bytes]:
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    return {one.name: bytes(model.buffers[one.buffer].data) for one in model.metadata or []}


def names(file: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return archive.namelist()


def test_the_same_numbers_come_out(tiny: LightModel, bare: bytes, tmp_path: Path) -> None:
    said = with_metadata(bare, tiny.spec, SIZE, {})
    inputs = tiny.samples()["noise1"]
    made = []
    for name, file in (("bare", bare), ("said", said)):
        (tmp_path / name).write_bytes(file)
        made.append(Session(tmp_path / name).run(inputs))
    for output, values in made[0].items():
        assert np.array_equal(values, made[1][output])


def test_writing_it_twice_or_taking_it_out_leaves_no_trace(
    tiny: LightModel, bare: bytes
) -> None:
    said = with_metadata(bare, tiny.spec, SIZE, {})
    other = msgspec.structs.replace(tiny.spec, title="Something else altogether")
    assert with_metadata(bare, tiny.spec, SIZE, {}) == said
    assert with_metadata(with_metadata(bare, other, SIZE, {}), tiny.spec, SIZE, {}) == said
    assert without_metadata(said) == without_metadata(bare)
    assert ENTRY not in entries(without_metadata(said))


def test_other_metadata_stays_what_it_is(tiny: LightModel, bare: bytes) -> None:
    said = entries(with_metadata(with_metadata(bare, tiny.spec, SIZE, {}), tiny.spec, SIZE, {}))
    assert said.pop(ENTRY) == metadata(tiny.spec, SIZE, {"person.txt": b"person\n"})
    assert said == entries(bare)


def test_weights_begin_at_multiples_of_sixteen(tiny: LightModel, bare: bytes) -> None:
    from ai_edge_litert import schema_py_generated as schema

    said = with_metadata(bare, tiny.spec, SIZE, {})
    model = schema.Model.GetRootAs(said, 0)
    buffers = [model.Buffers(index) for index in range(model.BuffersLength())]
    starts = [b._tab.Vector(b._tab.Offset(4)) for b in buffers if b.DataLength()]
    assert len(starts) > 4
    assert [start % 16 for start in starts] == [0] * len(starts)


def test_a_segmenter_brings_its_one_label(tiny: LightModel, bare: bytes) -> None:
    said = with_metadata(bare, tiny.spec, SIZE, {})
    with zipfile.ZipFile(io.BytesIO(said)) as archive:
        assert archive.read("person.txt") == b"person\n"
        (entry,) = archive.infolist()
    assert entry.compress_type == zipfile.ZIP_STORED
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert b"SEGMENTER_METADATA" in said


def test_labels_hang_on_the_output_that_has_as_many(bare: bytes) -> None:
    spec = light_models()["smile"].spec
    seven = {"expressions.txt": b"one\n" * 7}
    assert names(with_metadata(bare, spec, (64, 64), seven)) == ["expressions.txt"]
    assert b"expressions.txt" in metadata(spec, (64, 64), seven)
    assert b"names.txt" not in metadata(spec, (64, 64), THIRTY_TWO)


def test_a_model_without_labels_has_no_archive(bare: bytes) -> None:
    spec = light_models()["face-landmarks"].spec
    assert not zipfile.is_zipfile(io.BytesIO(with_metadata(bare, spec, (192, 192), {})))


@pytest.mark.parametrize("model", light_models().values(), ids=list(light_models()))
def test_author_licences_and_every_tensor_are_named(model: LightModel) -> None:
    spec = model.spec
    said = metadata(spec, spec.image.size_hw, {})
    tensors = (*spec.outputs, *spec.vectors)
    for text in (
        *(spec.id, spec.title, spec.version, spec.source.paper, spec.licence.data),
        *(tensor.name for tensor in tensors),
        *(tensor.meaning for tensor in tensors),
    ):
        assert text.encode() in said, text
