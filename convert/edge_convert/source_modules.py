"""Packages that hold a source's own runtime, imported only to answer for an import."""

from __future__ import annotations

import importlib
from importlib import metadata
from typing import Any

from edge_runtime.errors import WeightsError


def source_module(package: str, version: str = "") -> Any:
    """The package's module, at that version where one is given.

    Raises ``WeightsError`` where it is not installed, or is another version.
    """
    wanted = f"{package}=={version}" if version else package
    try:
        found = metadata.version(package)
    except metadata.PackageNotFoundError:
        found = ""
    if not found or (version and found != version):
        raise WeightsError(
            f"the source's own runtime, {wanted}, is not installed: pip install {wanted}"
        )
    return importlib.import_module(package)
