"""What a web app takes along beside the models: the TypeScript runtime, as npm built it.

``mobile_assets/web/dist`` is not in the repository, nor in a wheel: 28 MB of it are LiteRT.js's
WebAssembly, which NOTICE names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_convert.placing import write_whole
from edge_runtime.errors import PocketLensError

if TYPE_CHECKING:
    from pathlib import Path

WEB = "web"
SCRIPTS = ("runtime.js", "worker.js")
WASM = tuple(
    f"wasm/litert_wasm{kind}_internal.{end}"
    for kind in ("", "_compat", "_threaded")
    for end in ("js", "wasm")
)


def copy_runtime(source: Path, out: Path) -> int:
    """Copy the runtime of the bundle at ``source`` to ``out/web``; gives its bytes.

    Raises ``PocketLensError`` where it was not built.
    """
    written = 0
    for name in (*SCRIPTS, *WASM):
        path = source / WEB / "dist" / name
        try:
            content = path.read_bytes()
        except OSError:
            raise PocketLensError(
                f"{path} is missing: run 'npm ci && npm run build' in mobile_assets/web"
            ) from None
        write_whole(out / WEB / name, content)
        written += len(content)
    return written
