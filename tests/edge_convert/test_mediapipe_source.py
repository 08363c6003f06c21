from __future__ import annotations

from edge_convert.mediapipe_source import mediapipe


def test_a_source_is_a_file_of_the_wheel() -> None:
    source = mediapipe("face/a.tflite", "0" * 64, "https://example.org")
    assert (source.package, source.version) == ("mediapipe", "0.10.21")
    assert source.files[0].path == "mediapipe/modules/face/a.tflite"
