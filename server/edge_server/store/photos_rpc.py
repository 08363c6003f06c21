"""``pocketlens.v1.Photos``: a photo as a stream, kept, and given back; see ``photos.proto``."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from grpc import (
    aio,
    method_handlers_generic_handler,
    stream_unary_rpc_method_handler,
    unary_stream_rpc_method_handler,
)

from edge_server.engine.interface import Deadline
from edge_server.intake.decoding import Wishes
from edge_server.oip.rpc_call import Call, answered
from edge_server.problems import (
    BodyTimeout,
    BodyTooLarge,
    MalformedRequest,
    MissingImage,
    Overloaded,
)
from edge_server.store.photos_messages import SERVICE, TABLE, checked_tags

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from edge_server.api.app import Services
    from edge_server.store.records import Kept, PhotoRecord

    T = TypeVar("T")

CHUNK = 64 * 1024
_THREADS = 8
_WAITING = 64  # calls beyond the threads
_SMALL_HW = (64, 64)


@dataclass
class _Sent:
    """What came of a photo so far."""

    most: int
    tags: dict[str, str] = field(default_factory=dict)
    allow_truncated: bool = False
    content: bytearray = field(default_factory=bytearray)

    def add(self, request: Any) -> None:
        """One more message."""
        kind = request.WhichOneof("choice")
        if kind == "chunk":
            self._add_chunk(request.chunk)
        elif kind == "metadata" and not self.content:
            self.tags = checked_tags(dict(request.metadata.tags))
            self.allow_truncated = request.metadata.allow_truncated
        else:
            raise MalformedRequest("a message is neither metadata first nor a chunk: mend it")

    def _add_chunk(self, chunk: bytes) -> None:
        size = len(self.content) + len(chunk)
        if size > self.most:
            raise BodyTooLarge(
                f"the photo has more than {self.most} bytes: save it smaller",
                limit=self.most,
                actual=size,
            )
        self.content += chunk


@dataclass
class PhotoService:
    """The two methods; storage and decoding are waited for in threads."""

    services: Services
    _pool: ThreadPoolExecutor = field(init=False)
    _in_flight: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, "photos")

    def handler(self) -> Any:
        """What a server is given."""
        return method_handlers_generic_handler(
            SERVICE,
            {
                "Put": stream_unary_rpc_method_handler(self.put),
                "Get": unary_stream_rpc_method_handler(self.get),
            },
        )

    async def put(self, requests: AsyncIterator[bytes], context: aio.ServicerContext) -> bytes:
        """Keep a photo that comes in chunks."""
        call = Call(service=SERVICE, method="Put", scope="store")
        async with answered(self.services, call, context) as who:
            sent = await self._sent(requests)
            deadline = self._deadline(context)
            kept = await self._in_thread(partial(self._keep, who.owner, sent, deadline))
            return TABLE.encoded("PutResponse", photo=_photo(kept.photo), created=kept.new)

    async def get(self, body: bytes, context: aio.ServicerContext) -> AsyncIterator[bytes]:
        """A photo in chunks, what is known of it first."""
        call = Call(service=SERVICE, method="Get", scope="store")
        async with answered(self.services, call, context) as who:
            photo_id = TABLE.parsed("GetRequest", body).id
            load = partial(self._load, who.owner, photo_id)
            photo, content = await self._in_thread(load)
            yield TABLE.encoded("GetResponse", photo=photo)
            for start in range(0, len(content), CHUNK):
                yield TABLE.encoded("GetResponse", chunk=content[start : start + CHUNK])

    def close(self) -> None:
        """End the threads; those that run finish first."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _sent(self, requests: AsyncIterator[bytes]) -> _Sent:
        settings = self.services.settings
        sent = _Sent(settings.max_body_bytes)
        try:
            async with asyncio.timeout(settings.body_seconds):
                async for body in requests:
                    sent.add(TABLE.parsed("PutRequest", body))
        except TimeoutError:
            raise BodyTimeout("the photo came too slowly: send it again") from None
        if not sent.content:
            raise MissingImage("there is no photo: send its bytes as chunks")
        return sent

    def _deadline(self, context: aio.ServicerContext) -> Deadline:
        """The caller's, at most what the settings allow."""
        seconds = context.time_remaining()
        settings = self.services.settings
        most = settings.max_request_seconds
        return Deadline.after(
            settings.request_seconds if seconds is None else min(seconds, most)
        )

    def _keep(self, owner: str, sent: _Sent, deadline: Deadline) -> Kept:
        store = self.services.needed_store
        with self.services.gates[False].passed(deadline):
            wishes = Wishes(least_hw=_SMALL_HW, allow_truncated=sent.allow_truncated)
            upload = self.services.intake.from_bytes(bytes(sent.content), wishes)
        return store.keep(owner, upload, sent.tags)

    def _load(self, owner: str, photo_id: str) -> tuple[Any, bytes]:
        store = self.services.needed_store
        record, content = store.original(owner, photo_id)
        document = msgspec.json.encode(store.document(owner, photo_id))
        return _photo(record, document), content

    async def _in_thread(self, act: Callable[[], T]) -> T:
        if self._in_flight >= _THREADS + _WAITING:
            raise Overloaded("too many photos at once: ask again soon", retry_after=1)
        self._in_flight += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, act)
        finally:
            self._in_flight -= 1


def _photo(record: PhotoRecord, document: bytes = b"") -> Any:
    return TABLE.message("Photo")(**msgspec.to_builtins(record), document=document)
