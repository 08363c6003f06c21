"""Which reader opens which file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_calibration.lint.coreml_file import read_coreml
from edge_calibration.lint.onnx_file import read_onnx
from edge_calibration.lint.tflite_file import read_tflite
from edge_runtime.errors import BundleError, UnknownName

if TYPE_CHECKING:
    from pathlib import Path

    from edge_calibration.lint.model_graph import ModelGraph

READERS = {".tflite": read_tflite, ".mlpackage": read_coreml, ".onnx": read_onnx}


def read_model_graph(path: Path) -> ModelGraph:
    """Read a ``.tflite`` file, an ``.mlpackage`` or an ``.onnx`` file.

    Raises ``UnknownName`` for another suffix and ``BundleError`` for what cannot be read.
    """
    if path.suffix not in READERS:
        raise UnknownName(f"kind of model file of {path.name}", path.suffix, READERS)
    if not path.exists():
        raise BundleError(f"there is no model file {path}: name one that exists")
    return READERS[path.suffix](path)
