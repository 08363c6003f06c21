"""What the server's own writer writes is what is read, at the photo's size."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from edge_runtime import results as r
from edge_runtime.remote import answers
from edge_runtime.remote.answer_records import AnswerRecord, RunsRecord
from edge_runtime.remote.answers import Reading
from edge_runtime.remote.refusals import Refusal
from edge_server.api import wire

RANDOM = np.random.default_rng(5)
LEFT = np.zeros((6, 8), np.bool_)
LEFT[:, :4] = True
BOX = (1.0, 2.0, 4.0, 6.0)


def reading(
    value: Any, photo_wh: tuple[int, int] = (8, 6), sent_wh: tuple[int, int] = (8, 6)
) -> Reading:
    """An answer about a photo, as the server writes it."""
    rgb = np.zeros((sent_wh[1], sent_wh[0], 3), np.uint8)
    pixels = wire.value_pixels(value, rgb)
    record = {
        "task": "t",
        "model": "m",
        "variant": "v",
        "sha256": "",
        "device": "cpu",
        "image": {"size": sent_wh},
        "result": wire.value_json(value, "rle"),
        "ms": {},
        "picture": None if pixels is None else wire.picture_json(pixels, "image/png"),
        "of": "a later server",
    }
    answer = msgspec.json.decode(msgspec.json.encode(record), type=AnswerRecord)
    return Reading(answer, photo_wh)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.allclose(one, other, atol=2e-3)
    if hasattr(one, "__dataclass_fields__"):
        names = one.__dataclass_fields__
        return all(same(getattr(one, n), getattr(other, n)) for n in names)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


MESH = RANDOM.normal(3, 1, (468, 3)).astype(np.float32)
FACE = r.Face(box_xyxy=BOX, score=0.5, points={"nose": (2.0, 3.0)})
ROUND_TRIPS = [
    (r.Mask(probability=LEFT.astype(np.float32)), answers.read_mask),
    (r.Faces(faces=()), answers.read_faces),
    (r.Faces(faces=(FACE,)), answers.read_faces),
    (
        r.Faces(
            faces=(
                r.Face(
                    box_xyxy=BOX,
                    score=0.25,
                    points={},
                    landmarks=MESH,
                    smile=0.5,
                    expressions={"a": 1.0},
                ),
            )
        ),
        answers.read_faces,
    ),
    (r.Labels(labels=(r.Label(label="x", score=0.5),)), answers.read_labels),
    (
        r.Objects(objects=(r.DetectedObject(label="x", score=0.5, box_xyxy=BOX),)),
        answers.read_objects,
    ),
    (
        r.Depth(metres=RANDOM.uniform(0, 10, (6, 8)).astype(np.float32), max_depth=10.0),
        answers.read_depth,
    ),
    (
        r.Instances(
            instances=(r.Instance(label="x", score=0.5, box_xyxy=BOX, mask=LEFT),),
            size_hw=(6, 8),
        ),
        answers.read_instances,
    ),
    (r.Instances(instances=(), size_hw=(6, 8)), answers.read_instances),
    (
        r.ClassMap(
            classes=RANDOM.integers(0, 3, (6, 8)).astype(np.uint8),
            labels=("a", "b", "c", "d"),
            palette=((0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3)),
        ),
        answers.read_classes,
    ),
    (
        r.CutOut(
            pixels=RANDOM.integers(0, 255, (6, 8, 4), np.uint8),
            mask=LEFT,
            found=("x",),
            method="m",
        ),
        answers.read_cut,
    ),
    (
        r.Picture(pixels=RANDOM.integers(0, 255, (12, 16, 3), np.uint8)),
        answers.read_picture,
    ),
    (
        r.Picture(pixels=RANDOM.integers(0, 255, (6, 8, 3), np.uint8)),
        answers.read_painted,
    ),
]


@pytest.mark.parametrize(("value", "read"), ROUND_TRIPS, ids=lambda v: type(v).__name__)
def test_what_is_written_is_read(value: Any, read: Any) -> None:
    assert same(value, read(reading(value)))


def test_coordinates_are_those_of_the_photo() -> None:
    mesh = np.full((468, 3), (1.0, 2.0, 3.0), np.float32)
    face = r.Face(box_xyxy=BOX, score=0.5, points={"nose": (2.0, 3.0)}, landmarks=mesh)
    (found,) = answers.read_faces(reading(r.Faces(faces=(face,)), (80, 30))).faces
    assert found.box_xyxy == (10.0, 10.0, 40.0, 30.0)
    assert found.points == {"nose": (20.0, 15.0)}
    assert found.landmarks is not None
    assert found.landmarks[0].tolist() == [10.0, 10.0, 30.0]


def test_masks_and_pictures_have_the_photos_size() -> None:
    large = (80, 60)
    wanted = np.zeros((60, 80), np.bool_)
    wanted[:, :40] = True
    instance = r.Instance(label="x", score=0.5, box_xyxy=BOX, mask=LEFT)
    instances = answers.read_instances(
        reading(r.Instances(instances=(instance,), size_hw=(6, 8)), large)
    )
    assert instances.size_hw == (60, 80)
    assert np.array_equal(instances.instances[0].mask, wanted)
    mask = answers.read_mask(reading(r.Mask(probability=LEFT.astype(np.float32)), large))
    assert np.array_equal(mask.probability >= 0.5, wanted)
    classes = r.ClassMap(
        classes=LEFT.astype(np.uint8), labels=("a", "b"), palette=((0, 0, 0), (1, 1, 1))
    )
    found = answers.read_classes(reading(classes, large))
    assert np.array_equal(found.classes == 1, wanted)


RUNS = [((2, 2), [1, 1]), ((2, 2), [5]), ((2, 2), [-1, 5]), ((0, 2), []), ((2, 2), [])]


@pytest.mark.parametrize(("size", "counts"), RUNS)
def test_run_lengths_that_do_not_fill_the_mask(size: Any, counts: list[int]) -> None:
    with pytest.raises(Refusal, match="run lengths"):
        answers.unpacked(RunsRecord(size=size, counts=counts))


def test_run_lengths_are_those_of_the_server() -> None:
    for _ in range(20):
        mask = RANDOM.random((5, 7)) < RANDOM.random()
        runs = msgspec.convert(wire.runs(mask), RunsRecord)
        assert np.array_equal(answers.unpacked(runs), mask)


OTHERS = [
    (answers.read_mask, r.Picture(pixels=np.zeros((6, 8, 3), np.uint8))),
    (answers.read_depth, r.Picture(pixels=np.zeros((6, 8, 3), np.uint8))),
    (answers.read_picture, r.Mask(probability=np.zeros((6, 8), np.float32))),
    (answers.read_picture, r.Faces(faces=())),
    (answers.read_faces, r.Labels(labels=())),
    (answers.read_objects, r.Faces(faces=())),
    (answers.read_instances, r.Objects(objects=())),
    (answers.read_classes, r.Labels(labels=())),
]


@pytest.mark.parametrize(("read", "value"), OTHERS)
def test_an_answer_of_another_kind_is_none(read: Any, value: Any) -> None:
    with pytest.raises(Refusal):
        read(reading(value))


def test_pixels_without_a_class_are_no_answer() -> None:
    value = r.ClassMap(classes=np.zeros((6, 8), np.uint8), labels=("a",), palette=((0, 0, 0),))
    answer = reading(value).answer
    record = msgspec.json.decode(answer.result)
    del record["classes"][0]["mask"]
    result = msgspec.Raw(msgspec.json.encode(record))
    with pytest.raises(Refusal, match="no class"):
        answers.read_classes(Reading(msgspec.structs.replace(answer, result=result), (8, 6)))


def test_a_mask_of_another_size_is_no_answer() -> None:
    cut = r.CutOut(pixels=np.zeros((6, 8, 4), np.uint8), mask=LEFT.T, found=(), method="m")
    with pytest.raises(Refusal, match="photo's size"):
        answers.read_cut(reading(cut))


@pytest.mark.parametrize("text", ["", "!!", "aGVsbG8="])
def test_a_damaged_picture_is_no_answer(text: str) -> None:
    from edge_runtime.remote.answer_records import PictureRecord

    answer = reading(r.Mask(probability=LEFT.astype(np.float32))).answer
    broken = msgspec.structs.replace(answer, picture=PictureRecord(base64=text))
    with pytest.raises(Refusal, match="damaged"):
        answers.read_mask(Reading(broken, (8, 6)))
