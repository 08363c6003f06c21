"""What is refused before it costs anything."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class IntakeLimits:
    """Limits of one image.

    ``max_bytes`` of the file; ``max_pixels`` and ``max_side`` of what its header claims.
    ``max_scans`` of a JPEG, and ``max_scan_pixels``, its scans times its pixels: each scan
    of a progressive JPEG goes over the whole picture once more.  ``max_segments``: marker
    segments of a JPEG; ``max_exif_bytes``: its EXIF, all segments together.
    ``max_chunks`` of a PNG; ``max_strips``: strips or tiles of a TIFF.  ``max_reads``: how
    often a decoder may ask for more bytes, so that a file of a million empty chunks is not
    read through.
    ``decoders``: images that are decoded at once; others wait up to ``wait_seconds``.
    """

    max_bytes: int = 20 * 2**20
    max_pixels: int = 50_000_000
    max_side: int = 16_384
    max_scans: int = 64
    max_scan_pixels: int = 1_000_000_000
    max_segments: int = 4096
    max_exif_bytes: int = 2**20
    max_chunks: int = 100_000
    max_strips: int = 200_000
    max_reads: int = 300_000
    decoders: int = field(default_factory=lambda: os.cpu_count() or 1)
    wait_seconds: float = 10.0
