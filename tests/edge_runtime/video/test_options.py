from __future__ import annotations

import argparse

import pytest

from edge_runtime.video.options import add_options


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser, int)
    return parser.parse_args(words)


def test_what_is_not_said_is_usual() -> None:
    args = parsed("a.mp4", "-o", "b.mp4")
    assert (args.video, args.camera, args.task) == ("a.mp4", None, "background")
    assert args.background is None  # which is blurred, where the task asks for one
    assert not args.no_audio
    assert not args.raw


def test_a_camera_instead_of_a_video() -> None:
    args = parsed("--camera", "0", "-o", "b.mp4", "--seconds", "2.5")
    assert (args.video, args.camera, args.seconds) == (None, 0, 2.5)


@pytest.mark.parametrize(
    "words",
    [
        ["a.mp4"],
        ["a.mp4", "-o", "b.mp4", "--task", "juggle"],
        ["a.mp4", "-o", "b.mp4", "--seconds", "0"],
        ["a.mp4", "-o", "b.mp4", "--seconds", "soon"],
        ["a.mp4", "-o", "b.mp4", "--seconds", "nan"],
    ],
)
def test_nonsense_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(*words)
