"""Where the bundle of models lies."""

from __future__ import annotations

import os
from pathlib import Path

from edge_runtime.errors import BundleNotFound

VARIABLE = "POCKETLENS_BUNDLE"
MANIFEST = "manifest.json"
_PACKAGE = Path(__file__).parent


def find_bundle(given: Path | None = None) -> Path:
    """The folder that holds ``manifest.json``.

    Looked for in this order: what is given, ``$POCKETLENS_BUNDLE``, the bundle inside the
    installed package, ``mobile_assets`` of the checkout.  What is named but is not there
    is an error, not a reason to look further.  Raises ``BundleNotFound``.
    """
    variable = os.environ.get(VARIABLE)
    named = given or (Path(variable) if variable else None)
    places = [named] if named else [_PACKAGE / "_bundle", _PACKAGE.parents[1] / "mobile_assets"]
    for place in places:
        if (place / MANIFEST).is_file():
            return place
    raise BundleNotFound(
        f"no {MANIFEST} in {' or '.join(map(str, places))}: build one with "
        f"'edge-convert --all', or name a folder with --bundle or ${VARIABLE}"
    )
