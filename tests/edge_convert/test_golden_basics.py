from __future__ import annotations

from pathlib import Path

from edge_convert.golden_basics import make_basics
from edge_convert.golden_files import Files


def test_frames_of_every_layout_turn_and_range(tmp_path: Path) -> None:
    files = Files()
    basics = make_basics(tmp_path, files)
    frames = basics.frames
    assert {frame.layout for frame in frames} == {"i420", "nv21", "yuv_420_888", "bgra8888"}
    assert {frame.rotation for frame in frames} == {0, 90, 180, 270}
    assert {frame.span for frame in frames} == {"full", "limited"}
    assert {frame.mirror for frame in frames} == {True, False}
    assert any(frame.width % 2 and frame.height % 2 for frame in frames)
    for frame in frames:
        turned = frame.rotation in {90, 270}
        size = (frame.width, frame.height) if turned else (frame.height, frame.width)
        assert frame.rgb.shape == (*size, 3)
        assert all(path in files.contents for path in frame.planes)
        assert len(frame.planes) == len(frame.row_strides) == len(frame.pixel_strides)


def test_android_rows_have_gaps_but_for_the_last(tmp_path: Path) -> None:
    files = Files()
    frame = next(f for f in make_basics(tmp_path, files).frames if f.layout == "yuv_420_888")
    y, u, v = (len(files.contents[path]) for path in frame.planes)
    assert y == (frame.height - 1) * frame.row_strides[0] + frame.width
    high, wide = (frame.height + 1) // 2, (frame.width + 1) // 2
    assert u == v == (high - 1) * frame.row_strides[1] + 2 * wide - 1
