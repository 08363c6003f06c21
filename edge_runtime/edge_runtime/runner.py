"""The commands that look at photos: one after the other, a bad one does not stop the rest."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from edge_runtime.batch import check_target, expand, is_folder, targets
from edge_runtime.commands import COMMANDS, TRANSPARENT
from edge_runtime.errors import NoAnswer, PhotoError
from edge_runtime.images import open_photo
from edge_runtime.outputs import write_picture
from edge_runtime.pipeline import Lens
from edge_runtime.predictor import Runtime
from edge_runtime.results import Timings
from edge_runtime.sayings import say
from edge_runtime.terminal import answer, complain, progress, readable
from edge_runtime.wire import outage_json, photo_json

if TYPE_CHECKING:
    from argparse import Namespace
    from contextlib import AbstractContextManager
    from pathlib import Path

    from edge_runtime.images import Photo
    from edge_runtime.results import Prediction

_NEED_OUT = {"background", "style", "super-resolution"}  # their answer is a picture


def run_task(args: Namespace) -> int:
    """One task on every photo; returns the exit status."""
    photos = expand(args.photos)
    outs = _outs(args, photos)
    if args.command == "style":
        args.style_picture = open_photo(args.style_image) if args.style_image else None
    failed = False
    with chosen_lens(args) as lens:
        for number, (path, out) in enumerate(zip(photos, outs, strict=True), start=1):
            progress(f"{number}/{len(photos)} {path}")
            try:
                _one(lens, args, path, out)
            except PhotoError as error:
                complain(error)
                failed = True
    return 1 if failed else 0


def chosen_lens(args: Namespace) -> AbstractContextManager[Any]:
    """The device's pipeline, or a router with its methods where a server is named."""
    lens = open_lens(args)
    if args.server is None:
        return nullcontext(lens)
    from edge_runtime.server_options import routed  # noqa: PLC0415  most commands need none

    return routed(lens, args)


def open_lens(args: Namespace) -> Lens:
    """The pipeline that the options of a command line ask for."""
    runtime = Runtime(
        variant=args.variant,
        threads=args.threads,
        backend=args.backend,
        accelerator=args.accelerator,
    )
    return Lens(args.bundle, runtime)


def predict(lens: Lens, args: Namespace, path: Path) -> tuple[Photo, Prediction[Any]]:
    """Open a photo and run the command's task on it; both are in the times.

    Where nobody answers, ``--json`` says so before ``NoAnswer`` is raised.
    """
    started = perf_counter()
    photo, given = _opened(args, path)
    decoded = Timings(decode=1000 * (perf_counter() - started))
    try:
        prediction = COMMANDS[args.command].predict(lens, given, args)
    except NoAnswer as error:
        if args.json and error.outcome is not None:
            answer(outage_json(args.command, readable(path), photo.size_wh, error.outcome))
        raise
    return photo, replace(prediction, ms=decoded + prediction.ms)


def _opened(args: Namespace, path: Path) -> tuple[Photo, Any]:
    """The photo, and what a lens or a router is given: a router has the file's bytes with it,
    because a small JPEG is sent as it is."""
    if args.server is None:
        photo = open_photo(path)
        return photo, photo
    from edge_runtime.remote.uploads import opened  # noqa: PLC0415  as in chosen_lens

    shown = opened(path)
    return shown.photo, shown


def _one(lens: Lens, args: Namespace, path: Path, out: Path | None) -> None:
    photo, prediction = predict(lens, args, path)
    if out is not None:
        write_picture(out, COMMANDS[args.command].paint(photo.rgb, prediction.value))
    if args.json:
        answer(photo_json(args.command, readable(path), photo.size_wh, prediction, out))
    else:
        answer(f"{path}: {say(prediction.value)}" + (f"\n  -> {out}" if out else ""))


def _outs(args: Namespace, photos: list[Path]) -> list[Path] | list[None]:
    """Where each picture goes; what cannot be written is refused before any work."""
    if args.out is None:
        if args.command in _NEED_OUT and not args.json:
            args.usage_error(f"{args.command} makes a picture: say where with -o OUT")
        return [None] * len(photos)
    if is_folder(args.out, args.photos):
        outs = targets(photos, args.out, COMMANDS[args.command].suffix(args))
    elif len(photos) == 1:
        outs = [args.out]
    else:
        args.usage_error(f"{len(photos)} photos need a folder: -o {args.out.with_suffix('')}")
    transparent = args.command == "background" and args.background == TRANSPARENT
    for photo, out in zip(photos, outs, strict=True):
        check_target(photo, out, transparent=transparent)
    return outs
