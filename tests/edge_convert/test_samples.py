from __future__ import annotations

import numpy as np

from edge_calibration.datasets import CALIBRATION, SAMPLES, photo_paths
from edge_convert.samples import FACES, faces, whole_photos
from edge_runtime.spec import ImageInput, Resize

IMAGE = ImageInput(name="image", sizes_hw=((96, 64),), resize=Resize(fit="stretch"))


def test_samples_are_whole_numbers_in_the_shape_of_the_input() -> None:
    for inputs in (
        *whole_photos(("astronaut",), IMAGE).values(),
        *faces(IMAGE, 1.0, level=True).values(),
    ):
        values = inputs["image"]
        assert values.shape == (1, 96, 64, 3)
        assert values.dtype == np.float32
        assert np.array_equal(values, np.round(values))
        assert values.std() > 10


def test_a_levelled_face_is_another_crop() -> None:
    upright, level = (
        faces(IMAGE, 1.0, level=turned)["biden"]["image"] for turned in (False, True)
    )
    assert np.abs(upright - level).mean() > 1


def test_no_sample_is_a_calibration_photo() -> None:
    samples, calibration = photo_paths(SAMPLES), photo_paths(CALIBRATION)
    assert set(FACES) <= set(samples)
    digests = [
        {path.read_bytes() for path in paths.values()} for paths in (samples, calibration)
    ]
    assert not digests[0] & digests[1]
