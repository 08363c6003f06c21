"""What an image would cost, by its header alone: refused before memory is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_server.intake.header_size import header_size
from edge_server.intake.jpeg_outline import jpeg_outline
from edge_server.intake.png_outline import png_outline
from edge_server.intake.tiff_outline import tiff_outline
from edge_server.problems import (
    ImageTooComplex,
    ImageTooLarge,
    ImageTruncated,
    ImageUndecodable,
)

if TYPE_CHECKING:
    from edge_server.intake.jpeg_outline import JpegOutline
    from edge_server.intake.limits import IntakeLimits
    from edge_server.intake.png_outline import PngOutline
    from edge_server.intake.tiff_outline import TiffOutline


def check_header(data: bytes, kind: str, limits: IntakeLimits) -> None:
    """Raises ``ImageTooLarge``, ``ImageTooComplex``, ``ImageTruncated``, ``ImageUndecodable``.

    AVIF and HEIC are not looked at here: their size comes with the parser's answer, which
    takes no memory for pixels either.
    """
    if kind == "jpeg":
        _check_jpeg(jpeg_outline(data, limits.max_scans, limits.max_segments), limits)
    elif kind == "tiff":
        _check_tiff(tiff_outline(data), limits)
    else:
        size_wh = header_size(data, kind)
        if size_wh is not None:
            check_size(size_wh, limits)
    if kind == "png":
        _check_png(png_outline(data, limits.max_chunks), limits)


def check_size(size_wh: tuple[int, int], limits: IntakeLimits) -> None:
    """Raises ``ImageTooLarge``, or ``ImageUndecodable`` where a side is zero."""
    width, height = size_wh
    if width <= 0 or height <= 0:
        raise ImageUndecodable("the image has no width or no height: send another")
    if width * height > limits.max_pixels:
        raise ImageTooLarge(
            f"the image is {width} x {height}, over {limits.max_pixels} pixels: shrink it",
            limit=limits.max_pixels,
            actual=width * height,
        )
    if max(width, height) > limits.max_side:
        raise ImageTooLarge(
            f"the image is {width} x {height}, a side may have {limits.max_side} pixels: "
            "shrink or cut it",
            limit=limits.max_side,
            actual=max(width, height),
        )


def _check_jpeg(outline: JpegOutline, limits: IntakeLimits) -> None:
    if outline.size_wh is not None:
        check_size(outline.size_wh, limits)
        width, height = outline.size_wh
        _most("scans", outline.scans, limits.max_scans)
        _most("pixels in all scans", outline.scans * width * height, limits.max_scan_pixels)
    _most("segments", outline.segments, limits.max_segments)
    _most("bytes of EXIF", outline.exif_bytes, limits.max_exif_bytes)
    if outline.size_wh is None or not outline.scans:
        raise ImageTruncated("the JPEG ends before its pixels begin: get it again")


def _check_tiff(outline: TiffOutline | None, limits: IntakeLimits) -> None:
    if outline is None:
        raise ImageTruncated("the TIFF ends before its directory: get it again")
    check_size(outline.size_wh, limits)
    if all(outline.tile_wh):  # memory is taken for a whole tile, however small the image
        check_size(outline.tile_wh, limits)
    _most("strips or tiles", outline.longest, limits.max_strips)


def _check_png(outline: PngOutline, limits: IntakeLimits) -> None:
    _most("chunks", outline.chunks, limits.max_chunks)
    if not outline.intact:
        raise ImageUndecodable("the PNG's pixels are damaged: get it again")


def _most(what: str, actual: int, limit: int) -> None:
    if actual > limit:
        raise ImageTooComplex(
            f"the image has more than {limit} {what}: save it anew, in a simpler way",
            limit=limit,
            actual=actual,
        )
