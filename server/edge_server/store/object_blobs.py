"""Blobs in an object store: S3 and what speaks like it, Google's, Azure's.

Keys and addresses come from the customary variables (``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``; ``AWS_ENDPOINT_URL`` for others than Amazon, which
is spoken to without TLS where it begins with ``http://``).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import obstore
import obstore.exceptions
from obstore.store import from_url

from edge_server.store.blobs import BlobSeen, place
from edge_server.store.faults import StoreError, blob_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import ClientConfig, RetryConfig

_NAME = re.compile(r"(?:.*/)?([0-9a-f]{64})")
# An outage is told to the caller while he still waits.
_RETRY: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=8)}
_CLIENT: ClientConfig = {
    "timeout": timedelta(seconds=20),
    "connect_timeout": timedelta(seconds=3),
}


@dataclass(frozen=True)
class ObjectBlobs:
    """Blobs below the prefix of a bucket; ``bucket`` is a store of obstore."""

    bucket: Any

    @classmethod
    def at(cls, url: str) -> ObjectBlobs:
        """By the URL ``s3://bucket/prefix``."""
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        client: ClientConfig = {**_CLIENT, "allow_http": plain}
        try:
            return cls(from_url(url, retry_config=_RETRY, client_options=client))
        except (obstore.exceptions.BaseError, ValueError):
            raise StoreError(
                "the blobs' URL cannot be used: say s3://bucket/prefix, or a folder"
            ) from None

    def put(self, sha256: str, content: bytes) -> None:
        """Keep these bytes."""
        with blob_faults():
            obstore.put(self.bucket, place(sha256), content)

    def get(self, sha256: str) -> bytes | None:
        """The bytes; None where there are none of that name."""
        with blob_faults():
            try:
                return bytes(obstore.get(self.bucket, place(sha256)).bytes())
            except FileNotFoundError:
                return None

    def has(self, sha256: str) -> bool:
        """Whether they are there."""
        with blob_faults():
            try:
                obstore.head(self.bucket, place(sha256))
            except FileNotFoundError:
                return False
            return True

    def delete(self, sha256: str) -> None:
        """Take them away, if they are there."""
        with blob_faults():
            try:
                obstore.delete(self.bucket, place(sha256))
            except FileNotFoundError:
                return

    def seen(self) -> Iterator[BlobSeen]:
        """Every blob; an object of another name is none."""
        with blob_faults():
            for page in obstore.list(self.bucket):
                for one in page:
                    name = _NAME.fullmatch(one["path"])
                    if name:
                        yield BlobSeen(
                            sha256=name.group(1),
                            size=one["size"],
                            modified=one["last_modified"].timestamp(),
                        )
