"""Models with a run of three lines, so that evaluations take milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge_calibration.datasets import photo_paths
from edge_calibration.evaluation import Sitting
from edge_calibration.reports.report import Measured, PhotosUsed, Report, VariantReport
from edge_calibration.verdict import Interval
from edge_calibration.waterfall import Step, Waterfall
from edge_runtime.pipeline import Lens
from edge_runtime.spec import Limit

Arrays = Mapping[str, np.ndarray]
Run = Callable[[Arrays], Arrays]


@pytest.fixture(scope="session")
def lens() -> Lens:
    return Lens()


@pytest.fixture(scope="session")
def sample_photos() -> list[tuple[str, Path]]:
    return list(photo_paths("samples").items())


class Segmenter:
    """Takes what is bright for a person, softly."""

    def __call__(self, lens: Lens, runs: Mapping[str, Run]) -> Sitting:
        spec = lens.bundle.entry("portrait-segmentation").spec
        return Sitting(spec=spec, lens=lens, runs=runs)

    @staticmethod
    def bright(inputs: Arrays) -> Arrays:
        grey = inputs["image"].mean(axis=3, keepdims=True) / 255
        return {"probability": (1 / (1 + np.exp(-12 * (grey - 0.5)))).astype(np.float32)}


@pytest.fixture(scope="session")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.fixture
def report() -> Report:
    """A report of two files, one of which fails."""
    measured = Measured(
        metric="smile_difference",
        title="difference of the probability of a smile",
        unit="",
        found=Interval(value=0.002, low=0.001, high=0.003, photos=12),
        limit=Limit(metric="smile_difference", most=0.03),
        verdict="PASS",
        photos={"b": 0.02, "a": 0.01},
    )
    steps = tuple(
        Step(stage=stage, cost=Interval(value=cost, low=cost, high=cost, photos=12))
        for stage, cost in (("resizing", 0.02), ("quantisation", 0.01))
    )
    good = VariantReport(
        format="tflite",
        variant="weight_only_wi8_afp32",
        sha256="a" * 64,
        bytes=241_576,
        ships=True,
        verdict="PASS",
        metrics=(measured,),
        waterfall=Waterfall(
            metric="smile_difference", unit="", photos=12, steps=steps, whole=0.03
        ),
        bytes_ratio=0.292,
        latency_ratio=1.0,
    )
    bad = msgspec.structs.replace(
        good, format="coreml", variant="fp16", verdict="FAIL", waterfall=None
    )
    return Report(
        model="smile",
        title="Smiles",
        version="1.0.0",
        reference="PyTorch module",
        photos=PhotosUsed(
            dataset="evaluation",
            sha256="b" * 64,
            used=12,
            views=14,
            skipped=("broken.jpg: not an image",),
        ),
        seed=0,
        variants=(good, bad),
    )
