from __future__ import annotations

from pathlib import Path

import pytest

from edge_calibration.lint.reading import read_model_graph
from edge_runtime.errors import BundleError, BundleTampered, UnknownName


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.txt", b"", UnknownName, "unknown kind of model file of a.txt"),
        ("a.tflite", None, BundleError, "there is no model file"),
        ("a.tflite", b"no model", BundleError, "is not a TFLite file"),
        ("a.onnx", b"no model", BundleError, "is not an ONNX file"),
        ("a.mlpackage", b"no model", BundleTampered, "cannot be read"),
    ],
)
def test_what_is_no_model_is_refused(
    name: str, content: bytes | None, error: type[Exception], message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message):
        read_model_graph(tmp_path / name)
