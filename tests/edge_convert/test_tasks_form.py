"""The numbers here; what MediaPipe makes of them is in ``tests/mediapipe``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_convert.bundle import label_files
from edge_convert.light_model import light_models
from edge_convert.networks.blazeface import ShortRange
from edge_convert.tasks_form import tasks_form, write_tasks_form
from edge_runtime.bundle import Bundle
from edge_runtime.errors import ConversionError, UnknownName
from edge_runtime.interpreter import Session
from edge_runtime.spec import ModelSpec

BUNDLE = Bundle.open()
Outputs = dict[str, NDArray[np.float32]]


def both(model: str, folder: Path) -> tuple[ModelSpec, Outputs, Outputs]:
    """What the shipped file and its other form say of a photo."""
    light = light_models()[model]
    inputs = next(iter(light.samples().values()))
    _, shipped = BUNDLE.file(BUNDLE.entry(model))
    other = write_tasks_form(BUNDLE, light.spec, folder)
    return light.spec, Session(shipped).run(inputs), Session(other).run(inputs)


def test_an_object_detector_gives_centres_and_sizes(tmp_path: Path) -> None:
    _, ours, theirs = both("object-detection", tmp_path)
    assert list(theirs) == ["boxes_yxhw", "scores"]
    y, x, height, width = np.moveaxis(theirs["boxes_yxhw"], -1, 0)
    edges = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=-1)
    assert ours["scores"].max() > 0.5
    np.testing.assert_allclose(edges, ours["boxes_xyxy"], atol=1e-6)
    np.testing.assert_array_equal(theirs["scores"], ours["scores"])


def test_a_face_detector_gives_offsets_and_logits(tmp_path: Path) -> None:
    spec, ours, theirs = both("face-detection-short", tmp_path)
    offsets, logits = theirs["regressors"], theirs["classificators"]
    assert (offsets.shape, logits.shape) == ((1, 896, 16), (1, 896, 1))
    centres = ShortRange().anchors.centres.numpy()
    scaled = offsets / spec.image.size_hw[0]
    middle, half = scaled[..., :2] + centres, scaled[..., 2:4] / 2
    edges = np.concatenate([middle - half, middle + half], axis=-1)
    points = scaled[..., 4:].reshape(1, 896, 6, 2) + centres[:, :, None]
    scores = 1 / (1 + np.exp(-np.clip(logits[..., 0], -80, 80)))
    assert ours["scores"].max() > 0.5
    np.testing.assert_allclose(edges, ours["boxes_xyxy"], atol=1e-5)
    np.testing.assert_allclose(points, ours["points_xy"], atol=1e-5)
    np.testing.assert_allclose(scores, ours["scores"], atol=1e-6)


def test_regressors_come_first_in_the_file(tmp_path: Path) -> None:
    """FaceDetector goes by their order, not by their names."""
    from ai_edge_litert.tools import flatbuffer_utils

    path = write_tasks_form(BUNDLE, light_models()["face-detection-short"].spec, tmp_path)
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(path.read_bytes()))
    graph = model.subgraphs[0]
    names = [graph.tensors[index].name for index in graph.outputs]
    assert names == [b"regressors", b"classificators"]


@pytest.mark.parametrize("model", ["face-detection-full", "smile", "portrait-segmentation"])
def test_what_has_no_other_form_is_said(model: str, tmp_path: Path) -> None:
    spec = light_models()[model].spec
    with pytest.raises(ConversionError, match=f"{model} has no other form"):
        write_tasks_form(BUNDLE, spec, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_model_that_is_not_in_the_bundle_is_said(tmp_path: Path) -> None:
    empty = Bundle(BUNDLE.folder, BUNDLE.manifest.__class__(models=()))
    with pytest.raises(UnknownName):
        write_tasks_form(empty, light_models()["smile"].spec, tmp_path)


def test_twice_is_the_same() -> None:
    spec = light_models()["face-detection-short"].spec
    _, path = BUNDLE.file(BUNDLE.entry(spec.id))
    once, again = (tasks_form(path.read_bytes(), spec, label_files(spec)) for _ in range(2))
    assert once == again
