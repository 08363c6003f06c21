from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from edge_calibration.datasets import CALIBRATION, SAMPLES, photo_paths
from edge_convert.light_model import light_model
from edge_convert.samples import DOUBTFUL, FACES, faces, part, whole_photos
from edge_runtime.contract import CropSquare
from edge_runtime.images import open_photo
from edge_runtime.spec import ImageInput

IMAGE = ImageInput(name="image", sizes_hw=((96, 64),))
WHOLE = replace(light_model("portrait-segmentation").spec, image=IMAGE)
FACE = replace(light_model("face-landmarks").spec, image=IMAGE)


def test_samples_are_whole_numbers_in_the_shape_of_the_input() -> None:
    for inputs in (
        *whole_photos(("astronaut",), WHOLE).values(),
        *faces(FACE).values(),
        *part(*DOUBTFUL, IMAGE).values(),
    ):
        values = inputs["image"]
        assert values.shape == (1, 96, 64, 3)
        assert values.dtype == np.float32
        assert np.array_equal(values, np.round(values))
        assert values.std() > 10


def test_a_levelled_face_is_another_crop() -> None:
    crop = CropSquare(scale=1.0)
    upright, level = (
        faces(replace(FACE, program=(replace(crop, level=line),)))["biden"]["image"]
        for line in (None, ("right_eye", "left_eye"))
    )
    assert np.abs(upright - level).mean() > 1


def test_a_part_of_the_photos_own_size_is_its_pixels() -> None:
    image = ImageInput(name="image", sizes_hw=((20, 30),))
    whole = open_photo(photo_paths(SAMPLES)["chelsea"]).rgb
    made = part("chelsea", (40, 10, 70, 30), image)["chelsea"]["image"]
    assert np.array_equal(made[0], whole[10:30, 40:70])


def test_no_sample_is_a_calibration_photo() -> None:
    samples, calibration = photo_paths(SAMPLES), photo_paths(CALIBRATION)
    assert set(FACES) <= set(samples)
    digests = [
        {path.read_bytes() for path in paths.values()} for paths in (samples, calibration)
    ]
    assert not digests[0] & digests[1]
