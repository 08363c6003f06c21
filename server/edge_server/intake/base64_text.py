"""Base64 (RFC 4648) as clients write it: with a data URI's head, line breaks, or no padding."""

from __future__ import annotations

import base64
import binascii
import re

from edge_server.problems import BadBase64, BodyTooLarge

_DATA_URI = re.compile(r"\s*data:[^,;]*(;[^,;]*)*?;base64,", re.IGNORECASE)
_SPACE = str.maketrans("", "", " \t\r\n\f\v")
_URL_SAFE = str.maketrans("-_", "+/")


def decode_base64(text: str, max_bytes: int) -> bytes:
    """The bytes that the text stands for.

    Taken are: a ``data:...;base64,`` head, white space anywhere, the URL-safe alphabet,
    and missing padding.  Anything else is ``BadBase64``.  Raises ``BodyTooLarge`` before
    anything is decoded where the text stands for more than ``max_bytes``.
    """
    if len(text) > 2 * max_bytes + 1024:  # more than line breaks can account for
        _too_large(max_bytes)
    head = _DATA_URI.match(text, 0, 256)
    body = text[head.end() if head else 0 :].translate(_SPACE).translate(_URL_SAFE)
    bare = body.rstrip("=")
    if len(bare) * 3 // 4 > max_bytes:
        _too_large(max_bytes)
    if len(body) - len(bare) not in {0, -len(bare) % 4}:
        raise BadBase64("the base64 text has the wrong padding: send it as it was encoded")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadBase64(
            "the text is not base64: encode the file's bytes, with or without a "
            "data:image/...;base64, head"
        ) from None


def _too_large(max_bytes: int) -> None:
    raise BodyTooLarge(
        f"the base64 text stands for more than {max_bytes} bytes: send a smaller file",
        limit=max_bytes,
    )
