"""One server for the whole catalogue, and what is looked at after every row of it."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
BUNDLE = Path(__file__).parents[3] / "mobile_assets"
WARM = ("classify", "objects", "faces", "landmarks", "background", "style")
GROWTH_KB = 300 * 1024
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "retryable"}
_TLS = ssl.create_default_context()  # made once: it takes longer than a request
_SECRET = re.compile(
    r"Traceback|File \"|site-packages|/home|/tmp|/work|/usr|\.py\b|0x[0-9a-f]{8}"
)
_ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")


@dataclass(frozen=True)
class Reply:
    """One answer, however it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def code(self) -> str:
        """The problem's code; "" where it is none."""
        kind = self.headers.get("content-type", "")
        return str(self.record["code"]) if kind.startswith("application/problem") else ""


def replies(content: bytes) -> list[Reply]:
    """The answers in what a connection gave, one after the other."""
    found = []
    while content:
        head, _, rest = content.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin1").split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        status = int(first.split()[1])
        size = 0 if status == 100 else int(headers.get("content-length", "0"))
        found.append(Reply(status, headers, rest[:size]))
        content = rest[size:]
    return found


def received(connection: socket.socket) -> bytes:
    """Everything until it is closed, or nothing comes any more."""
    parts = []
    with suppress(TimeoutError, ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def jpeg(width: int = 320, height: int = 240) -> bytes:
    with Image.open(SAMPLES / "obama.jpg") as image:
        made = BytesIO()
        image.convert("RGB").resize((width, height)).save(made, "JPEG")
    return made.getvalue()


@dataclass
class Watched:
    """A server, and how it was before anything was done to it."""

    served: Any
    temporary: Path
    data: Path
    headers: dict[str, str] = field(default_factory=dict)
    photo: bytes = field(default_factory=jpeg)
    seen: list[Reply] = field(default_factory=list)
    resident_kb: int = 0
    descriptors: int = 0
    files: list[Path] = field(default_factory=list)
    bundle: Path = BUNDLE

    @property
    def pid(self) -> int:
        return int(self.served.process.pid)

    def connect(self, wait: float = 20) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.served.port), timeout=wait)

    def raw(self, content: bytes, *, wait: float = 20) -> list[Reply]:
        """Send bytes on a connection of its own: the answers."""
        with self.connect(wait) as connection:
            with suppress(ConnectionError):
                connection.sendall(content)
            return self.took(received(connection))

    def took(self, content: bytes) -> list[Reply]:
        """Answers that came by other ways: they are looked at as well."""
        found = replies(content)
        self.seen += [reply for reply in found if reply.status != 100]
        return found

    def ask(self, method: str, path: str, **given: Any) -> Reply:
        """Ask by a client that keeps to the rules."""
        given["headers"] = self.headers | given.get("headers", {})
        with httpx.Client(base_url=self.served.address, timeout=30, verify=_TLS) as client:
            got = client.request(method, path, **given)
        reply = Reply(
            got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.content
        )
        self.seen.append(reply)
        return reply

    def post(self, path: str, **given: Any) -> Reply:
        return self.ask("POST", path, **given)

    def expect(self, reply: Reply, status: int, code: str) -> None:
        """The answer has to be that; ``code`` "" for any without a problem."""
        assert (reply.status, reply.code) == (status, code), reply

    def numbers(self) -> str:
        """What Prometheus would see."""
        return self.ask("GET", "/metrics").body.decode()

    def threads(self) -> int:
        """How many threads it has."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def resident(self) -> int:
        """Its memory, in KiB."""
        return resident_kb(self.pid)

    def connections(self) -> set[str]:
        """The sockets that it has open."""
        found = set()
        for path in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found.add(str(path.readlink()))
        return {name for name in found if name.startswith("socket:")}

    def settle(self, *tasks: str) -> None:
        """Remember how it is now: warm, and with nothing to do."""
        for path in tasks or WARM:
            assert self.post(f"/v1/{path}", files={"image": self.photo}).status == 200
        self.seen.clear()
        self.files = sorted(self.data.rglob("*"))
        self.descriptors = count_descriptors(self.pid)
        self.resident_kb = resident_kb(self.pid)

    def check(self) -> None:
        """The oracles: alive, correct, no larger, nothing left behind, nothing told."""
        assert self.served.process.poll() is None, self.served.errors[-5:]
        began = time.monotonic()
        good = self.post("/v1/classify", files={"image": self.photo})
        assert (good.status, good.record["task"]) == (200, "classify"), good
        assert time.monotonic() - began < 10
        assert resident_kb(self.pid) - self.resident_kb < GROWTH_KB
        assert soon(lambda: list(self.temporary.iterdir()) == [])
        assert sorted(self.data.rglob("*")) == self.files
        assert soon(lambda: count_descriptors(self.pid) <= self.descriptors + 5), (
            count_descriptors(self.pid),
            self.descriptors,
        )
        seen, self.seen = self.seen, []
        for reply in seen:
            self._check_reply(reply)

    def _check_reply(self, reply: Reply) -> None:
        name = reply.headers.get("x-request-id", "")
        assert name, reply
        logged = f'"{name}"'
        assert soon(lambda: any(logged in line for line in reversed(self.served.errors))), reply
        if reply.status < 400:
            return
        text = reply.body.decode()
        assert not _SECRET.search(text), text
        assert not _ADDRESS.search(text), text
        assert reply.headers["cache-control"] == "no-store"
        record = reply.record
        kind = "application/json" if "error" in record else "application/problem+json"
        assert reply.headers["content-type"] == kind
        assert record.keys() >= MEMBERS
        assert record["instance"] == f"urn:uuid:{name}"
        assert record["type"] == f"urn:pocketlens:problem:{record['code']}"
        assert (record["status"], reply.status) == (reply.status, reply.status)
        assert record["detail"]
        assert reply.status != 500
        if reply.status in {429, 503}:
            assert int(reply.headers["retry-after"]) > 0


def soon(true: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether it becomes true in so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def count_descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


@pytest.fixture(scope="session")
def watch(
    serve_long: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Watched]:
    """Starts a server of its own settings whose answers are looked at."""
    if not Path("/proc/self/fd").exists():
        pytest.skip("descriptors and memory are read from /proc")

    def begin(*options: str, data: Path | None = None, **variables: str) -> Watched:
        temporary = tmp_path_factory.mktemp("temporary")
        data = data or tmp_path_factory.mktemp("data")
        served = serve_long(
            "--log", "json", *options, temporary=temporary, data=str(data), **variables
        )
        return Watched(served, temporary, data)

    return begin


@dataclass
class Canary:
    """A port on loopback that nobody may connect to, and who did."""

    port: int
    came: list[Any] = field(default_factory=list)


@pytest.fixture(scope="session")
def canary() -> Iterator[Canary]:
    """It listens while the tests run."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        made = Canary(listening.getsockname()[1])
        over = threading.Event()

        def wait() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    connection, peer = listening.accept()
                    made.came.append(peer)
                    connection.close()

        thread = threading.Thread(target=wait)
        thread.start()
        yield made
        over.set()
        thread.join(20)


