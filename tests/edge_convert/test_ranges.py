from __future__ import annotations

from pathlib import Path

import pytest

from edge_convert.ranges import RangesFile, combined, read_ranges, write_ranges
from edge_runtime.errors import ConversionError

CONTENT = RangesFile(
    model="tiny",
    version="1.0.0",
    converter="litert-torch",
    dataset="calibration",
    photos=3,
    ranges={"a": (0.0, 254.0), "b": (-1.0, 0.9922)},
)


def test_ranges_cover_every_photo_and_are_rounded() -> None:
    seen = [{"b": (-1.0, 2.123456), "a": (0.0, 1.0)}, {"b": (-3.0, 1.0), "a": (0.5, 0.25)}]
    assert combined(seen) == {"a": (0.0, 1.0), "b": (-3.0, 2.123)}
    assert list(combined(seen)) == ["a", "b"]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "tiny.json"
    write_ranges(path, CONTENT)
    assert read_ranges(path, "tiny", "litert-torch") == CONTENT.ranges
    first = path.read_bytes()
    write_ranges(path, CONTENT)
    assert path.read_bytes() == first


def test_no_file_is_no_ranges(tmp_path: Path) -> None:
    assert read_ranges(tmp_path / "none.json", "tiny", "litert-torch") is None


def test_ranges_of_another_converters_graph_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "tiny.json"
    write_ranges(path, CONTENT)
    with pytest.raises(ConversionError, match=r"by litert-torch; run 'edge-convert calibrate"):
        read_ranges(path, "tiny", "onnx2tf")


@pytest.mark.parametrize("text", ["", "{", '{"model": 1}', '{"model": "tiny"}'])
def test_a_damaged_file_says_what_to_do(text: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.json"
    path.write_text(text)
    with pytest.raises(ConversionError, match="run 'edge-convert calibrate tiny'"):
        read_ranges(path, "tiny", "litert-torch")
