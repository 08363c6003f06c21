from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from edge_server.problems import StorageUnavailable
from edge_server.store.faults import StoreError
from edge_server.store.object_blobs import ObjectBlobs

SHA = "ab" * 32


@pytest.fixture
def nobody() -> Iterator[socket.socket]:
    """A port that nobody answers at, and that nobody else is given meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def test_a_server_that_is_away_is_told_while_the_caller_waits(
    nobody: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = nobody.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    blobs = ObjectBlobs.at("s3://bucket/prefix")
    began = time.monotonic()
    with pytest.raises(StorageUnavailable) as caught:
        blobs.get(SHA)
    assert caught.value.retry_after
    assert str(port) not in caught.value.detail
    with pytest.raises(StorageUnavailable):
        blobs.put(SHA, b"content")
    with pytest.raises(StorageUnavailable):
        list(blobs.seen())
    assert time.monotonic() - began < 20


def test_a_bucket_that_is_not_there_is_an_outage_and_no_empty_answer(s3: None) -> None:
    blobs = ObjectBlobs.at("s3://nowhere/prefix")
    with pytest.raises(StorageUnavailable):
        blobs.put(SHA, b"content")
    with pytest.raises(StorageUnavailable):
        list(blobs.seen())


@pytest.mark.parametrize("url", ["nothing://bucket", "s3://"])
def test_a_url_that_cannot_be_used(url: str) -> None:
    with pytest.raises(StoreError, match="s3://bucket/prefix"):
        ObjectBlobs.at(url)
