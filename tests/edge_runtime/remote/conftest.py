"""A small server that speaks the API, and a proxy in front of it that breaks things."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import numpy as np
import pytest
from PIL import Image

from edge_runtime import results as r
from edge_runtime.images import Photo
from edge_runtime.remote import RemoteLens, RemoteSettings
from edge_server.api import wire

SHA256 = "ab" * 32


def face_of(size_wh: tuple[int, int]) -> r.Faces:
    """One face, in the middle of a photo of any size."""
    width, height = size_wh
    box = (width / 4, height / 4, 3 * width / 4, 3 * height / 4)
    mesh = np.full((468, 3), (width / 2, height / 2, width / 8), np.float32)
    face = r.Face(
        box_xyxy=box,
        score=0.5,
        points={"nose_tip": (width / 2, height / 2)},
        landmarks=mesh,
        smile=0.25,
        expressions={"happy": 0.25, "sad": 0.75},
    )
    return r.Faces(faces=(face,))


def value_of(task: str, rgb: np.ndarray[Any, Any]) -> Any:
    """What the server in these tests finds in every photo: the left half is something."""
    height, width = rgb.shape[:2]
    left = np.zeros((height, width), np.bool_)
    left[:, : width // 2] = True
    box = (0.0, 0.0, width / 2, float(height))
    values: dict[str, Callable[[], Any]] = {
        "segment": lambda: r.Mask(probability=left.astype(np.float32)),
        "faces": lambda: face_of((width, height)),
        "landmarks": lambda: face_of((width, height)),
        "smile": lambda: face_of((width, height)),
        "classify": lambda: r.Labels(labels=(r.Label(label="cat", score=0.5),)),
        "objects": lambda: r.Objects(
            objects=(r.DetectedObject(label="cat", score=0.5, box_xyxy=box),)
        ),
        "style": lambda: r.Picture(pixels=255 - rgb),
        "depth": lambda: r.Depth(
            metres=np.where(left, 2.5, 7.25).astype(np.float32), max_depth=10
        ),
        "super-resolution": lambda: r.Picture(pixels=rgb.repeat(2, axis=0).repeat(2, axis=1)),
        "instances": lambda: r.Instances(
            instances=(r.Instance(label="cat", score=0.5, box_xyxy=box, mask=left),),
            size_hw=(height, width),
        ),
        "semantic-segmentation": lambda: r.ClassMap(
            classes=left.astype(np.uint8),
            labels=("wall", "cat", "dog"),
            palette=((0, 0, 0), (255, 0, 0), (0, 0, 255)),
        ),
        "cut": lambda: r.CutOut(
            pixels=np.dstack([rgb, left.astype(np.uint8) * 255]),
            mask=left,
            found=("cat",),
            method="instance-segmentation",
        ),
    }
    return values[task]()


@dataclass
class Seen:
    """A request that reached the server."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Fake:
    """The server: what it saw, how often it computed for each key, and what it says."""

    seen: list[Seen] = field(default_factory=list)
    computed: dict[str, int] = field(default_factory=dict)
    replies: dict[str, bytes] = field(default_factory=dict)
    sha256: str = SHA256
    state: str = "ready"
    missing: set[str] = field(default_factory=set)
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def posts(self) -> list[Seen]:
        return [one for one in self.seen if one.path != "/v1/models"]

    def answer(self, asked: Seen) -> tuple[int, bytes]:
        """Status and body; the same key is computed once."""
        key = asked.headers.get("idempotency-key", "")
        with self.lock:
            self.seen.append(asked)
            if asked.path == "/v1/models":
                return 200, self._models()
            parts = urlsplit(asked.path)
            task = parts.path.removeprefix("/v1/")
            if task in self.missing:
                return 503, problem("weights-missing", 503, retryable=False)
            if key not in self.replies:
                self.replies[key] = self._computed(task, asked, parse_qs(parts.query))
                self.computed[key] = self.computed.get(key, 0) + 1
            return 200, self.replies[key]

    def _computed(self, task: str, asked: Seen, query: dict[str, list[str]]) -> bytes:
        body = asked.body
        if asked.headers["content-type"].startswith("multipart/"):
            body = body.split(b"\r\n\r\n", 1)[1]
        with Image.open(io.BytesIO(body)) as image:
            rgb = np.asarray(image.convert("RGB"))
        value = value_of(task, rgb)
        masks: Any = query.get("masks", ["rle"])[0]
        record = {
            "task": task,
            "model": f"the-{task}",
            "variant": "fp32",
            "sha256": self.sha256,
            "device": "cpu",
            "image": {"sha256": "", "size": [rgb.shape[1], rgb.shape[0]], "warnings": []},
            "result": wire.value_json(value, masks),
            "ms": {"queued": 0.5, "run": 1.5, "total": 3.0},
        }
        if query.get("picture") == ["png"]:
            pixels = wire.value_pixels(value, rgb)
            assert pixels is not None
            record["picture"] = wire.picture_json(pixels, "image/png")
        return msgspec.json.encode(record)

    def _models(self) -> bytes:
        one = {"title": "", "version": "1", "where": "server", "spec": {}}
        models = [
            {
                "id": f"the-{task}",
                "tasks": [task],
                "variant": "fp32",
                "sha256": self.sha256,
                "state": self.state,
                **one,
            }
            for task in ("faces", "depth")
        ]
        return msgspec.json.encode({"models": models})


