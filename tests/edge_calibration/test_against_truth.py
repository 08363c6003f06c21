from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge_calibration.against_truth import TruthBook
from edge_calibration.evaluation import Pipeline
from edge_calibration.exams.meshes import Mesh
from edge_calibration.photos.truth import (
    BoxesTruth,
    ClassTruth,
    LandmarksTruth,
    MaskTruth,
    SmileTruth,
    Truth,
)
from edge_runtime.pipeline import Lens
from edge_runtime.results import DetectedObject, Label, Labels, Mask, Objects


class Looked:
    """A view of which the float network and a file say what a test wants."""

    def __init__(self, photo: str, reference: object, made: object) -> None:
        self.view = SimpleNamespace(photo=photo)
        self._said = {"float": reference, "file": made}

    def result(self, pipeline: Pipeline) -> object:
        return self._said[pipeline.run]


def label(name: str) -> Labels:
    return Labels(labels=(Label(label=name, score=1.0), Label(label="cow", score=0.0)))


def thing(x: float) -> Objects:
    return Objects(
        objects=(DetectedObject(label="cat", score=0.9, box_xyxy=(x, 0.0, x + 10, 10.0)),)
    )


def box() -> BoxesTruth:
    return BoxesTruth(
        boxes_xyxy=np.array([[0, 0, 10, 10], [50, 50, 60, 60]], np.float32),
        labels=("cat", "dog"),
        ignored=np.array([False, True]),
    )


HALF = np.tile(np.array([[1, 1, 0, 0]], np.uint8), (4, 1))
WHOLE = Mask(probability=np.ones((4, 4), np.float32))
RIGHT = Mask(probability=HALF.astype(np.float32))
POINTS = np.array([[0, 0], [10, 10]], np.float32)
MESH = Mesh(points=np.column_stack([POINTS, [0, 0]]).astype(np.float32), side=10.0)
MOVED = Mesh(points=MESH.points + np.float32(1), side=10.0)


@pytest.mark.parametrize(
    ("model", "truth", "right", "wrong", "expected"),
    [
        (
            "image-classification",
            ClassTruth(label="cat"),
            label("cat"),
            label("dog"),
            {"top1": (1, 0), "top5": (1, 0)},
        ),
        (
            "image-classification",
            ClassTruth(label="cow"),
            label("cat"),
            label("cow"),
            {"top1": (0, 1), "top5": (1, 1)},
        ),
        ("object-detection", box(), thing(0), thing(30), {"ap50": (1, 0)}),
        (
            "portrait-segmentation",
            MaskTruth(pixels=HALF),
            RIGHT,
            WHOLE,
            {"person_iou": (1, 0.5)},
        ),
        (
            "face-landmarks",
            LandmarksTruth(points_xy=POINTS),
            MESH,
            MOVED,
            {"landmark_nme": (0, 2**0.5 / 10)},
        ),
    ],
)
def test_each_task_has_its_measure(
    model: str,
    truth: Truth,
    right: object,
    wrong: object,
    expected: dict[str, tuple[float, float]],
    lens: Lens,
) -> None:
    found = booked(lens, model, {"a": truth, "b": truth}, [(right, wrong)] * 2)
    assert {a.metric: (a.reference.value, a.variant.value) for a in found} == {
        name: pytest.approx(values, abs=1e-4) for name, values in expected.items()
    }
    for against in found:
        sign = -1 if against.metric == "landmark_nme" else 1
        lost = sign * (against.reference.value - against.variant.value)
        assert against.lost.value == pytest.approx(lost, abs=1e-4)


def booked(
    lens: Lens, model: str, truths: dict[str, Truth], results: list[tuple[Any, Any]]
) -> tuple[Any, ...]:
    book = TruthBook(lens.bundle.entry(model).spec, truths, ["file"])
    for photo, (reference, made) in zip(truths, results, strict=True):
        book.see(Looked(photo, reference, made))  # type: ignore[arg-type]
    return book.findings("file", 0)


def test_smiles_are_ranked(lens: Lens) -> None:
    truths: dict[str, Truth] = {n: SmileTruth(smiling=n in "ab") for n in "abcd"}
    happy = lens.bundle.entry("smile").spec.program
    name = next(step.smile for step in happy if hasattr(step, "smile"))
    good, bad = (0.9, 0.8, 0.2, 0.1), (0.9, 0.1, 0.2, 0.3)
    results = [({name: one}, {name: other}) for one, other in zip(good, bad, strict=True)]
    (found,) = booked(lens, "smile", truths, results)
    assert (found.reference.value, found.variant.value, found.lost.value) == (1, 0.5, 0.5)


def test_a_truth_of_another_kind_says_nothing(lens: Lens) -> None:
    truth = ClassTruth(label="cat")
    assert booked(lens, "portrait-segmentation", {"a": truth, "b": truth}, [(1, 1)] * 2) == ()


def test_only_the_first_view_of_a_photo_counts(lens: Lens) -> None:
    truth = ClassTruth(label="cat")
    book = TruthBook(lens.bundle.entry("image-classification").spec, {"a": truth}, ["file"])
    for _ in range(3):
        book.see(Looked("a", label("cat"), label("cat")))  # type: ignore[arg-type]
    assert book.findings("file", 0) == ()  # one photo is too few for an interval