@pytest.fixture(scope="session")
def common(watch: Callable[..., Watched], canary: Canary) -> Watched:
    """The server of nearly every row: patience is short, so that waiting for its end is.

    The canary's port is allowed: what keeps it safe is its address alone.
    """
    made = watch(
        body_seconds="4",  # longer than a test may be held up between two of its lines
        header_seconds="4",
        send_seconds="1",
        requests_per_minute="0",
        cors_origins="https://good.example",
        url_ports=f"80,443,{canary.port}",
    )
    made.settle()
    return made


@pytest.fixture
def server(common: Watched) -> Iterator[Watched]:
    """That server; the oracles are asked when the row is over."""
    yield common
    common.check()


@pytest.fixture(scope="session")
def apart_server(
    watch: Callable[..., Watched], tmp_path_factory: pytest.TempPathFactory
) -> Watched:
    """One whose limits are moved under it, with files of its own: two models may be spoilt.

    It has one inference slot, so that each model is loaded once, and takes no URLs.
    """
    bundle = tmp_path_factory.mktemp("bundle")
    for path in sorted(BUNDLE.rglob("*.tflite")):
        here = bundle / path.relative_to(BUNDLE)
        here.parent.mkdir(parents=True, exist_ok=True)
        copied = here.parent.name in {"face-landmarks", "smile"}
        here.write_bytes(path.read_bytes()) if copied else here.symlink_to(path)
    for name in ("manifest.json", "labels"):
        (bundle / name).symlink_to(BUNDLE / name)
    made = watch("--bundle", str(bundle), requests_per_minute="0", threads="1", url_input="no")
    made.bundle = bundle
    made.settle("classify", "faces", "landmarks", "background")
    return made


@pytest.fixture
def apart(apart_server: Watched) -> Iterator[Watched]:
    """That server; the oracles are asked when the row is over."""
    yield apart_server
    apart_server.check()


@pytest.fixture(scope="session")
def many_pixels() -> bytes:
    """A photo whose answer as a picture is larger than what sockets hold."""
    return jpeg(1600, 1200)


@pytest.fixture
def eventually() -> Callable[..., bool]:
    """Whether something becomes true in a few seconds."""
    return soon
