from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.choices import Choices
from edge_runtime.errors import BackendError, BundleError, UnknownName
from edge_runtime.images import Photo
from edge_runtime.interpreter import Session
from edge_runtime.opening import Runtime, open_model

MODEL = "portrait-segmentation"


def opened(folder: Path, **asked: str) -> tuple[str, str]:
    bundle = Bundle.open(folder)
    model = open_model(bundle, bundle.entry(MODEL), Runtime(**asked))  # type: ignore[arg-type]
    picture = {"image": np.full((16, 16, 3), 51, np.uint8)}
    assert model.session.run(picture)["probability"].mean() == pytest.approx(0.2)
    return model.backend, model.accelerator


def test_the_usual_is_litert_on_the_cpu_and_no_canary(
    proven_bundle: Path, faulty: Callable[..., None]
) -> None:
    faulty("right")
    assert opened(proven_bundle) == ("litert", "cpu")
    bundle = Bundle.open(proven_bundle)
    model = open_model(bundle, bundle.entry(MODEL), Runtime())
    assert isinstance(model.session, Session)
    assert not Choices().folder.exists()


@pytest.mark.parametrize(
    ("asked", "got", "tried"),
    [
        ({"backend": "right"}, ("right", "chip"), 0),
        ({"backend": "right", "accelerator": "chip"}, ("right", "chip"), 0),
        ({"backend": "right", "accelerator": "auto"}, ("right", "chip"), 1),
        ({"backend": "auto", "accelerator": "chip"}, ("right", "chip"), 1),
        ({"backend": "auto", "accelerator": "cpu"}, ("litert", "cpu"), 1),
        ({"accelerator": "auto"}, ("litert", "cpu"), 1),
    ],
)
def test_what_is_asked_for_runs(
    proven_bundle: Path,
    faulty: Callable[..., None],
    asked: dict[str, str],
    got: tuple[str, str],
    tried: int,
) -> None:
    faulty("right")
    assert opened(proven_bundle, **asked) == got
    assert len(list(Choices().folder.glob("*.json"))) == tried


def test_a_lens_runs_on_what_the_canary_chose(
    proven_bundle: Path, faulty: Callable[..., None]
) -> None:
    faulty("blank")
    lens = Lens(proven_bundle, Runtime(backend="auto"))
    mask = lens.segment(Photo(rgb=np.full((16, 16, 3), 51, np.uint8))).value
    assert mask.probability.mean() == pytest.approx(0.2)
    predictor = lens.predictor(MODEL, object)
    assert (predictor.backend, predictor.accelerator) == ("litert", "cpu")


def test_where_nothing_is_right_a_lens_says_so(
    proven_bundle: Path, faulty: Callable[..., None]
) -> None:
    faulty("blank")
    lens = Lens(proven_bundle, Runtime(backend="blank", accelerator="auto"))
    with pytest.raises(BackendError, match="blank chip: probability is all zeros"):
        lens.segment(Photo(rgb=np.zeros((16, 16, 3), np.uint8)))


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"backend": "cuda"}, UnknownName, "known: auto, coreml, litert, onnx"),
        ({"accelerator": "cuda"}, UnknownName, "accelerator of litert 'cuda'"),
        ({"backend": "onnx"}, BundleError, "no onnx file of portrait-segmentation: make one"),
        ({"variant": "int2"}, UnknownName, "fp32"),
    ],
)
def test_what_is_not_there_is_said(
    proven_bundle: Path, asked: dict[str, str], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        opened(proven_bundle, **asked)
