"""Rows 111-149 of the catalogue as far as they are about the process: what breaks under it."""

from __future__ import annotations

import json
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edge_server.keys import KeyStore

DEPLOY = Path(__file__).parents[3] / "server" / "deploy"
HEAD = b"POST /v1/%s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\nConnection: close\r\n"
MIB = 2**20


def posted(photo: bytes, task: bytes = b"classify", kind: bytes = b"application/json") -> bytes:
    head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(photo)
    return HEAD % (task, kind) + head + photo


@contextmanager
def limited(server: Any, kind: int, most: int) -> Iterator[None]:
    """The running server may have no more than that, for as long as this is held."""
    soft, hard = resource.prlimit(server.pid, kind)
    resource.prlimit(server.pid, kind, (most, hard))
    try:
        yield
    finally:
        resource.prlimit(server.pid, kind, (soft, hard))


def all_read(connections: list[socket.socket]) -> list[bytes]:
    got = []
    for connection in connections:
        parts = []
        with connection, suppress(TimeoutError, ConnectionResetError):
            while part := connection.recv(65536):
                parts.append(part)
        got.append(b"".join(parts))
    return got


def test_127_many_requests_leave_nothing(server: Any) -> None:
    sizes = [server.resident()]
    grown = 2 * MIB
    while grown > MIB and len(sizes) < 16:  # threads that never ran before take some
        for _ in range(50):
            assert server.post("/v1/classify", files={"image": server.photo}).status == 200
        sizes.append(server.resident())
        grown = 1024 * (sizes[-1] - sizes[-2])
    assert grown <= MIB, sizes


def test_111_two_hundred_at_once_are_answered_or_refused(server: Any) -> None:
    threads = server.threads()
    connections = [server.connect(30) for _ in range(200)]
    for connection in connections:
        connection.sendall(posted(server.photo))
    replies = [server.took(content)[0] for content in all_read(connections)]
    codes = {(reply.status, reply.code) for reply in replies}
    assert (200, "") in codes
    assert codes <= {(200, ""), (503, "overloaded")}
    assert server.threads() <= threads + 96  # one of those that settings.py says


def test_113_a_deadline_that_has_passed_costs_nothing(server: Any) -> None:
    def runs() -> list[str]:
        return [line for line in server.numbers().splitlines() if "_runs_total{" in line]

    before = runs()
    reply = server.post(
        "/v1/classify", files={"image": server.photo}, headers={"X-Deadline-Ms": "1"}
    )
    server.expect(reply, 504, "deadline-exceeded")
    assert before
    assert runs() == before


def test_139_149_what_is_not_offered(server: Any) -> None:
    for path in (
        "/v1/models/classify/load",
        "/v2/repository/models/classify/load",
        "/v2/repository/index",
    ):
        reply = server.ask("POST", path, content=b"")
        assert (reply.status, reply.record["code"]) == (404, "not-found")
    for method in ("PUT", "POST", "DELETE"):
        server.expect(server.ask(method, "/v1/models"), 405, "method-not-allowed")


@pytest.mark.parametrize("more", [0, 2, 8, 32, 100])
def test_120_memory_that_is_not_there_is_said(apart: Any, more: int) -> None:
    made = BytesIO()
    Image.new("RGB", (7000, 7000), (9, 99, 200)).save(made, "JPEG")
    content = posted(made.getvalue() + bytes(4 * MIB), b"background")
    size = int(Path(f"/proc/{apart.pid}/statm").read_text().split()[0])
    with limited(apart, resource.RLIMIT_AS, size * resource.getpagesize() + more * MIB):
        replies = apart.raw(content, wait=30)
        # Where there is none for the bytes either, the answer may meet what is still sent.
        assert replies or more < 32
        for reply in replies:
            apart.expect(reply, 503, "memory")


