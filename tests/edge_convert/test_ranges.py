from __future__ import annotations

from pathlib import Path

import pytest

from edge_convert.ranges import RangesFile, combined, read_ranges, write_ranges
from edge_runtime.errors import ConversionError

CONTENT = RangesFile(
    model="a",
    version="1",
    converter="litert-torch",
    dataset="calibration",
    photos=2,
    ranges={"x": (-1.0, 2.0)},
)


def test_a_range_covers_all_photos_in_four_digits() -> None:
    seen = [{"b": (0.0, 1.23456), "a": (-2.0, 1.0)}, {"b": (-0.5, 1.0), "a": (0.0, 3.0)}]
    assert combined(seen) == {"a": (-2.0, 3.0), "b": (-0.5, 1.235)}
    assert list(combined(seen)) == ["a", "b"]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    assert read_ranges(path, "a", "litert-torch") is None
    write_ranges(path, CONTENT)
    assert read_ranges(path, "a", "litert-torch") == CONTENT.ranges


@pytest.mark.parametrize(("model", "converter"), [("b", "litert-torch"), ("a", "onnx2tf")])
def test_another_graphs_ranges_are_refused(tmp_path: Path, model: str, converter: str) -> None:
    write_ranges(tmp_path / "a.json", CONTENT)
    with pytest.raises(ConversionError, match=f"edge-convert calibrate {model}"):
        read_ranges(tmp_path / "a.json", model, converter)


def test_a_broken_file_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(ConversionError, match="edge-convert calibrate a"):
        read_ranges(tmp_path / "a.json", "a", "litert-torch")
