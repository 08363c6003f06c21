"""Photos over gRPC, by a client that protobuf's compiler made of ``photos.proto``."""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import grpc
import pytest

from edge_server.api.app import Services
from edge_server.engine.counting import Tally
from edge_server.running import local_engine, services_for
from edge_server.settings import Settings
from edge_server.store.photos_rpc import CHUNK

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
OBAMA = (SAMPLES / "obama.jpg").read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The modules that a caller has: the messages and the stubs."""
    folder = tmp_path_factory.mktemp("client")
    with resources.as_file(resources.files("edge_server.store") / "photos.proto") as path:
        out = [f"--python_out={folder}", f"--grpc_python_out={folder}"]
        protoc = [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            f"-I{path.parent}",
            *out,
            str(path),
        ]
        subprocess.run(protoc, check=True)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("photos_pb2"), importlib.import_module("photos_pb2_grpc")
    sys.path.remove(str(folder))


@contextmanager
def serving(services: Services) -> Iterator[str]:
    from edge_server.oip.rpc_listening import rpc_served

    started = threading.Event()
    box: list[Any] = []

    async def serve() -> None:
        leave = asyncio.Event()
        async with rpc_served(services, leave) as address:
            box.extend((address, asyncio.get_running_loop(), leave))
            started.set()
            await leave.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(10)
    address, loop, leave = box
    yield address
    loop.call_soon_threadsafe(leave.set)
    thread.join(20)
    assert not thread.is_alive()


class Caller:
    """The client's stub, over a server with these settings."""

    def __init__(self, made: Any, channel: grpc.Channel, services: Services) -> None:
        self.messages, stubs = made
        self.stub, self.services = stubs.PhotosStub(channel), services

    def put(self, *chunks: bytes, tags: dict[str, str] | None = None, **given: Any) -> Any:
        return self.stub.Put(iter(self.requests(*chunks, tags=tags)), timeout=20, **given)

    def requests(self, *chunks: bytes, tags: dict[str, str] | None = None) -> list[Any]:
        first = [{"metadata": self.messages.Metadata(tags=tags)}] if tags is not None else []
        rest = [{"chunk": chunk} for chunk in chunks]
        return [self.messages.PutRequest(**fields) for fields in (*first, *rest)]

    def get(self, photo_id: str, **given: Any) -> tuple[Any, bytes]:
        asked = self.messages.GetRequest(id=photo_id)
        head, *rest = self.stub.Get(asked, timeout=20, **given)
        return head.photo, b"".join(one.chunk for one in rest)

    def refused(self, act: Callable[[], Any]) -> tuple[str, str, dict[str, Any]]:
        with pytest.raises(grpc.RpcError) as caught:
            act()
        error: Any = caught.value
        trailers = dict(error.trailing_metadata())
        return error.code().name, trailers["problem-code"], trailers


@pytest.fixture
def caller(made: Any, tmp_path: Path) -> Iterator[Callable[..., Caller]]:
    with ExitStack() as stack:

        def begin(**given: Any) -> Caller:
            data = {"data": str(tmp_path), "weights": str(tmp_path / "w"), "grpc_port": -1}
            settings = Settings(**(data | given), threads=1, device="cpu")
            engine = local_engine(settings, tally := Tally())
            stack.callback(engine.drain, 10)
            services = services_for(settings, engine, tally, lambda: False)
            channel = grpc.insecure_channel(stack.enter_context(serving(services)))
            stack.callback(lambda: services.store and services.store.close())
            stack.callback(channel.close)
            return Caller(made, channel, services)

        yield begin


def test_a_photo_goes_and_comes_back_in_chunks(caller: Callable[..., Caller]) -> None:
    one = caller()
    pieces = [OBAMA[start : start + 10_000] for start in range(0, len(OBAMA), 10_000)]
    answer = one.put(*pieces, tags={"title": "A portrait"})
    assert answer.created
    assert (answer.photo.width, answer.photo.height) == (910, 1137)
    assert dict(answer.photo.tags) == {"title": "A portrait"}
    assert not one.put(OBAMA).created
    photo, content = one.get(answer.photo.id)
    assert content == OBAMA
    assert len(OBAMA) > 2 * CHUNK
    document = json.loads(photo.document)
    assert (document["sha256"], document["tags"]) == (photo.sha256, {"title": "A portrait"})
    assert document["results"] == []


