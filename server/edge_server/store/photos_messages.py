"""The messages of ``photos.proto``, made of a table; a test compares the two."""

from __future__ import annotations

import msgspec

from edge_runtime.typed_reading import converted
from edge_server.api.photos import KeepParams, tags_of
from edge_server.oip.message_table import MessageTable
from edge_server.problems import InvalidParameter

PACKAGE = "pocketlens.v1"
SERVICE = f"{PACKAGE}.Photos"

_MESSAGES = {
    "PutRequest": "metadata:Metadata|=1 chunk:bytes|=2",
    "Metadata": "tags:string%=1 allow_truncated:bool=2",
    "PutResponse": "photo:Photo=1 created:bool=2",
    "GetRequest": "id:string=1",
    "GetResponse": "photo:Photo|=1 chunk:bytes|=2",
    "Photo": (
        "id:string=1 sha256:string=2 md5:string=3 size:int64=4 format:string=5 "
        "width:int32=6 height:int32=7 make:string=8 model:string=9 taken:string=10 "
        "kept:double=11 tags:string%=12 document:bytes=13"
    ),
}
TABLE = MessageTable(PACKAGE, _MESSAGES)


def checked_tags(sent: dict[str, str]) -> dict[str, str]:
    """The tags under the limits that they have over HTTP; raises ``InvalidParameter``."""
    # One with "=" in its name would become another: "," is refused as well.
    texts = [f"{name.replace('=', ',')}={text}" for name, text in sent.items()]
    try:
        return tags_of(converted({"tags": texts}, KeepParams).tags)
    except msgspec.ValidationError:
        raise InvalidParameter(
            "the tags are too many or too long, or have '=' or ',' in them: mend them"
        ) from None
