"""Filters that know what is in the photo: recipes of stickers, backgrounds, light, weather.

::

    from edge_runtime.filters import Filter
    Filter.preset("sunny")(lens, "selfie.jpg")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_runtime.filters.filter import Filter
    from edge_runtime.filters.scene import Scene

__all__ = ["Filter", "Scene"]
_HOMES = {"Filter": "filter", "Scene": "scene"}

if not TYPE_CHECKING:  # a type checker reads the imports above

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'edge_runtime.filters' has no attribute {name!r}")
        return getattr(import_module(f"edge_runtime.filters.{_HOMES[name]}"), name)
