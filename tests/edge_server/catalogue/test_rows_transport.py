"""Rows 1-23 of the catalogue: how a request comes, before anything of it is understood."""

from __future__ import annotations

import gzip
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

MIB = 2**20
HEAD = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
END = b"Connection: close\r\n\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=xx\r\n"


def part(name: str, content: bytes, filename: str = "") -> bytes:
    also = f'; filename="{filename}"' if filename else ""
    head = f'--xx\r\nContent-Disposition: form-data; name="{name}"{also}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def form(*parts: bytes, end: bytes = b"--xx--\r\n", headers: bytes = FORM) -> bytes:
    body = b"".join(parts) + end
    return HEAD + headers + f"Content-Length: {len(body)}\r\n".encode() + END + body


HUGE_PART_HEAD = (
    b'--xx\r\nContent-Disposition: form-data; name="image"; filename="a"\r\nX-Big: '
    + b"x" * MIB
    + b"\r\n\r\nx\r\n"
)
BODIES = [
    ("1", HEAD + b"Content-Length: 0\r\n" + END, 400, "missing-image"),
    ("2-none", form(part("model", b"")), 400, "missing-image"),
    ("2-two", form(part("image", b"a", "a"), part("image", b"b", "b")), 400, "duplicate-field"),
    (
        "3",
        form(part("image", b"a", "a"), headers=b"Content-Type: multipart/form-data\r\n"),
        400,
        "malformed-multipart",
    ),
    ("4-no-end", form(part("image", b"a", "a"), end=b""), 400, "malformed-multipart"),
    ("4-cut", form(part("image", b"a" * 50, "a")[:-20], end=b""), 400, "malformed-multipart"),
    ("5", form(b"--xx" + b"-" * MIB, end=b""), 400, "missing-image"),
    ("6", form(*(part(f"a{n}", b"") for n in range(5000))), 413, "too-many-parts"),
    ("7", form(part("model", b"x" * 2 * MIB)), 413, "field-too-large"),
    ("8", form(HUGE_PART_HEAD), 415, "unsupported-image-format"),
    ("9", HEAD + b"Content-Length: 22020096\r\n\r\n", 413, "body-too-large"),
    (
        "17-text",
        form(b"x", headers=b"Content-Type: text/plain\r\n"),
        415,
        "unsupported-media-type",
    ),
    ("17-none", HEAD + b"Content-Length: 1\r\n" + END + b"x", 415, "unsupported-media-type"),
    (
        "17-svg",
        HEAD + b"Content-Type: image/svg+xml\r\nContent-Length: 6\r\n" + END + b"<svg/>",
        415,
        "unsupported-image-format",
    ),
    (
        "18",
        HEAD
        + b"Content-Encoding: gzip\r\nContent-Length: 32\r\n\r\n"
        + gzip.compress(b"0" * MIB)[:32],
        415,
        "content-encoding-unsupported",
    ),
    ("20-long-address", b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n", 431, "headers-too-large"),
    (
        "20-many-headers",
        GET + b"".join(b"X-A%d: %s\r\n" % (n, b"x" * 20) for n in range(1000)) + END,
        431,
        "headers-too-large",
    ),
    ("20-long-header", GET + b"X: " + b"x" * 65536 + b"\r\n" + END, 431, "headers-too-large"),
    ("20-endless-header", GET + b"X: " + b"x" * 300_000, 431, "headers-too-large"),
    (
        "22",
        HEAD + b"Expect: 100-continue\r\nContent-Length: 22020096\r\n\r\n",
        413,
        "body-too-large",
    ),
    ("no-http", b"\x16\x03\x01\x02\x00\x01hello\r\n\r\n", 400, "malformed-request"),
]


@pytest.mark.parametrize(
    ("content", "status", "code"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES]
)
def test_bodies(server: Any, content: bytes, status: int, code: str) -> None:
    began = time.monotonic()
    (reply,) = server.raw(content)
    assert time.monotonic() - began < 5
    server.expect(reply, status, code)


def test_10_a_chunked_body_is_refused_where_it_crosses_the_limit(server: Any) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    sent = 0
    with server.connect() as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while not select.select([connection], [], [], 0)[0]:
            connection.sendall(chunk)
            sent += 65536
            # What the sockets' buffers hold besides is sent, not read.
            assert sent < 36 * MIB
        (reply,) = server.took(read(connection))
    server.expect(reply, 413, "body-too-large")


def test_11_a_body_that_never_comes_whole_is_no_request(server: Any) -> None:
    before = requests_of(server, "classify")
    for _ in range(5):
        with server.connect() as connection:
            connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\nabc")
    assert requests_of(server, "classify") == before


def test_12_eight_stalled_uploads_are_cut_off_while_others_are_served(server: Any) -> None:
    began = time.monotonic()
    stalled = [server.connect() for _ in range(8)]
    for connection in stalled:
        connection.sendall(HEAD + b"Content-Type: image/jpeg\r\nContent-Length: 500\r\n\r\nx")
    assert server.ask("GET", "/healthz").status == 200
    assert not select.select(stalled, [], [], 0)[0]  # none of them was cut off for that
    while waiting := set(stalled) - set(select.select(stalled, [], [], 0.6)[0]):
        for connection in waiting:
            connection.sendall(b"x")
    for connection in stalled:
        (reply,) = server.took(read(connection))
        server.expect(reply, 408, "body-timeout")
    assert 2.5 < time.monotonic() - began < 10


def test_13_a_thousand_connections_that_say_nothing_are_closed(server: Any) -> None:
    silent = [server.connect() for _ in range(1000)]
    for connection in silent[:200]:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: lo")
    assert server.post("/v1/classify", files={"image": server.photo}).status == 200
    for connection in silent:
        assert read(connection) == b""


def test_14_an_answer_that_nobody_reads_is_given_up(
    server: Any, many_pixels: bytes, eventually: Callable[..., bool]
) -> None:
    before = server.connections()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.served.port))
        head = b"POST /v1/background?background=blur HTTP/1.1\r\nHost: localhost\r\n"
        kind = b"Accept: image/png\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head + kind % len(many_pixels) + many_pixels)
        assert eventually(lambda: bool(server.connections() - before))
        assert server.ask("GET", "/healthz").status == 200
        assert eventually(lambda: server.connections() <= before, 15)
        connection.settimeout(20)
        got = read(connection)
    assert not got or len(got) < int(got.lower().split(b"content-length: ")[1].split(b"\r")[0])


