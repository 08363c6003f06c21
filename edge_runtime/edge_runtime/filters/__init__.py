"""Filters that know what is in the photo: recipes of stickers, backgrounds, light, weather.

::

    from edge_runtime.filters import Filter
    Filter.preset("sunny")(lens, "selfie.jpg")
"""

from __future__ import annotations

from edge_runtime.filters.filter import Filter
from edge_runtime.filters.scene import Scene

__all__ = ["Filter", "Scene"]