def test_keys_keep_owners_apart(caller: Callable[..., Caller]) -> None:
    one = caller(require_keys="yes")
    keys = one.services.keys
    ann, bob, other = (
        (("authorization", f"Bearer {keys.add(name, scopes)}"),)
        for name, scopes in (("ann", ("store",)), ("bob", ("store",)), ("c", ("infer",)))
    )
    photo = one.put(OBAMA, metadata=ann).photo
    assert one.get(photo.id, metadata=ann)[1] == OBAMA
    for metadata, code in (
        (bob, "NOT_FOUND"),
        (other, "PERMISSION_DENIED"),
        ((), "UNAUTHENTICATED"),
    ):
        assert one.refused(lambda m=metadata: one.get(photo.id, metadata=m))[0] == code
    assert one.refused(lambda: one.put(OBAMA))[0] == "UNAUTHENTICATED"
    assert one.put(OBAMA, metadata=bob).created


@pytest.mark.parametrize(
    ("chunks", "tags", "code", "problem"),
    [
        ((), None, "INVALID_ARGUMENT", "missing-image"),
        ((b"",), {}, "INVALID_ARGUMENT", "missing-image"),
        ((b"not a photo",), None, "INVALID_ARGUMENT", "unsupported-image-format"),
        ((OBAMA[:1000],), None, "INVALID_ARGUMENT", "image-truncated"),
        ((OBAMA, b"x" * 700_000, b"x" * 700_000), None, "RESOURCE_EXHAUSTED", "body-too-large"),
        ((OBAMA,), {"a,b": "c"}, "INVALID_ARGUMENT", "invalid-parameter"),
    ],
)
def test_photos_that_are_refused(
    chunks: tuple[bytes, ...],
    tags: dict[str, str] | None,
    code: str,
    problem: str,
    caller: Callable[..., Caller],
) -> None:
    one = caller(max_body_bytes=1_000_000)
    assert one.refused(lambda: one.put(*chunks, tags=tags))[:2] == (code, problem)
    assert one.services.store is not None
    assert not list(one.services.store.blobs.seen())


def test_what_is_no_message_of_the_service(caller: Callable[..., Caller]) -> None:
    one = caller()
    late = [*one.requests(OBAMA), *one.requests(tags={"a": "b"})]
    said = one.refused(lambda: one.stub.Put(iter(late), timeout=20))
    assert said[:2] == ("INVALID_ARGUMENT", "malformed-request")
    for photo_id in ("", "0" * 32, "../../x", "a\0b"):
        assert one.refused(lambda p=photo_id: one.get(p))[:2] == ("NOT_FOUND", "not-found")


def test_who_sends_too_slowly_is_told(caller: Callable[..., Caller]) -> None:
    one = caller(body_seconds=0.3)

    def slowly() -> Iterator[Any]:
        yield from one.requests(OBAMA[:1000])
        time.sleep(1)
        yield from one.requests(OBAMA[1000:])

    said = one.refused(lambda: one.stub.Put(slowly(), timeout=20))
    assert said[:2] == ("DEADLINE_EXCEEDED", "body-timeout")


def test_an_outage_of_the_store_is_told_with_when_to_come_again(
    caller: Callable[..., Caller], tmp_path: Path
) -> None:
    one = caller(database_url=f"postgresql://tests@/x?host={tmp_path}", database_seconds=1)
    code, problem, trailers = one.refused(lambda: one.put(OBAMA))
    assert (code, problem) == ("UNAVAILABLE", "storage-unavailable")
    assert int(trailers["retry-after"]) > 0


def test_where_nothing_is_kept_nothing_is_taken(caller: Callable[..., Caller]) -> None:
    one = caller(store="no")
    assert one.refused(lambda: one.put(OBAMA))[:2] == ("PERMISSION_DENIED", "store-disabled")
    assert one.refused(lambda: one.get("0" * 32))[:2] == ("PERMISSION_DENIED", "store-disabled")
