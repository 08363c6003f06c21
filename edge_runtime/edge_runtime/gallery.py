"""A page of pictures: every task on every photo, to be looked at rather than read."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_runtime.outputs import write_bytes, write_picture

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_WIDTH = 480
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>PocketLens gallery</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
body {{ margin: 0 auto; max-width: 1500px; padding: 1rem 1.5rem; }}
section {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); }}
figure {{ margin: 0; }}
img {{ width: 100%; height: auto; border-radius: 6px; display: block;
  background: repeating-conic-gradient(#8884 0 25%, transparent 0 50%) 0 0 / 20px 20px; }}
figcaption {{ margin-top: .3rem; }}
small {{ opacity: .7; display: block; }}
</style>
<h1>PocketLens gallery</h1>
<p>What <code>edge-run</code> makes of these photos, with the models of the bundle
<code>{bundle}</code>.</p>
{sections}
</html>
"""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One picture of the page: uint8 RGB or RGBA, and what it shows."""

    photo: str
    task: str
    caption: str
    pixels: NDArray[np.uint8]


def write_gallery(tiles: Iterable[Tile], folder: Path, bundle: str) -> Path:
    """Write the pictures (480 px wide) and ``index.html`` into ``folder``; return the page.

    The page refers to nothing outside the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures: dict[str, list[str]] = {}
    for tile in tiles:
        name = f"{tile.photo}_{tile.task}.png"
        write_picture(folder / name, _fitted(tile.pixels))
        figures.setdefault(tile.photo, []).append(_figure(tile, name))
    sections = "\n".join(_section(photo, made) for photo, made in figures.items())
    page = folder / "index.html"
    write_bytes(page, _PAGE.format(bundle=html.escape(bundle), sections=sections).encode())
    return page


def _section(photo: str, figures: list[str]) -> str:
    return f"<h2>{html.escape(photo)}</h2>\n<section>\n{''.join(figures)}</section>"


def _figure(tile: Tile, name: str) -> str:
    task, caption = html.escape(tile.task), html.escape(tile.caption)
    picture = f'<img src="{html.escape(name)}" alt="{task} of {html.escape(tile.photo)}">'
    return (
        f"<figure>{picture}<figcaption>{task}<small>{caption}</small></figcaption></figure>\n"
    )


def _fitted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    if width <= _WIDTH:
        return pixels
    size = (_WIDTH, max(1, round(height * _WIDTH / width)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
