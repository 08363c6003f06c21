"""The one door for the bytes of strangers: a file, base64, or a URL becomes a photo."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from edge_server.intake.base64_text import decode_base64
from edge_server.intake.budget import check_header
from edge_server.intake.decoding import Wishes, decode, quiet_pillow
from edge_server.intake.limits import IntakeLimits
from edge_server.intake.sniffing import sniff, supported
from edge_server.intake.upload import Upload
from edge_server.problems import (
    BadBase64,
    BadUpstream,
    BodyTooLarge,
    EmptyImage,
    ImageUndecodable,
    Overloaded,
    UnsupportedImageFormat,
    UrlInputDisabled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.engine.interface import Deadline
    from edge_server.intake.url_fetching import Fetcher

AS_IT_IS = Wishes()


class Intake:
    """Takes images in; any number of threads may use one.

    Order of the checks: bytes, format by its first bytes, size and cost by the header, then
    the decoder.  Every refusal is a ``Problem``.
    """

    def __init__(
        self, limits: IntakeLimits | None = None, fetcher: Fetcher | None = None
    ) -> None:
        """``fetcher`` fetches URLs; without one, URLs are refused."""
        self._limits = limits or IntakeLimits()
        self._fetcher = fetcher
        self._decoders = BoundedSemaphore(self._limits.decoders)
        quiet_pillow()

    def from_bytes(self, data: bytes, wishes: Wishes = AS_IT_IS) -> Upload:
        """The image in these bytes."""
        if not data:
            raise EmptyImage("the image has no bytes: send a file that is not empty")
        if len(data) > self._limits.max_bytes:
            raise BodyTooLarge(
                f"the image has more than {self._limits.max_bytes} bytes: save it smaller",
                limit=self._limits.max_bytes,
                actual=len(data),
            )
        kind = _format(data)
        check_header(data, kind, self._limits)
        with self._a_decoder():
            decoded = decode(data, kind, self._limits, wishes)
        return Upload(
            photo=decoded.photo,
            format=kind,
            size_wh=decoded.size_wh,
            encoded=data,
            exif=decoded.exif,
            warnings=decoded.warnings,
        )

    def from_base64(self, text: str, wishes: Wishes = AS_IT_IS) -> Upload:
        """The image in this text; see ``decode_base64`` for how it may be written."""
        return self.from_bytes(self.bytes_of_base64(text), wishes)

    def from_url(self, url: str, deadline: Deadline, wishes: Wishes = AS_IT_IS) -> Upload:
        """The image at this address."""
        return self.from_bytes(self.bytes_of_url(url, deadline), wishes)

    def bytes_of_base64(self, text: str) -> bytes:
        """The bytes that the text stands for, not decoded yet."""
        data = decode_base64(text, self._limits.max_bytes)
        if data and sniff(data) is None and self._is_base64_of_image(data):
            raise ImageUndecodable("the image was encoded in base64 twice: encode it once")
        return data

    def bytes_of_url(self, url: str, deadline: Deadline) -> bytes:
        """The bytes at this address, which begin as an image does, not decoded yet."""
        if self._fetcher is None:
            raise UrlInputDisabled(
                "this server fetches no URLs: send the file, or its base64 text"
            )
        data = self._fetcher.fetch(url, deadline)
        if sniff(data) is None:
            raise BadUpstream(
                "the URL's server gave something that is not an image of the formats "
                f"{', '.join(supported())}: name the image itself, not a page that shows it"
            )
        return data

    @contextmanager
    def _a_decoder(self) -> Iterator[None]:
        """Decoding takes a core and some times the picture's memory: only so many at once."""
        if not self._decoders.acquire(timeout=self._limits.wait_seconds):
            raise Overloaded("too many images are being decoded: try again", retry_after=2)
        try:
            yield
        finally:
            self._decoders.release()

    def _is_base64_of_image(self, data: bytes) -> bool:
        with suppress(BadBase64, BodyTooLarge, UnicodeDecodeError):
            return (
                sniff(decode_base64(data.decode("ascii"), self._limits.max_bytes)) is not None
            )
        return False


def _format(data: bytes) -> str:
    kind = sniff(data)
    if kind not in supported():
        raise UnsupportedImageFormat(
            f"the bytes are not an image of the formats {', '.join(supported())}: convert it"
        )
    return kind
