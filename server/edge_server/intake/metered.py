"""Bytes that a decoder may only ask for so often."""

from __future__ import annotations

from io import BytesIO


class TooManyReads(Exception):
    """The file is made of more pieces than a picture has."""


class MeteredBytes(BytesIO):
    """A file in memory that raises ``TooManyReads`` after ``max_reads`` reads.

    Decoders go through chunks, extensions and directories in Python, some microseconds
    each; four bytes are enough for one, so 20 MB would keep them busy for half a minute.
    """

    def __init__(self, data: bytes, max_reads: int) -> None:
        super().__init__(data)
        self._left = max_reads

    def read(self, size: int | None = -1, /) -> bytes:
        """As ``BytesIO.read``, counted."""
        self._left -= 1
        if self._left < 0:
            raise TooManyReads
        return super().read(size)
