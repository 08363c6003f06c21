from __future__ import annotations

import numpy as np
import pytest

from edge_convert.light_model import light_model
from edge_convert.models.super_resolution_compact import MARGIN, SCALE, SIDE, SPEC
from edge_convert.packages import source_files
from edge_convert.weights import load_network
from edge_runtime.contract import CutWindows, JoinWindows, step_of

MODEL = light_model(SPEC.id)


def test_the_program_is_about_the_networks_windows() -> None:
    assert step_of(SPEC.program, CutWindows).margin == MARGIN
    assert step_of(SPEC.program, JoinWindows).scale == SCALE
    assert SPEC.outputs[0].shape == (1, SCALE * SIDE, SCALE * SIDE, 3)


def test_samples_are_windows_and_the_proof_is_their_corner() -> None:
    samples, proof = MODEL.samples(), MODEL.proven_on()
    assert samples.keys() == proof.keys()
    for photo, inputs in samples.items():
        corner = proof[photo]["image"]
        assert inputs["image"].shape == (1, SIDE, SIDE, 3)
        high, wide = corner.shape[1:3]
        assert np.array_equal(inputs["image"][:, :high, :wide], corner)


def test_the_source_still_answers_what_was_recorded() -> None:
    """ncnn itself, where it and the package with the weights are installed."""
    pytest.importorskip("ncnn")
    from edge_convert.reference import recorded

    files = source_files(SPEC.source)
    inputs, answers = recorded(SPEC)["chelsea"]
    made = MODEL.reference(files, inputs)["picture"]
    np.testing.assert_allclose(made, answers["picture"], atol=2e-3)


def test_weights_are_the_packages() -> None:
    tensors = MODEL.tensors(source_files(SPEC.source))
    for name, value in load_network(MODEL).state_dict().items():
        assert np.array_equal(tensors[name], value.numpy()), name
