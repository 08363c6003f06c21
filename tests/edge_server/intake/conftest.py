"""Pictures made on the spot, and the oracles that hold after every test of the intake."""

from __future__ import annotations

import gc
import re
import socket
import ssl
import struct
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import httpcore
import numpy as np
import pytest
from PIL import Image

from edge_server.intake.intake import Intake
from edge_server.intake.pinning import connect
from edge_server.problems import Problem

_LEAKS = re.compile(
    r"/(tmp|usr|home|root|etc)|\\|Traceback|0x|\d+\.\d+\.\d+\.\d+|Error\b|jpeglib|PIL|libtiff"
)


class Made:
    """Bytes of pictures, whole and broken."""

    @staticmethod
    def picture(width: int = 64, height: int = 48) -> Image.Image:
        """Smooth colours: every format keeps them nearly."""
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        planes = [x / max(1, width - 1), y / max(1, height - 1), (x + y) / (width + height)]
        return Image.fromarray((np.dstack(planes) * 255).astype(np.uint8))

    @staticmethod
    def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
        if kind == "HEIF":
            pytest.importorskip("pillow_heif").register_heif_opener()
        out = BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    @classmethod
    def of(cls, kind: str, **options: object) -> bytes:
        return cls.encoded(cls.picture(), kind, **options)

    @staticmethod
    def chunk(name: bytes, data: bytes) -> bytes:
        checked = name + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    @classmethod
    def png(cls, header: tuple[int, ...], rows: bytes, *more: bytes) -> bytes:
        """A PNG of these header fields (width, height, depth, colour ...) and packed rows."""
        parts = [cls.chunk(b"IHDR", struct.pack(">2I5B", *header)), *more]
        parts += [cls.chunk(b"IDAT", rows), cls.chunk(b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(parts)

    @staticmethod
    def zeros(count: int) -> bytes:
        """That many zero bytes, packed, without ever holding them."""
        packer = zlib.compressobj(9)
        block = bytes(2**20)
        parts = [packer.compress(block) for _ in range(count // len(block))]
        return b"".join([*parts, packer.compress(bytes(count % len(block))), packer.flush()])

    @staticmethod
    def bmp(width: int, height: int) -> bytes:
        """A header without pixels: 54 bytes."""
        head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
        return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head

    @staticmethod
    def tiff(tags: list[tuple[int, int, int, bytes]], strips: bytes = b"") -> bytes:
        """A little-endian TIFF of these tags: number, type, count, value."""
        place = 8 + len(strips) + 2 + 12 * len(tags) + 4
        entries, values = b"", b""
        for tag, kind, count, value in sorted(tags):
            far = len(value) > 4
            field = struct.pack("<I", place + len(values)) if far else value.ljust(4, b"\0")
            entries += struct.pack("<HHI", tag, kind, count) + field
            values += value if far else b""
        directory = struct.pack("<H", len(tags)) + entries + bytes(4)
        return b"II*\0" + struct.pack("<I", 8 + len(strips)) + strips + directory + values

    @classmethod
    def tiff_tags(cls, width: int, height: int) -> list[tuple[int, int, int, bytes]]:
        """The tags of a picture of 8-bit grey, not compressed, without its strips."""
        longs = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 277: 1}
        return [(tag, 4, 1, struct.pack("<I", value)) for tag, value in longs.items()]

    @classmethod
    def scan_bomb(cls, side: int, scans: int) -> bytes:
        """A progressive JPEG of one grey that goes over itself that often."""
        image = Image.new("L", (side, side), 128)
        whole = cls.encoded(image, "JPEG", progressive=True, quality=30)
        last = whole[whole.rindex(b"\xff\xda") : -2]
        return whole[:-2] + last * (scans - whole.count(b"\xff\xda")) + b"\xff\xd9"

    @staticmethod
    def sized_jpeg(data: bytes, width: int, height: int) -> bytes:
        """The same JPEG with another size in its header."""
        at = next(data.index(code) for code in (b"\xff\xc0", b"\xff\xc2") if code in data)
        return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


@pytest.fixture(scope="session")
def made() -> type[Made]:
    return Made


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
def refused() -> Callable[..., Problem]:
    """Calls; the problem that it raises, whose text gives nothing away."""

    def call(code: str, function: Callable[..., object], *args: Any, **named: Any) -> Problem:
        with pytest.raises(Problem) as raised:
            function(*args, **named)
        problem = raised.value
        assert problem.code == code, problem.detail
        assert not _LEAKS.search(problem.detail), problem.detail
        assert problem.__cause__ is None
        return problem

    return call


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No temporary file, and no descriptor that was not there before."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = _descriptors()
    yield
    if _descriptors() > before + 5:
        gc.collect()
    until = monotonic() + 20
    while _descriptors() > before + 5 and monotonic() < until:  # a server's threads end
        threading.Event().wait(0.01)
    assert list(folder.iterdir()) == []
    assert _descriptors() <= before + 5


@pytest.fixture
def peak() -> Callable[[], float]:
    """Megabytes by which the most memory held since the fixture was made exceeds that then."""
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    before = _high_water()
    return lambda: _high_water() - before


def _high_water() -> float:
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1e3


class Internet:
    """Servers on this machine that are reached by names and addresses of the internet.

    ``names`` maps a host to the answers of its look-ups, one after the other, the last
    again and again; ``ways`` maps an address and a port to one of 127.0.0.1.  What has no
    way goes to the canary, which must never be called.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[Sequence[str]]] = {}
        self.ways: dict[tuple[str, int], int] = {}
        self.looked_up: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.canary = socket.create_server(("127.0.0.1", 0))
        self.canary.setblocking(False)
        self._open: list[Callable[[], None]] = [self.canary.close]

    def resolve(self, host: str) -> Sequence[str]:
        self.looked_up.append(host)
        answers = self.names.get(host)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.connected.append((address, port))
        there = self.ways.get((address, port), self.canary.getsockname()[1])
        return connect("127.0.0.1", there, seconds)

    def serve(
        self,
        handler: type[BaseHTTPRequestHandler],
        host: str = "good.example",
        address: str = "93.184.216.34",
        port: int = 80,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.handle_error = lambda *_args: None  # a client that hangs up is no news
        if tls is not None:
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self.names[host] = [(address,)]
        self.ways[address, port] = server.server_address[1]
        self._open += [server.shutdown, server.server_close, thread.join]

    def raw(
        self, talk: Callable[[socket.socket], None], address: str = "93.184.216.34"
    ) -> None:
        """A server that does with each connection what ``talk`` does, then closes it."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.names["good.example"] = [(address,)]
        for port in (80, 443):
            self.ways[address, port] = listener.getsockname()[1]

        def work() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        talk(connection)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._open += [
            lambda: listener.shutdown(socket.SHUT_RDWR),
            listener.close,
            lambda: thread.join(15),
        ]

    def canary_called(self) -> bool:
        try:
            self.canary.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        for end in self._open:
            end()


@pytest.fixture
def internet(nothing_is_left: None) -> Iterator[Internet]:
    made = Internet()
    yield made
    assert not made.canary_called()
    made.close()
