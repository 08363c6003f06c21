"""``edge-run video``: a film or a camera in, a film out."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from edge_runtime.batch import same_file
from edge_runtime.errors import VideoError
from edge_runtime.runner import open_lens
from edge_runtime.terminal import answer, complain, progress, readable
from edge_runtime.video.interruption import stopping
from edge_runtime.video.painters import Wish, painter
from edge_runtime.video.places import camera, place_of
from edge_runtime.video.watching import Watcher

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from threading import Event

    from edge_runtime.video.places import Place
    from edge_runtime.video.reading import Reader
    from edge_runtime.video.recording import Ending

_INTERRUPTED = 130
_TELL_SECONDS = 1.0
_BELONGS = {"background": "background", "preset": "filter", "recipe": "filter"}


def run_video(args: Namespace) -> int:
    """One film; returns the exit status: 1 where it is not whole, 130 where a file was
    stopped by Ctrl-C (a camera's film has no other end)."""
    _check_options(args)
    require_av()
    place = _place(args)
    _check_target(place, args.out)
    with stopping() as stop:
        reader = _opened(place, args)
        try:
            ending = _recorded(reader, args, stop)
        finally:
            reader.close()
    _report(reader, args, ending)
    if ending.problem is not None:
        complain(f"{ending.problem}; what there was of it is in {args.out}")
        return 1
    return _INTERRUPTED if ending.stopped and not reader.live else 0


def _check_options(args: Namespace) -> None:
    """What another task than the chosen one would be told is not left out in silence."""
    for name, task in _BELONGS.items():
        if getattr(args, name) is not None and args.task != task:
            args.usage_error(f"--{name} goes with --task {task}, not with {args.task}")


def require_av() -> None:
    """Raise ``VideoError`` where PyAV is not installed."""
    if find_spec("av") is None:
        raise VideoError("videos need PyAV: pip install 'pocketlens[video]'")


def _place(args: Namespace) -> Place:
    if (args.video is None) == (args.camera is None):
        args.usage_error("name a video, or a camera with --camera N")
    return place_of(args.video) if args.camera is None else camera(args.camera)


def _check_target(place: Place, out: Path) -> None:
    """What cannot be written is refused before any work."""
    from edge_runtime.video.writing import format_of  # noqa: PLC0415  needs PyAV

    format_of(out)
    if place.address.startswith("file:") and same_file(Path(place.name), out):
        raise VideoError(f"{out} is the video itself: choose another name with -o")


def _opened(place: Place, args: Namespace) -> Reader:
    from edge_runtime.video.reading import Reader  # noqa: PLC0415  needs PyAV

    return Reader(place, sound=not args.no_audio)


def _recorded(reader: Reader, args: Namespace, stop: Event) -> Ending:
    from edge_runtime.video.recording import Recording  # noqa: PLC0415  needs PyAV
    from edge_runtime.video.writing import Writer  # noqa: PLC0415  likewise

    size_wh = reader.form.size_wh
    wanted, paint = painter(_wish(args), size_wh)
    watcher = Watcher(open_lens(args), wanted, size_wh)
    recording = Recording(
        reader=reader,
        watcher=watcher,
        paint=paint,
        writer=Writer(args.out, reader.form, reader.sound, live=reader.live),
        stop=stop,
        seconds=args.seconds,
        seen=_teller(reader),
    )
    return recording.run()


def _wish(args: Namespace) -> Wish:
    return Wish(
        task=args.task,
        background=args.background or "blur",
        preset=args.preset,
        recipe=args.recipe,
        model=args.model,
        every=args.detect_every,
        smooth=not args.raw,
        bundle=args.bundle,
    )


def _teller(reader: Reader) -> Callable[[int], None]:
    """Says once a second how far it is."""
    started = told = monotonic()

    def tell(frames: int) -> None:
        nonlocal told
        now = monotonic()
        if now - told >= _TELL_SECONDS:
            told = now
            of = f"/{reader.expected}" if reader.expected else ""
            progress(f"{frames}{of} frames, {frames / (now - started):.1f} a second")

    return tell


def _report(reader: Reader, args: Namespace, ending: Ending) -> None:
    if args.json:
        said = {
            "task": args.task,
            "input": readable(reader.name),
            "output": readable(args.out),
            "size": reader.form.size_wh,
            "complete": ending.problem is None and not (ending.stopped and not reader.live),
        }
        answer(msgspec.json.encode(said | asdict(ending)).decode())
        return
    ms = ", ".join(f"{name} {spent:.1f}" for name, spent in ending.ms.items())
    dropped = f", {ending.dropped} dropped" if ending.dropped else ""
    answer(
        f"{reader.name}: {ending.frames} frames{dropped}, {ending.fps:.1f} a second ({ms} ms)\n"
        f"  -> {args.out}"
    )
