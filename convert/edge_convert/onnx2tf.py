"""A PyTorch module to a float32 TFLite file by ONNX, onnx2tf and TensorFlow.

The second, independent converter.  It runs in a process of its own, by the Python that
``$POCKETLENS_ONNX2TF_PYTHON`` names or by this one, with sockets shut: it would fetch a
sample file from the internet, in whose place it finds one made of our photos.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from edge_calibration.datasets import CALIBRATION, photos
from edge_calibration.quiet import aside
from edge_convert.elastic import elastic
from edge_convert.flatbuffer import tidy
from edge_convert.layout import example_inputs, input_names, output_names
from edge_runtime.contract import Resize
from edge_runtime.errors import ConversionError
from edge_runtime.preprocess import fit

if TYPE_CHECKING:
    from torch import nn

    from edge_runtime.spec import ModelSpec, SizeHW

NAME = "onnx2tf"
PYTHON = "POCKETLENS_ONNX2TF_PYTHON"
SAMPLE = "calibration_image_sample_data_20x128x128x3_float32.npy"
_OPSET = 18
_SHUT = """\
import socket
def _shut(*_args, **_kwargs):
    raise OSError("conversion uses no network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = _shut
"""


def export(network: nn.Module, spec: ModelSpec, size_hw: SizeHW, out: Path) -> None:
    """Write the float32 TFLite file of a network for one input size.

    Raises ``ConversionError`` naming the model and the cause.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with aside(f"{spec.id}: ONNX export"), torch.no_grad():
            _write_onnx(network, spec, size_hw, place / "model.onnx")
        _prepare(place)
        _run(spec, place)
        made = (place / "out" / "model_float32.tflite").read_bytes()
    outputs = ["Identity", *(f"Identity_{n}" for n in range(1, len(spec.outputs)))]
    out.write_bytes(tidy(elastic(made), spec, input_names(spec), outputs))


def available() -> bool:
    """Whether onnx2tf can be run here."""
    try:
        return bool(os.environ.get(PYTHON) or version("onnx2tf"))
    except PackageNotFoundError:
        return False


def _write_onnx(network: nn.Module, spec: ModelSpec, size_hw: SizeHW, out: Path) -> None:
    image, *vectors = example_inputs(spec, size_hw)
    torch.onnx.export(
        network,
        (image.permute(0, 3, 1, 2), *vectors),
        str(out),
        input_names=input_names(spec),
        output_names=output_names(spec),
        opset_version=_OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )


def _prepare(place: Path) -> None:
    """The sample file, float32 [20, 128, 128, 3] in 0..1, and no way out."""
    resize = Resize(fit="stretch")
    taken = [
        fit(photo.rgb, resize, (128, 128))[0] for _, photo in list(photos(CALIBRATION))[:20]
    ]
    np.save(place / SAMPLE, np.concatenate(taken) / np.float32(255))
    (place / "sitecustomize.py").write_text(_SHUT, encoding="utf-8")


def _run(spec: ModelSpec, place: Path) -> None:
    if not available():
        raise ConversionError(
            f"{spec.id}: onnx2tf is not installed; pip install '.[onnx2tf]', or name a Python"
            f" that has it in ${PYTHON}"
        )
    command = [os.environ.get(PYTHON, sys.executable), "-m", "onnx2tf", "-i", "model.onnx"]
    vectors = [name for vector in spec.vectors for name in ("-kat", vector.name)]
    done = subprocess.run(  # noqa: S603  our own command
        [*command, "-o", "out", "-n", *vectors],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (place / "out" / "model_float32.tflite").exists():
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        cause = next((line for line in lines if "ERROR" in line), lines[-1] if lines else "?")
        raise ConversionError(f"{spec.id}: onnx2tf failed: {cause.strip()[:300]}")
