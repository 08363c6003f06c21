from __future__ import annotations

import msgspec
import numpy as np
import pytest

from edge_runtime import free_memory
from edge_runtime.bundle import Bundle
from edge_runtime.errors import BundleTampered, PocketLensError, UnknownName
from edge_runtime.predictor import Predictor, Runtime
from edge_runtime.spec import FaceDetection, Manifest, ObjectDetection, StyleTransfer

BUNDLE = Bundle.open()
ENTRY = BUNDLE.entry("face-detection-short")


def test_each_stage_is_timed_and_what_ran_is_said() -> None:
    predictor = Predictor(BUNDLE, ENTRY, FaceDetection)
    made = predictor.predict(np.zeros((48, 64, 3), np.uint8))
    assert (made.model, made.variant) == ("face-detection-short", ENTRY.spec.ships["tflite"])
    assert made.value.faces == ()
    assert min(made.ms.preprocess, made.ms.run, made.ms.postprocess) > 0


def test_a_model_of_another_kind_lists_those_that_fit() -> None:
    with pytest.raises(UnknownName, match="known: object-detection"):
        Predictor(BUNDLE, ENTRY, ObjectDetection)


def test_an_unknown_backend_or_variant_lists_the_known() -> None:
    with pytest.raises(UnknownName, match="litert"):
        Runtime(backend="cuda")
    with pytest.raises(PocketLensError, match=ENTRY.spec.ships["tflite"]):
        Predictor(BUNDLE, ENTRY, FaceDetection, Runtime(variant="int2"))


def test_a_size_that_memory_does_not_hold_is_refused_before_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(free_memory, "free_bytes", lambda: 16 * 10**9)
    entry = BUNDLE.entry("style-transfer")
    with pytest.raises(
        PocketLensError, match=r"style-transfer at 4096x4000 takes about 24\.6 GB"
    ):
        Predictor(BUNDLE, entry, StyleTransfer, size_hw=(4000, 4096))
    assert Predictor(BUNDLE, entry, StyleTransfer, size_hw=(64, 32)).size_hw == (64, 32)


def test_labels_that_do_not_fit_the_output_are_refused() -> None:
    entry = BUNDLE.entry("object-detection")
    spec = msgspec.structs.replace(entry.spec, labels="expressions.txt")
    digest = BUNDLE.entry("smile").labels_sha256
    entry = msgspec.structs.replace(entry, spec=spec, labels_sha256=digest)
    bundle = Bundle(BUNDLE.folder, Manifest(models=(entry,)))
    with pytest.raises(BundleTampered, match="7 labels, object-detection 80 classes"):
        Predictor(bundle, entry, ObjectDetection)
