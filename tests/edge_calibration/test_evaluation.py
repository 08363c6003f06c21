from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_calibration.evaluation import FLOAT, Pipeline, Sitting, compare_all, decoded, evenly
from edge_calibration.sources import PhotoItem
from edge_runtime.errors import SpecError
from edge_runtime.pipeline import Lens

Photos = list[tuple[str, Path]]


def sitting_of(lens: Lens, model: str) -> Sitting:
    return Sitting(spec=lens.bundle.entry(model).spec, lens=lens, runs={})


def test_a_file_that_is_the_network_agrees_wholly(
    lens: Lens, sample_photos: Photos, segmenter: Callable
) -> None:
    sitting = segmenter(lens, {FLOAT: segmenter.bright, "file": segmenter.bright})
    pairs = {"file": (Pipeline(run="file"), Pipeline())}
    found = compare_all(sitting.looks(sample_photos[:3]), pairs, sitting.exam)["file"]
    assert {samples.metric.name: samples.per_photo for samples in found} == {
        "iou": {"astronaut": 1.0, "biden": 1.0, "chelsea": 1.0},
        "probability_difference": {"astronaut": 0.0, "biden": 0.0, "chelsea": 0.0},
    }


def test_a_worse_file_is_worse(lens: Lens, sample_photos: Photos, segmenter: Callable) -> None:
    def shifted(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {"probability": np.roll(segmenter.bright(inputs)["probability"], 20, axis=1)}

    sitting = segmenter(lens, {FLOAT: segmenter.bright, "file": shifted})
    pairs = {"file": (Pipeline(run="file"), Pipeline())}
    found = compare_all(sitting.looks(sample_photos[:2]), pairs, sitting.exam)["file"]
    assert all(value < 0.9 for value in found[0].per_photo.values())


def test_what_pipelines_share_is_run_once(
    lens: Lens, sample_photos: Photos, segmenter: Callable
) -> None:
    calls = []

    def counted(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        calls.append(1)
        return segmenter.bright(inputs)

    sitting = segmenter(lens, {FLOAT: counted})
    look = next(sitting.looks(sample_photos[:1]))
    look.result(Pipeline())
    look.result(Pipeline(reading="plain"))
    assert len(calls) == 1
    look.result(Pipeline(resizer="antialiased"))
    assert len(calls) == 2


def test_faces_are_views_of_their_photo(lens: Lens, sample_photos: Photos) -> None:
    sitting = sitting_of(lens, "smile")
    views = [look.view for look in sitting.looks(sample_photos[:2])]
    assert [view.photo for view in views] == ["astronaut", "biden"]
    assert all(view.placement is not None for view in views)


def test_only_photos_with_a_fitting_tag_are_looked_at(lens: Lens) -> None:
    sitting = sitting_of(lens, "portrait-segmentation")
    photos = [
        PhotoItem(name=name, path=Path(name), tags=frozenset(tags))
        for name, tags in (("a", {"portrait"}), ("b", {"street"}), ("c", set()))
    ]
    assert [name for name, _ in sitting.photos(photos)] == ["a", "c"]


def test_photos_that_show_nothing_are_an_error(lens: Lens, sample_photos: Photos) -> None:
    sitting = sitting_of(lens, "smile")
    page = [photo for photo in sample_photos if photo[0] == "page"]
    with pytest.raises(SpecError, match="none of the photos shows what"):
        compare_all(sitting.looks(page), {"f": (Pipeline(), Pipeline())}, sitting.exam)


def test_photos_are_decoded_once(sample_photos: Photos) -> None:
    path = sample_photos[0][1]
    assert decoded(path, "pillow") is decoded(path, "pillow")
    assert decoded(path, "ffmpeg") is decoded(path, "pillow")  # a PNG: nothing differs


@pytest.mark.parametrize(
    ("most", "expected"), [(2, [0, 5]), (3, [0, 3, 6]), (20, list(range(10)))]
)
def test_few_photos_are_spread_evenly(most: int, expected: list[int]) -> None:
    photos = [(str(i), Path(str(i))) for i in range(10)]
    assert [int(name) for name, _ in evenly(photos, most)] == expected


def test_a_sitting_knows_the_labels(lens: Lens) -> None:
    sitting: Sitting = sitting_of(lens, "image-classification")
    assert len(sitting.labels) == 1000