def test_136_the_server_writes_nothing_so_a_full_disk_is_no_matter(apart: Any) -> None:
    with limited(apart, resource.RLIMIT_FSIZE, 0):
        made = BytesIO()
        Image.new("RGB", (1000, 1000)).save(made, "BMP")
        assert len(made.getvalue()) > 2 * MIB
        reply = apart.post("/v1/background", files={"image": made.getvalue()})
        assert reply.status == 200


def test_137_without_descriptors_others_are_turned_away_and_then_served(apart: Any) -> None:
    before = len(apart.connections())
    held = []
    with limited(apart, resource.RLIMIT_NOFILE, apart.descriptors + 10):
        held = [apart.connect() for _ in range(60)]
        time.sleep(0.2)
        assert len(apart.connections()) < before + 30
        assert apart.served.process.poll() is None
    for connection in held:
        connection.close()
    assert apart.post("/v1/classify", files={"image": apart.photo}).status == 200


def test_146_a_model_file_that_changes_after_it_was_loaded_changes_no_answer(
    apart: Any,
) -> None:
    before = apart.post("/v1/landmarks", files={"image": apart.photo}).record["result"]
    assert len(before["faces"]) == 1
    (path,) = apart.bundle.glob("models/face-landmarks/*.tflite")
    content = path.read_bytes()
    with path.open("r+b") as file:
        for spoilt in (bytes(255 - byte for byte in content), b""):
            file.seek(0)
            file.write(spoilt)
            file.truncate()
            file.flush()
            reply = apart.post("/v1/landmarks", files={"image": apart.photo})
            assert reply.record["result"] == before
    path.write_bytes(content)


def test_117_146_a_model_file_with_one_other_byte_is_never_loaded(
    apart: Any, eventually: Callable[..., bool]
) -> None:
    (path,) = apart.bundle.glob("models/smile/*.tflite")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    for _ in range(5):
        reply = apart.post("/v1/smile", files={"image": apart.photo})
        apart.expect(reply, 503, "model-unhealthy")
        assert int(reply.headers["retry-after"]) > 0
    last = reply.headers["x-request-id"]
    assert eventually(lambda: any(last in line for line in apart.served.errors))
    told = [line for line in apart.served.errors if "cannot be loaded" in line]
    assert 1 <= len(told) <= 3  # it rests, and is not tried for everybody who asks
    ready = apart.ask("GET", "/v2/models/smile/ready")
    assert (ready.status, ready.record["code"]) == (503, "model-unhealthy")
    assert apart.ask("GET", "/v2/health/live").status == 200
    assert apart.post("/v1/faces", files={"image": apart.photo}).status == 200


