from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.metrics import (
    HIGHEST_PSNR_DB,
    Detections,
    average_precision,
    mask_iou,
    matched,
    mean_difference,
    psnr_db,
)


def mask(*on: int) -> np.ndarray:
    pixels = np.zeros(10, dtype=bool)
    pixels[list(on)] = True
    return pixels


@pytest.mark.parametrize(
    ("made", "wanted", "expected"),
    [
        (mask(1, 2), mask(1, 2), 1.0),
        (mask(1, 2), mask(2, 3), 1 / 3),
        (mask(1), mask(2), 0.0),
        (mask(), mask(2), 0.0),
        (mask(), mask(), None),
    ],
)
def test_iou_of_masks(made: np.ndarray, wanted: np.ndarray, expected: float | None) -> None:
    assert mask_iou(made, wanted) == expected


def test_psnr_of_one_grey_level_everywhere() -> None:
    one, other = np.zeros((4, 4, 3), np.uint8), np.ones((4, 4, 3), np.uint8)
    assert psnr_db(one, other) == pytest.approx(48.13, abs=0.01)
    assert psnr_db(one, one) == HIGHEST_PSNR_DB


def test_differences_do_not_wrap_around() -> None:
    black, white = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)
    assert mean_difference(black, white) == mean_difference(white, black) == 255


def test_boxes_are_matched_once_and_the_best_first() -> None:
    wanted = np.array([[0.0, 0, 10, 10], [20, 0, 30, 10]])
    made = np.array([[1.0, 0, 11, 10], [0, 0, 10, 10], [50, 50, 60, 60]])
    assert matched(made, wanted) == [(1, 0, 1.0)]
    assert matched(made[:0], wanted) == []


def photo(made: list[tuple[str, float, bool]], wanted: list[str]) -> Detections:
    return Detections(
        labels=np.array([label for label, _, _ in made], dtype=str),
        scores=np.array([score for _, score, _ in made]),
        hits=np.array([hit for _, _, hit in made], dtype=bool),
        wanted=np.array(wanted, dtype=str),
    )


@pytest.mark.parametrize(
    ("photos", "expected"),
    [
        ([photo([("cat", 0.9, True)], ["cat"])], 1.0),
        ([photo([("cat", 0.9, False)], ["cat"])], 0.0),
        ([photo([], ["cat"])], 0.0),
        ([photo([], [])], 1.0),
        ([photo([("cat", 0.9, False)], [])], 1.0),
        # One of two found: precision 1 up to recall 0.5, which is 51 of 101 points.
        ([photo([("cat", 0.9, True)], ["cat", "cat"])], 51 / 101),
        # A false alarm that is surer than the hit halves the precision.
        ([photo([("cat", 0.9, False), ("cat", 0.8, True)], ["cat"])], 0.5),
        # The mean over classes; dogs that nobody wanted do not count.
        ([photo([("cat", 0.9, True), ("dog", 0.9, False)], ["cat", "cow"])], 0.5),
    ],
)
def test_average_precision(photos: list[Detections], expected: float) -> None:
    assert average_precision(photos) == pytest.approx(expected)


def test_average_precision_is_that_of_coco() -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    rng = np.random.default_rng(3)
    photos, annotations, results = [], [], []
    for image in range(1, 16):
        wanted = [str(rng.choice(["1", "2"])) for _ in range(rng.integers(1, 5))]
        boxes = [[float(100 * i), 0.0, 50.0, 50.0] for i in range(len(wanted))]
        annotations += [
            {
                "id": len(annotations) + i + 1,
                "image_id": image,
                "category_id": int(label),
                "bbox": box,
                "area": 2500.0,
                "iscrowd": 0,
            }
            for i, (label, box) in enumerate(zip(wanted, boxes, strict=True))
        ]
        made = []
        for label, box in zip(wanted, boxes, strict=True):
            hit, score = bool(rng.random() < 0.7), float(rng.random())
            made.append((label, score, hit))
            moved = box if hit else [box[0], 500.0, 50.0, 50.0]
            results.append(
                {"image_id": image, "category_id": int(label), "bbox": moved, "score": score}
            )
        photos.append(photo(sorted(made, key=lambda m: -m[1]), wanted))
    truth = COCO()
    truth.dataset = {
        "images": [{"id": i} for i in range(1, 16)],
        "annotations": annotations,
        "categories": [{"id": 1}, {"id": 2}],
    }
    truth.createIndex()
    judged = COCOeval(truth, truth.loadRes(results), "bbox")
    judged.evaluate()
    judged.accumulate()
    theirs = judged.eval["precision"][0, :, :, 0, -1]
    assert average_precision(photos) == pytest.approx(float(theirs.mean()), abs=1e-9)
