"""Words as people look for photos with, in the words that backgrounds are made of here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edge_runtime.backdrops import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

SCENES: Mapping[str, str] = {
    "abstract": "neon,waves",
    "beach": "tropical,waves",
    "birthday": "candy,confetti",
    "bright": "summer,rays",
    "christmas": "winter,bokeh",
    "city": "dusk,bokeh",
    "cloud": "sky,clouds",
    "cosmos": "galaxy,stars",
    "dark": "black,gradient",
    "dawn": "sunrise,clouds",
    "evening": "sunset,clouds",
    "fall": "autumn,bokeh",
    "flower": "spring,bokeh",
    "garden": "spring,bokeh",
    "gray": "grey",
    "heaven": "sky,rays",
    "hill": "forest,mountains",
    "jungle": "forest,bokeh",
    "lake": "ocean,mountains",
    "landscape": "sky,mountains",
    "light": "gold,bokeh",
    "love": "rose,bokeh",
    "milkyway": "galaxy,stars",
    "moon": "night,stars",
    "mountain": "dusk,mountains",
    "nature": "forest,bokeh",
    "office": "studio,bokeh",
    "party": "candy,confetti",
    "pattern": "pastel,dots",
    "pride": "rainbow,texture",
    "sand": "desert,texture",
    "sea": "ocean,waves",
    "snow": "winter,bokeh",
    "space": "galaxy,stars",
    "street": "dusk,bokeh",
    "sun": "summer,rays",
    "sunshine": "summer,rays",
    "tree": "forest,bokeh",
    "universe": "galaxy,stars",
    "violet": "purple",
    "wall": "studio,texture",
    "wallpaper": "pastel,texture",
    "water": "ocean,waves",
    "wood": "coffee,texture",
}


def our_words(text: str) -> str:
    """The words of ours with commas between, each once; one that is not known stays as it is,
    so that who paints it says so, and lists those there are.
    """
    parts = [part for part in re.split(r"[,\s]+", text.strip().casefold()) if part]
    found = [word for part in parts for word in _meant(part).split(",")]
    return ",".join(dict.fromkeys(found)) if set(found) <= set(WORDS) else ",".join(found)


def _meant(part: str) -> str:
    """Also of one more or one less than is known: ``flowers``, ``cloud``."""
    for word in (part, part.removesuffix("s"), f"{part}s"):
        if word in WORDS:
            return word
        if word in SCENES:
            return SCENES[word]
    return part
