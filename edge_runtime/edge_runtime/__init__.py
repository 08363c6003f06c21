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
    from edge_runtime.offline_queue import OfflineQueue
    from edge_runtime.outcomes import Degraded, Ok, Unavailable
    from edge_runtime.painting import Style
    from edge_runtime.pipeline import Lens
    from edge_runtime.predictor import Runtime
    from edge_runtime.remote import RemoteLens
    from edge_runtime.router import Router

__all__ = [
    "Bundle",
    "Degraded",
    "Lens",
    "Limits",
    "OfflineQueue",
    "Ok",
    "Photo",
    "PocketLensError",
    "RemoteLens",
    "Router",
    "Runtime",
    "Style",
    "Unavailable",
    "open_photo",
]
_HOMES = {
    "Bundle": "bundle",
    "Degraded": "outcomes",
    "Lens": "pipeline",
    "Limits": "images",
    "OfflineQueue": "offline_queue",
    "Ok": "outcomes",
    "Photo": "images",
    "PocketLensError": "errors",
    "RemoteLens": "remote",
    "Router": "router",
    "Runtime": "predictor",
    "Style": "painting",
    "Unavailable": "outcomes",
    "open_photo": "images",
}

if not TYPE_CHECKING:  # a type checker reads the imports above

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'edge_runtime' has no attribute {name!r}")
        return getattr(import_module(f"edge_runtime.{_HOMES[name]}"), name)