def test_15_a_caller_who_hangs_up_is_no_error(server: Any) -> None:
    errors = sum('"level":"error"' in line for line in server.served.errors)
    for _ in range(10):
        with server.connect() as connection:
            head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(HEAD + head % len(server.photo) + server.photo)
    assert server.post("/v1/classify", files={"image": server.photo}).status == 200
    assert sum('"level":"error"' in line for line in server.served.errors) == errors


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/classify", 405, "method-not-allowed"),
        ("DELETE", "/v1/models", 405, "method-not-allowed"),
        ("POST", "/v1/nothing", 404, "not-found"),
        ("POST", "/v1/classify/", 404, "not-found"),
        ("GET", "/static/../etc/passwd", 404, "not-found"),
    ],
)
def test_16_other_methods_and_addresses(
    server: Any, method: str, path: str, status: int, code: str
) -> None:
    reply = server.ask(method, path)
    server.expect(reply, status, code)
    assert ("allow" in reply.headers) == (status == 405)


LENGTH = b"Content-Length: 4\r\n"
NONE_OF_THEM = [
    (
        "both-lengths",
        HEAD + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET + END,
    ),
    ("xchunked", HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + GET + END),
    ("two-lengths", HEAD + LENGTH + b"Content-Length: 5\r\n\r\nabcd" + GET + END),
    ("folded", HEAD + b"X-A: a\r\n b\r\nContent-Length: 0\r\n" + END),
    ("sign", HEAD + b"Content-Length: +4\r\n\r\nabcd" + END),
    ("bare-cr", HEAD + b"X-A: a\rb\r\n\r\n"),
    ("chunk-size", HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"),
]


@pytest.mark.parametrize(
    "content", [row[1] for row in NONE_OF_THEM], ids=[row[0] for row in NONE_OF_THEM]
)
def test_19_what_two_parsers_might_read_differently(server: Any, content: bytes) -> None:
    (reply,) = server.raw(content)
    assert reply.status == 400, reply


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/x",
        "C:\\x",
        "a\0b.jpg",
        "x" * 4096,
        "\u202egpj.exe",
        "shell.php",
    ],
)
def test_21_a_files_name_means_nothing(server: Any, name: str) -> None:
    (reply,) = server.raw(form(part("image", server.photo, name)))
    assert reply.status == 200, reply
    assert b"etc" not in reply.body


def test_23_http_1_0_pipelines_and_a_connection_used_after_an_error(server: Any) -> None:
    assert [
        r.status for r in server.raw(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
    ] == [200]
    got = server.raw((GET + b"\r\n") * 9 + GET + END)
    assert [reply.status for reply in got] == [200] * 10
    wrong = HEAD + b"Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{"
    got = server.raw(wrong + GET + END)
    assert [reply.status for reply in got] == [400, 200]


def read(connection: socket.socket) -> bytes:
    parts = []
    with connection, suppress(TimeoutError, ConnectionResetError):
        while piece := connection.recv(65536):
            parts.append(piece)
    return b"".join(parts)


def requests_of(server: Any, task: str) -> float:
    """How many requests the task has answered."""
    lines = [
        line
        for line in server.numbers().splitlines()
        if line.startswith(f'pocketlens_requests_total{{route="/v1/{task}"')
    ]
    return sum(float(line.split()[-1]) for line in lines)