def test_116_123_a_server_that_is_killed_says_nothing_half_and_starts_again(
    watch: Callable[..., Any], many_pixels: bytes, tmp_path: Path
) -> None:
    store = KeyStore(tmp_path / "keys.json")
    key = {"X-API-Key": store.add("phone")}
    kept = store.path.read_bytes()
    killed = watch(data=tmp_path)
    assert killed.post("/v1/classify", files={"image": killed.photo}).status == 200
    asking = [killed.connect(30) for _ in range(8)]
    for at, connection in enumerate(asking):
        kind = b"image/png" if at % 2 else b"application/json"
        connection.sendall(posted(many_pixels, b"background", kind))
    killed.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    time.sleep(0.3)
    assert killed.served.end(signal.SIGKILL) == -signal.SIGKILL
    for content in all_read(asking):
        assert_whole_or_none(content)
    assert list(killed.temporary.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keys.json", "keys.lock"]
    assert store.path.read_bytes() == kept

    again = watch("--port", str(killed.served.port), data=tmp_path)
    assert again.served.port == killed.served.port
    assert again.post("/v1/classify", files={"image": again.photo}).status == 200
    assert again.ask("GET", "/v1/models", headers=key).status == 200
    assert again.served.end() == 0


def assert_whole_or_none(content: bytes) -> None:
    """What came before the server was killed: a whole answer, or one that shows that it is
    not: shorter than it says, and no JSON.
    """
    if not content:
        return
    head, _, body = content.partition(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r")[0])
    if len(body) == size:
        assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 503"))
        return
    with pytest.raises(json.JSONDecodeError):
        json.loads(body.decode("latin1"))


# The clock of the wall jumps; what lasts for a while is measured by another.
_JUMPING = """
import sys, time
from pathlib import Path
from edge_server.problems import RateLimited, Unauthenticated

jump, wall = 0, time.time
time.time = lambda: wall() + jump

from edge_server.api.rates import Rates
from edge_server.engine.circuit import Circuit, Rest
from edge_server.engine.interface import Deadline
from edge_server.keys import KeyStore

store = KeyStore(Path(sys.argv[1]))
key = store.add("for a day", days=1)
rates, deadline, circuit = Rates(1), Deadline.after(600), Circuit(Rest(seconds=600))
rates.take("a caller")
circuit.failed()
for jump in (3600, -3600):
    try:
        rates.take("a caller")
    except RateLimited:
        print("limited")
    print(0 < deadline.remaining() <= 600, 0 < circuit.resting() <= 600)
    print(store.check(key, "infer").name)
jump = 25 * 3600
try:
    store.check(key, "infer")
except Unauthenticated:
    print("ended")
"""


def test_124_a_clock_that_jumps_moves_no_limit_but_the_end_of_keys(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _JUMPING, str(tmp_path / "keys.json")],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    once = ["limited", "True True", "for a day"]
    assert done.stdout.splitlines() == [*once, *once, "ended"]


def test_123_who_supervises_it_starts_it_again() -> None:
    assert "\nRestart=always\n" in (DEPLOY / "pocketlens.service").read_text()
    compose = (DEPLOY / "compose.yaml").read_text()
    assert compose.count("restart: always") == compose.count("    image:") + compose.count(
        "    build:"
    )


# A process that makes keys without end, to be killed at whatever it is at.
_MAKING = """
import sys
from pathlib import Path
from edge_server.keys import KeyStore
store = KeyStore(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    store.add("another")
"""


def test_123_keys_that_are_being_written_are_whole_whenever_it_is_killed(
    tmp_path: Path,
) -> None:
    store = KeyStore(tmp_path / "keys.json")
    key = store.add("phone")
    for wait in (0.0, 0.005, 0.02, 0.05):
        process = subprocess.Popen(
            [sys.executable, "-c", _MAKING, str(store.path)], stdout=subprocess.PIPE
        )
        with process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(wait)
            process.kill()
        assert KeyStore(store.path).check(key, "infer").name == "phone"


def test_134_a_server_whose_keys_are_damaged_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("[{")
    done = subprocess.run(
        [sys.executable, "-m", "edge_server", "--port", "0", "--data", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("edge-serve: the server's file of keys keys.json is damaged")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


# A folder that is full, in a mount namespace of its own: it is gone with the process.
_FULL = """
mount -t tmpfs -o size=64k none "$1" || exit 77
dd if=/dev/zero of="$1/filler" bs=1k count=44 2>/dev/null
"$2" -m edge_server keys add first >/dev/null || exit 78
dd if=/dev/zero of="$1/more" bs=1k count=64 2>/dev/null
"$2" -m edge_server keys add second
echo "status $?"
cat "$1/keys.json"
ls -A "$1"
"""


def test_136_a_disk_that_is_full_leaves_the_keys_as_they_were(tmp_path: Path) -> None:
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", _FULL, "sh"]
    variables = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "POCKETLENS_DATA": str(tmp_path)}
    try:
        done = subprocess.run(
            [*command, str(tmp_path), sys.executable],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env=variables,
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare: a file system of its own cannot be mounted")
    if done.returncode in {1, 77} and "first" not in done.stdout:
        pytest.skip("a file system of its own cannot be mounted by this user")
    assert "status 1" in done.stdout, done
    assert "make room there" in done.stderr
    assert '"first"' in done.stdout
    assert '"second"' not in done.stdout
    assert set(done.stdout.split()[-4:]) == {"filler", "keys.json", "keys.lock", "more"}
