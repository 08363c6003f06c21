from __future__ import annotations

import msgspec
import numpy as np
import pytest

from edge_calibration.datasets import CALIBRATION, SAMPLES, photo_paths, photos
from edge_calibration.photos.augment import Flip, Light
from edge_calibration.representative import representative
from edge_runtime.contract import Resize
from edge_runtime.contract_templates import image_classification
from edge_runtime.errors import SpecError
from edge_runtime.images import open_photo
from edge_runtime.preprocess import fit
from edge_runtime.spec import (
    Calibration,
    Gate,
    Gates,
    ImageClassification,
    ImageInput,
    Licence,
    ModelSpec,
    Source,
    Tensor,
    Weights,
)

GATE = Gate(max_abs=1, mean_abs=1)
SPEC = ModelSpec(
    id="some",
    title="t",
    version="1",
    licence=Licence(code="c", weights="w", data="d"),
    source=Source(index="pypi", package="p", version="1", files=()),
    weights=Weights(sha256=""),
    image=ImageInput(name="image", sizes_hw=((24, 32),)),
    outputs=(),
    task=ImageClassification(),
    program=image_classification(),
    gates=Gates(imported=GATE, variants={}),
    tflite=("static_wi8_ai8",),
    coreml=(),
    ships={},
    calibration=Calibration(dataset=CALIBRATION, count=3),
)


def test_photos_go_through_the_apps_own_preprocessing() -> None:
    made = dict(representative(SPEC))
    paths = photo_paths(CALIBRATION)
    assert list(made) == list(paths)[:3]
    for name, inputs in made.items():
        wanted, _ = fit(open_photo(paths[name]).rgb, Resize(fit="crop"), (24, 32))
        assert np.array_equal(inputs["image"], wanted)
        assert (wanted.shape, wanted.dtype) == ((1, 24, 32, 3), np.float32)


def test_a_tensor_is_made_of_each_of_the_24_calibration_photos() -> None:
    spec = msgspec.structs.replace(
        SPEC, calibration=Calibration(dataset=CALIBRATION, count=len(photo_paths(CALIBRATION)))
    )
    assert len(list(representative(spec))) == 24


def test_the_first_sample_is_the_astronaut() -> None:
    name, photo = next(photos(SAMPLES))
    assert (name, photo.size_wh) == ("astronaut", (512, 512))


def test_variations_follow_their_photo() -> None:
    made = dict(representative(SPEC, augmentations=[Flip(), Light(stops=2)]))
    names = list(made)
    assert names[:3] == ["bicycle", "bicycle, mirrored", f"bicycle, {Light(stops=2).name()}"]
    assert len(names) == 9
    bicycle, flipped, lit = (made[name]["image"] for name in names[:3])
    assert np.abs(flipped[:, :, ::-1] - bicycle).mean() < 2
    assert abs(lit.mean() - bicycle.mean()) > 2


VECTOR = Tensor(name="v", shape=(1, 2), meaning="m", unit="u")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"calibration": None}, "names no calibration set"),
        ({"calibration": Calibration(dataset="samples", count=1)}, "evaluated on"),
        ({"calibration": Calibration(dataset="evaluation", count=1)}, "evaluated on"),
        ({"calibration": Calibration(dataset=CALIBRATION, count=999)}, "wants 999 photos"),
        ({"vectors": (VECTOR,)}, "takes vectors"),
    ],
)
def test_what_cannot_calibrate_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        list(representative(msgspec.structs.replace(SPEC, **changes)))
