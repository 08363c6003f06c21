"""Files that are either whole or not there: written beside their name, then renamed."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from PIL import Image

from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.transparency import fit_to_write

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_JPEG = ("JPEG", {"quality": 92, "subsampling": 0, "optimize": True})
_SAVING: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {"compress_level": 4}),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": ("WEBP", {"quality": 90}),
}
SUFFIXES = tuple(_SAVING)


def check_suffix(path: Path, *, transparent: bool = False) -> None:
    """Raise, before any work is done, where no picture can be written under that name."""
    suffix = path.suffix.lower()
    if suffix not in _SAVING:
        raise UnknownName(f"picture format of {path.name}", suffix, SUFFIXES)
    if transparent and _SAVING[suffix][0] == "JPEG":
        raise PocketLensError(
            f"{path.name}: JPEG cannot be transparent; name a .png or .webp, or choose a "
            "background"
        )


def write_picture(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write uint8 pixels, grey [H, W], RGB [H, W, 3] or RGBA [H, W, 4], in the format of
    the path's suffix (PNG, JPEG, WebP); its folder is made where there is none.  RGBA as
    JPEG is what it looks like on white; what is wholly transparent has no colour
    in the file."""
    check_suffix(path)
    kind, options = _SAVING[path.suffix.lower()]
    fit = fit_to_write(pixels, opaque=kind == "JPEG")
    encoded = BytesIO()
    try:
        Image.fromarray(fit).save(encoded, format=kind, **options)
    except (OSError, ValueError) as error:
        raise PocketLensError(
            f"{path.name} cannot be written ({error}): name a .png instead"
        ) from None
    write_bytes(path, encoded.getvalue())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that never is half there; its folder is made where there is none."""
    unfinished = beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        in_the_way = isinstance(error, FileExistsError)  # where a folder had to be
        why = "part of it is a file" if in_the_way else error.strerror
        raise PocketLensError(
            f"{path} cannot be written: {why}; choose another place with -o"
        ) from None
    finally:  # also when Ctrl-C came in between
        with suppress(OSError):
            unfinished.unlink()


def beside(path: Path) -> Path:
    """Where a file is written before it has its name: nobody else's, of whichever thread,
    process or container that writes the same file."""
    return path.with_name(f".{path.name}.{token_hex(4)}.tmp")
