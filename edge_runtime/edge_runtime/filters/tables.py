"""What other runtimes of filters cannot derive: the mean face, the palettes, what there is.

``edge-run filter --tables`` writes ``mobile_assets/filters.tables.json``; the browser reads it,
since a bundle on a web server cannot be listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_runtime.backdrops.palettes import COLOURS, PALETTES
from edge_runtime.filters.canonical import FACE, INDICES, SPOTS

if TYPE_CHECKING:
    from edge_runtime.filters.library import Library


def tables_text(library: Library) -> str:
    """The tables as JSON, with the names of all recipes and all art of a library."""
    points = zip(INDICES.tolist(), FACE.tolist(), strict=True)
    tables = {
        "face": {
            "points": [{"landmark": number, "xyz": xyz} for number, xyz in points],
            "spots": SPOTS,
        },
        "backdrops": {"palettes": PALETTES, "colours": COLOURS},
        "recipes": library.recipes(),
        "art": library.arts(),
    }
    return msgspec.json.format(msgspec.json.encode(tables), indent=2).decode() + "\n"
