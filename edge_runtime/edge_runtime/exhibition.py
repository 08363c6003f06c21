"""``edge-run gallery``: every task on photos, as a page of pictures."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from edge_runtime.batch import expand
from edge_runtime.commands import COMMANDS
from edge_runtime.errors import PhotoError
from edge_runtime.gallery import Tile, write_gallery
from edge_runtime.images import open_photo
from edge_runtime.runner import open_lens
from edge_runtime.sayings import say
from edge_runtime.terminal import answer, complain, progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edge_runtime.images import Photo
    from edge_runtime.pipeline import Lens

_STYLE = {"style": "0", "style_picture": None, "strength": 1.0, "keep_colours": False}
SHOWN: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("segment", "segment", {}),
    ("background", "background transparent", {"background": "transparent"}),
    ("background", "background rainbow,texture", {"background": "rainbow,texture"}),
    ("background", "background blur", {"background": "blur"}),
    ("faces", "faces", {}),
    ("landmarks", "landmarks", {}),
    ("smile", "smile", {}),
    ("style", "style 7", {**_STYLE, "style": "7", "size": (512, 512)}),
    ("style", "style mix", {**_STYLE, "style": "3:0.5,12:0.5", "size": (512, 512)}),
    ("classify", "classify", {}),
    ("detect", "detect", {}),
)
"""Command, caption, and the options that its parser would have set."""


def run_gallery(args: Namespace) -> int:
    """Write the page; a photo that cannot be used is passed over.  Returns the status."""
    lens = open_lens(args)
    failures: list[PhotoError] = []
    tiles = _tiles(lens, expand(args.photos), failures)
    answer(str(write_gallery(tiles, args.out, str(lens.bundle.folder))))
    return 1 if failures else 0


def _tiles(lens: Lens, photos: list[Path], failures: list[PhotoError]) -> Iterator[Tile]:
    for path in photos:
        try:
            photo = open_photo(path)
        except PhotoError as error:
            complain(error)
            failures.append(error)
        else:
            yield Tile(photo=path.stem, task="photo", caption=path.name, pixels=photo.rgb)
            for command, title, options in SHOWN:
                progress(f"{path.name}: {title}")
                yield _tile(lens, photo, path.stem, (command, title, options))


def _tile(lens: Lens, photo: Photo, stem: str, shown: tuple[str, str, dict[str, Any]]) -> Tile:
    name, title, options = shown
    command = COMMANDS[name]
    prediction = command.predict(lens, photo, Namespace(model=None, **options))
    pixels = command.paint(photo.rgb, prediction.value)
    return Tile(photo=stem, task=title, caption=say(prediction.value), pixels=pixels)
