from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_convert.golden_noise import (
    by_another_decoder,
    noise,
    reference_run,
    result_noise,
    without_exif,
)
from edge_convert.golden_photos import encoded
from edge_runtime.bundle import Bundle
from edge_runtime.images import open_photo
from edge_runtime.interpreter import Session
from edge_runtime.results import Face, Faces, Label, Labels
from edge_runtime.testcard import draw_portrait
from edge_runtime.tracing import Stage


def stage(**arrays: list[float]) -> Stage:
    value = {name: np.array(numbers, np.float32) for name, numbers in arrays.items()}
    return Stage(index=3, face=None, value=value)


def test_each_array_has_its_own_noise() -> None:
    found = noise("s", [stage(a=[1, 2], b=[5])], [stage(a=[1, 4], b=[5])])
    a, b = found[3, None, "a"], found[3, None, "b"]
    assert a is not None
    assert b is not None
    assert (a.max_abs, a.mean_abs, b.max_abs) == (2, 1, 0)


@pytest.mark.parametrize("made", [[stage(a=[1, 2, 3])], [stage(b=[1, 2])], []])
def test_another_shape_or_nothing_is_no_noise(made: list[Stage]) -> None:
    assert noise("s", [stage(a=[1, 2])], made) == {(3, None, "a"): None}


def faces(x: float, score: float) -> Faces:
    face = Face(box_xyxy=(x, 0, 9, 9), score=score, points={"nose": (3, 3)})
    return Faces(faces=(face,))


def labels(name: str) -> Labels:
    return Labels(labels=(Label(label=name, score=1),))


def test_results_differ_in_pixels_and_in_scores() -> None:
    assert result_noise(faces(1, 0.5), faces(1.25, 0.75)) == pytest.approx((0.25, 0.25))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (faces(1, 0.5), Faces(faces=())),
        (labels("a"), labels("b")),
    ],
)
def test_results_that_say_other_things_have_no_noise(one: Any, other: Any) -> None:
    assert result_noise(one, other) is None


def test_the_reference_kernels_run_the_same_graph() -> None:
    bundle = Bundle.open()
    _, path = bundle.file(bundle.entry("smile"))
    pixels = draw_portrait(64, 64)
    by_session = Session(path).run({"image": pixels})["probabilities"]
    by_reference = reference_run(path)({"image": pixels})["probabilities"]
    np.testing.assert_allclose(by_reference, by_session, atol=1e-5)
    assert by_session.max() > 0.2


@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_the_other_decoder_sees_the_photo_upright(tmp_path: Path, orientation: int) -> None:
    from PIL import Image

    card = Image.fromarray(draw_portrait(64, 48))
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(card, path.name, orientation))
    assert without_exif(path.read_bytes())[:2] == b"\xff\xd8"
    made, wanted = by_another_decoder(path).rgb, open_photo(path).rgb
    assert made.shape == wanted.shape == (48, 64, 3)
    assert np.abs(made.astype(int) - wanted).mean() < 1