def problem(code: str, status: int, *, retryable: bool) -> bytes:
    record = {"code": code, "status": status, "detail": f"it is {code}", "retryable": retryable}
    return msgspec.json.encode(record)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server: Any = self.server
        server.respond(self, Seen(self.path, headers, self.rfile.read(size)))

    do_GET = handle_any  # noqa: N815  the name that the library wants
    do_POST = handle_any  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.wfile.write(head_of(status, body, headers or {}) + body)


def head_of(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Listening(ThreadingHTTPServer):
    """A server whose answers are a function; broken connections are what is tested."""

    daemon_threads = True

    def __init__(self, respond: Callable[[_Handler, Seen], None]) -> None:
        self.respond = respond
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """Say nothing."""

    def end(self) -> None:
        self.shutdown()
        self.server_close()


@dataclass
class Chaos:
    """A proxy: each request is broken by the next of ``faults``, or by none."""

    upstream: int
    faults: list[str] = field(default_factory=list)
    retry_after: str = "1"
    requests: int = 0
    port: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def respond(self, handler: _Handler, asked: Seen) -> None:
        self.requests += 1
        fault = self.faults.pop(0) if self.faults else ""
        getattr(self, f"_{fault or 'pass'}")(handler, asked)

    def _forwarded(self, asked: Seen) -> tuple[int, bytes]:
        method = "POST" if asked.body else "GET"
        with closing(HTTPConnection("127.0.0.1", self.upstream, timeout=10)) as connection:
            connection.request(method, asked.path, asked.body or None, asked.headers)
            response = connection.getresponse()
            return response.status, response.read()

    def _pass(self, handler: _Handler, asked: Seen) -> None:
        handler.reply(*self._forwarded(asked))

    def _reset(self, handler: _Handler, asked: Seen) -> None:
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.close_connection = True
        handler.connection.close()

    def _hang(self, handler: _Handler, asked: Seen) -> None:
        self.ended.wait(60)
        handler.close_connection = True

    def _half(self, handler: _Handler, asked: Seen) -> None:
        status, body = self._forwarded(asked)
        handler.wfile.write(head_of(status, body, {}) + body[: len(body) // 2])
        handler.close_connection = True

    def _drip(self, handler: _Handler, asked: Seen) -> None:
        handler.close_connection = True
        status, body = self._forwarded(asked)
        for byte in head_of(status, body, {}) + body:  # which takes minutes
            if self.ended.wait(0.05):
                return
            handler.wfile.write(bytes([byte]))

    def _500(self, handler: _Handler, asked: Seen) -> None:
        handler.reply(500, problem("internal-error", 500, retryable=False))

    def _429(self, handler: _Handler, asked: Seen) -> None:
        again = {"Retry-After": self.retry_after}
        handler.reply(429, problem("rate-limited", 429, retryable=True), again)

    def _503(self, handler: _Handler, asked: Seen) -> None:
        again = {"Retry-After": self.retry_after}
        handler.reply(503, problem("overloaded", 503, retryable=True), again)

    def _html(self, handler: _Handler, asked: Seen) -> None:
        handler.reply(200, b"<html>log in to the hotel's network</html>")

    def _empty(self, handler: _Handler, asked: Seen) -> None:
        handler.reply(200, b'{"result": {"faces": []}}')

    def _nothing(self, handler: _Handler, asked: Seen) -> None:
        handler.reply(200, b"")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of models that comes late from a machine that stalls is no outage."""
    monkeypatch.setattr("edge_runtime.routing._LIST_SECONDS", 30.0)


@pytest.fixture
def fake() -> Iterator[Fake]:
    """A server that speaks the API."""
    made = Fake()

    def respond(handler: _Handler, asked: Seen) -> None:
        status, body = made.answer(asked)
        handler.reply(status, body)

    listening = Listening(respond)
    made.port = listening.port
    yield made
    listening.end()


@pytest.fixture
def proxy(fake: Fake) -> Iterator[Callable[[], Chaos]]:
    """Makes proxies in front of it."""
    made: list[tuple[Chaos, Listening]] = []

    def make() -> Chaos:
        one = Chaos(fake.port)
        listening = Listening(one.respond)
        one.port = listening.port
        made.append((one, listening))
        return one

    yield make
    for one, listening in made:
        one.ended.set()
        listening.end()


@pytest.fixture
def chaos(proxy: Callable[[], Chaos]) -> Chaos:
    """A proxy in front of it."""
    return proxy()


@pytest.fixture
def remote_lens() -> Iterator[Callable[..., RemoteLens]]:
    """Makes clients that wait briefly between attempts, and long for an answer; closed
    afterwards."""
    made: list[RemoteLens] = []

    def make(url: str, **given: Any) -> RemoteLens:
        named = {k: given.pop(k) for k in ("key", "files") if k in given}
        settings = RemoteSettings(**{"seconds": 60.0, "backoff": 0.01, **given})
        made.append(RemoteLens(url, settings=settings, **named))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def photo() -> Photo:
    """A small photo, half dark and half bright."""
    rgb = np.zeros((24, 32, 3), np.uint8)
    rgb[:, 16:] = 200
    return Photo(rgb)
