"""``edge-run``: the app's pipeline at a command line.

Results go to standard output, progress and errors to standard error; exit 0 when every
photo gave a result, 1 otherwise, 2 for a command that cannot be understood.
"""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from edge_runtime.exiting import status_of
from edge_runtime.filters import options as filter_options
from edge_runtime.video import options as video_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_runtime.spec import SizeHW

TASKS = {
    "segment": "where a person is: 8-bit grey, 255 * probability",
    "background": "the person in front of another background",
    "faces": "faces, with boxes and six points",
    "landmarks": "468 points on each face",
    "smile": "how likely each face smiles, and looks otherwise",
    "style": "the photo painted in a style",
    "super-resolution": "the photo twice or four times as large, with detail",
    "classify": "what the photo shows: the five best labels",
    "detect": "objects, with boxes",
}

RUNNERS = {
    "models": ("edge_runtime.listing", "run_models"),
    "bench": ("edge_runtime.bench", "run_bench"),
    "gallery": ("edge_runtime.gallery", "run_gallery"),
    "filter": ("edge_runtime.filters.command", "run_filter"),
    "video": ("edge_runtime.video.command", "run_video"),
    "canary": ("edge_runtime.canary_table", "run_canary"),
    "dump": ("edge_runtime.doctor.writing", "run_dump"),
    "doctor": ("edge_runtime.doctor.command", "run_doctor"),
    "parity": ("edge_runtime.remote.parity", "run_parity"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit status."""
    return status_of(lambda: _run(argv), "edge-run")


def _run(argv: Sequence[str] | None) -> int:
    """Load what the command needs, and only that: ``--help`` needs no model."""
    parser = _parser()
    args = parser.parse_args(argv)
    args.usage_error = parser.error
    module, function = RUNNERS.get(args.command, ("edge_runtime.runner", "run_task"))
    return int(getattr(import_module(module), function)(args))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="edge-run", description="PocketLens: the models of the app, on photos."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for task, what in TASKS.items():
        _task_options(commands.add_parser(task, help=what, description=what), task)
    for name, (what, add_options) in OTHERS.items():
        add_options(commands.add_parser(name, help=what, description=what))
    return parser


def _gallery_options(parser: argparse.ArgumentParser) -> None:
    _photos(parser)
    parser.add_argument("-o", "--out", type=Path, required=True, help="the page's folder")
    _runtime_options(parser)


def _video_options(parser: argparse.ArgumentParser) -> None:
    video_options.add_options(parser, _positive)
    _runtime_options(parser)


def _filter_options(parser: argparse.ArgumentParser) -> None:
    filter_options.add_options(parser)
    _runtime_options(parser)


def _photos(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "photos", nargs="+", type=Path, metavar="PHOTO", help="photos, or folders of photos"
    )


def _reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the folder of the models")


def _runtime_options(parser: argparse.ArgumentParser) -> None:
    _reading_options(parser)
    parser.add_argument("--variant", help="the variant of the model (the one that ships)")
    parser.add_argument("--threads", type=_positive, default=1, help="CPU threads (1)")
    _backend_options(parser, "litert")


def _backend_options(parser: argparse.ArgumentParser, usual: str) -> None:
    parser.add_argument(
        "--backend",
        default=usual,
        help=f"what runs the model: litert, onnx, coreml, or auto: the fastest that is right "
        f"({usual})",
    )
    parser.add_argument(
        "--accelerator",
        help="of the backend: cpu, gpu, cuda, auto... (its first; with auto, any)",
    )


def _task_options(parser: argparse.ArgumentParser, task: str) -> None:
    _photos(parser)
    parser.add_argument(
        "-o", "--out", type=Path, help="a .png, .jpg or .webp, or a folder for many photos"
    )
    parser.add_argument("--model", metavar="ID", help="another model than the task's own")
    _runtime_options(parser)
    _server_options(parser)
    if task == "background":
        _background_options(parser)
    elif task == "style":
        _style_options(parser)
    elif task == "super-resolution":
        parser.add_argument(
            "--scale", type=int, choices=(2, 4), default=4, help="times as large (4)"
        )


def _server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--server", metavar="URL", help="a PocketLens server; its key is in POCKETLENS_KEY"
    )
    parser.add_argument(
        "--policy",
        choices=("device-first", "server-first", "device-only", "fastest", "best-quality"),
        default="device-first",
        help="which of the two is asked, where a server is named (device-first)",
    )


def _background_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--background",
        default="transparent",
        metavar="WHAT",
        help="transparent, white, a CSS colour, blur, a picture's path, or words such as "
        "rainbow,texture (transparent)",
    )


def _style_options(parser: argparse.ArgumentParser) -> None:
    _mix_options(parser)
    parser.add_argument("--strength", type=_share, default=1.0, help="0..1 of the style (1)")
    parser.add_argument("--keep-colours", action="store_true", help="keep the photo's own")


def _mix_options(parser: argparse.ArgumentParser) -> None:
    style = parser.add_mutually_exclusive_group()
    style.add_argument("--style", default="0", help="a style, or a mix: 3:0.5,12:0.5 (0)")
    style.add_argument("--style-image", type=Path, metavar="PIC", help="a picture as style")
    parser.add_argument(
        "--size", type=_size, help="what it is painted at: 512, or 640x480 (the model's own)"
    )


def _bench_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="*", metavar="MODEL", help="model ids (all)")
    _reading_options(parser)
    parser.add_argument("--video", action="store_true", help="the tasks on frames of a video")
    parser.add_argument("--photo", type=Path, help="a photo with a face (a made-up one)")
    parser.add_argument("--variant", help="only this variant (all that are there)")
    parser.add_argument(
        "--threads", type=_positive, nargs="+", default=[1, 2], help="thread counts (1 2)"
    )
    parser.add_argument(
        "--rounds", type=_positive, default=30, help="repetitions, of which the median (30)"
    )


def _canary_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="*", metavar="MODEL", help="model ids (all)")
    _reading_options(parser)
    parser.add_argument("--variant", help="the variant of the model (the one that ships)")
    parser.add_argument("--threads", type=_positive, default=1, help="CPU threads (1)")
    _backend_options(parser, "auto")
    parser.add_argument("--again", action="store_true", help="try all anew, crashed ones too")
    parser.add_argument(
        "--deadline", type=_positive, default=60, help="seconds for each to load and run (60)"
    )


def _dump_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="a photo")
    parser.add_argument("--model", required=True, metavar="ID", help="the model that is run")
    parser.add_argument("-o", "--out", type=Path, required=True, help="a .zip, or a folder")
    parser.add_argument("--keep-photo", action="store_true", help="put the photo into it")
    _mix_options(parser)
    _runtime_options(parser)


def _doctor_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="BUNDLE",
        help="the app's bundle (the installed)",
    )
    parser.add_argument(
        "dump", type=Path, metavar="DUMP", help="the app's dump, .zip or folder"
    )
    parser.add_argument("--photo", type=Path, help="the photo, if the dump does not have it")
    parser.add_argument("--style-image", type=Path, metavar="PIC", help="the style's picture")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _parity_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        type=Path,
        metavar="DUMP|PHOTO",
        help="the app's dump, .zip or folder; or a photo, with --model",
    )
    parser.add_argument(
        "--server",
        metavar="URL",
        required=True,
        help="a PocketLens server; its key is in POCKETLENS_KEY",
    )
    parser.add_argument("--model", metavar="ID", help="run this on the photo, and send that")
    parser.add_argument("--photo", type=Path, help="the photo, if the dump does not have it")
    parser.add_argument(
        "--teacher", action="store_true", help="also compare with a heavy model of the task"
    )
    _runtime_options(parser)


def _positive(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,3}", text):
        _refuse(f"{text!r} is not a number from 1 to 9999")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        _refuse(f"{text!r} is not a number")
    if not 0 <= value <= 1:
        _refuse(f"{text} is not between 0 and 1")
    return value


def _size(text: str) -> SizeHW:
    found = re.fullmatch(r"([1-9]\d{0,3})(?:x([1-9]\d{0,3}))?", text)
    if not found:
        _refuse(f"{text!r} is not a size such as 512 or 640x480")
    width = int(found[1])
    return (int(found[2] or width), width)


def _refuse(why: str) -> NoReturn:
    raise argparse.ArgumentTypeError(why)


OTHERS = {
    "gallery": ("every task on photos, as a page", _gallery_options),
    "video": ("a task on every frame of a video or a camera", _video_options),
    "filter": (
        "stickers, backgrounds, light and weather by what is in the photo",
        _filter_options,
    ),
    "models": ("the models of the bundle", _reading_options),
    "bench": ("how long models and pipelines take", _bench_options),
    "canary": ("what runs each model here, rightly and fast", _canary_options),
    "dump": ("what every step of a model gives", _dump_options),
    "doctor": ("what is wrong with an app's dump", _doctor_options),
    "parity": ("a dump, held against a server", _parity_options),
}
