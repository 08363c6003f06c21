"""A page of pictures: every task on every photo, to be looked at rather than read."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import cv2
import msgspec
import numpy as np

from edge_runtime import drawing
from edge_runtime.batch import expand
from edge_runtime.errors import PhotoError
from edge_runtime.images import open_photo
from edge_runtime.outputs import write_bytes, write_picture
from edge_runtime.painting import Style
from edge_runtime.pipeline import Lens
from edge_runtime.runner import open_lens
from edge_runtime.sayings import say
from edge_runtime.terminal import answer, complain, progress, readable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.results import Mask, Prediction

_WIDTH = 480
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>PocketLens gallery</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
body {{ margin: 0 auto; max-width: 1500px; padding: 1rem 1.5rem; }}
section {{ display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); }}
figure {{ margin: 0; }}
img {{ width: 100%; height: auto; border-radius: 6px; display: block;
  background: repeating-conic-gradient(#8884 0 25%, transparent 0 50%) 0 0 / 20px 20px; }}
figcaption {{ margin-top: .3rem; }}
small {{ opacity: .7; display: block; white-space: pre-line; }}
</style>
<h1>PocketLens gallery</h1>
<p>What <code>edge-run</code> makes of these photos.</p>
{sections}
</html>
"""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One picture of the page: uint8 grey, RGB or RGBA, and what it shows."""

    photo: str
    task: str
    caption: str
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class Shown:
    """A task of the page: what it is called, how it runs, how its value is painted."""

    title: str
    run: Callable[[Lens, Photo], Prediction[Any]]
    paint: Callable[[NDArray[np.uint8], Any], NDArray[np.uint8]]


def _itself(_rgb: NDArray[np.uint8], value: Any) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = value.pixels
    return pixels


def _grey(_rgb: NDArray[np.uint8], mask: Mask) -> NDArray[np.uint8]:
    return (mask.probability * 255 + np.float32(0.5)).astype(np.uint8)


def _behind(what: str) -> Shown:
    return Shown(f"background {what}", lambda lens, p: lens.background(p, what), _itself)


def _painted(title: str, style: Style) -> Shown:
    return Shown(title, lambda lens, p: lens.style(p, style), _itself)


OF_PEOPLE = (
    Shown("segment", Lens.segment, _grey),
    _behind("transparent"),
    _behind("rainbow,texture"),
    _behind("sunset,gradient"),
    _behind("blur"),
    Shown("faces", Lens.faces, drawing.draw_faces),
    Shown("landmarks", Lens.landmarks, drawing.draw_landmarks),
    Shown("smile", Lens.smile, drawing.draw_smiles),
)
OF_ALL = (
    Shown("detect", Lens.detect, drawing.draw_objects),
    Shown("classify", Lens.classify, drawing.draw_labels),
    _painted("style 7", Style(mix="7")),
    _painted("style 3:0.5,12:0.5, colours kept", Style(mix="3:0.5,12:0.5", keep_colours=True)),
)


def run_gallery(args: Namespace) -> int:
    """Write the page; a photo that cannot be used is passed over.  Returns the status."""
    failures: list[PhotoError] = []
    photos = expand(args.photos)
    tiles = _tiles(open_lens(args), photos, failures)
    page = write_gallery(tiles, args.out)
    said = {"page": readable(page), "photos": len(photos) - len(failures)}
    answer(msgspec.json.encode(said).decode() if args.json else str(page))
    return 1 if failures else 0


def _tiles(lens: Lens, paths: list[Path], failures: list[PhotoError]) -> Iterator[Tile]:
    for path in paths:
        try:
            yield from tiles_of(lens, path)
        except PhotoError as error:
            complain(error)
            failures.append(error)


def tiles_of(lens: Lens, path: Path) -> Iterator[Tile]:
    """The photo, then every task on it; those of people only where there is a face."""
    photo = open_photo(path)
    yield Tile(photo=path.stem, task="photo", caption=path.name, pixels=photo.rgb)
    people = OF_PEOPLE if lens.faces(photo).value.faces else ()
    for shown in (*people, *OF_ALL):
        progress(f"{path.stem}: {shown.title}")
        made = shown.run(lens, photo)
        took = made.ms.preprocess + made.ms.run + made.ms.postprocess
        caption = f"{say(made.value)}\n{made.model}, {made.variant}, {took:.0f} ms"
        pixels = shown.paint(photo.rgb, made.value)
        yield Tile(photo=path.stem, task=shown.title, caption=caption, pixels=pixels)


def write_gallery(tiles: Iterable[Tile], folder: Path) -> Path:
    """Write the pictures (480 px wide) and ``index.html`` into ``folder``; return the page.

    The page refers to nothing outside the folder.
    """
    figures: dict[str, list[str]] = {}
    for tile in tiles:
        name = f"{tile.photo}-{len(figures.get(tile.photo, ())):02}.png"
        write_picture(folder / name, _fitted(tile.pixels))
        figures.setdefault(tile.photo, []).append(_figure(tile, name))
    sections = "\n".join(_section(photo, made) for photo, made in figures.items())
    page = folder / "index.html"
    write_bytes(page, readable(_PAGE.format(sections=sections)).encode())
    return page


def _section(photo: str, figures: list[str]) -> str:
    return f"<h2>{html.escape(photo)}</h2>\n<section>\n{''.join(figures)}</section>"


def _figure(tile: Tile, name: str) -> str:
    task, caption = html.escape(tile.task), html.escape(tile.caption)
    picture = (
        f'<img src="{quote(os.fsencode(name))}" alt="{task} of {html.escape(tile.photo)}">'
    )
    return (
        f"<figure>{picture}<figcaption>{task}<small>{caption}</small></figcaption></figure>\n"
    )


def _fitted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    if width <= _WIDTH:
        return pixels
    size = (_WIDTH, max(1, round(height * _WIDTH / width)))
    smaller = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return cast("NDArray[np.uint8]", smaller)
