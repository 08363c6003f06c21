"""The pipeline of the app, in Python: photo in, result out.

::

    from edge_runtime import Lens
    lens = Lens()
    print(lens.smile("selfie.jpg").value.faces)

What is named here is the public interface; it is loaded when it is first used, so that
importing a module of the package costs that module.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_runtime.bundle import Bundle
    from edge_runtime.errors import PocketLensError
    from edge_runtime.images import Limits, Photo, open_photo
    from edge_runtime.painting import Style
    from edge_runtime.pipeline import Lens
    from edge_runtime.predictor import Runtime

__all__ = [
    "Bundle",
    "Lens",
    "Limits",
    "Photo",
    "PocketLensError",
    "Runtime",
    "Style",
    "open_photo",
]
_HOMES = {
    "Bundle": "bundle",
    "Lens": "pipeline",
    "Limits": "images",
    "Photo": "images",
    "PocketLensError": "errors",
    "Runtime": "predictor",
    "Style": "painting",
    "open_photo": "images",
}

if not TYPE_CHECKING:  # a type checker reads the imports above

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'edge_runtime' has no attribute {name!r}")
        return getattr(import_module(f"edge_runtime.{_HOMES[name]}"), name)
