"""Load on a server of its own, on loopback, against the bare model loop in the same run.

    python server/bench/load.py closed            # throughput at 1, 8 and 32 callers
    python server/bench/load.py open --seconds 60 # twice what it can do, for a minute
    python server/bench/load.py soak --requests 10000

Each prints a table, or JSON with ``--json``.  Machines are noisy: read the ratios, and run
nothing else meanwhile.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from edge_runtime import Lens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PHOTO = Path(__file__).parents[2] / "calibration" / "data" / "samples" / "china.jpg"
SIZE = (1280, 960)


@dataclass
class Sent:
    """What came back: (status, seconds, whether it said when to ask again) for each."""

    answers: list[tuple[int, float, bool]] = field(default_factory=list)
    seconds: float = 0.0

    def good(self) -> list[float]:
        """The seconds of those that were answered, in order of size."""
        return sorted(spent for status, spent, _ in self.answers if status == 200)

    def rate(self) -> float:
        """Answers a second."""
        return len(self.good()) / self.seconds if self.seconds else 0.0


def main() -> int:
    """Run one kind of load and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("kind", choices=("closed", "open", "soak"))
    parser.add_argument("--task", default="classify")
    parser.add_argument("--decode", choices=("full", "scaled"), default="full")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    run = {"closed": closed, "open": overload, "soak": soak}[options.kind]
    record = run(options)
    if options.json:
        print(json.dumps(record))
    else:
        print("\n".join(f"{name:>28}: {value}" for name, value in record.items()))
    return 0


def closed(options: argparse.Namespace) -> dict[str, Any]:
    """So many callers, each asking again as soon as it was answered."""
    photo, record = jpeg(), {}
    bare = bare_rate(photo, options)
    with served() as port:
        for callers in (1, 8, 32):
            sent = load(port, request(options, photo), callers, options.seconds)
            again = bare_rate(photo, options)
            reference = (bare + again) / 2
            bare = again
            record[f"{callers} callers, answers/s"] = round(sent.rate(), 1)
            record[f"{callers} callers, of the bare loop"] = round(sent.rate() / reference, 3)
            record[f"{callers} callers, ms p50 p99"] = percentiles(sent.good())
            record[f"{callers} callers, statuses"] = statuses(sent)
    return record | {"bare loop, answers/s": round(bare, 1)}


def overload(options: argparse.Namespace) -> dict[str, Any]:
    """Requests at twice the rate that can be served, whether or not any are answered."""
    photo = jpeg()
    with served() as port:
        content = request(options, photo)
        alone = load(port, content, 1, options.seconds / 4)
        peak = load(port, content, 8, options.seconds / 4).rate()
        sent = open_loop(port, content, 2 * peak, options.seconds)
    unsaid = [status for status, _, said in sent.answers if status in {429, 503} and not said]
    p99_alone, p99 = quantile(alone.good(), 0.99), quantile(sent.good(), 0.99)
    return {
        "peak, answers/s": round(peak, 1),
        "asked, a second": round(len(sent.answers) / options.seconds, 1),
        "answered, a second": round(sent.rate(), 1),
        "goodput of the peak": round(sent.rate() / peak, 3),
        "ms p50 p99 unloaded": percentiles(alone.good()),
        "ms p50 p99 of the admitted": percentiles(sent.good()),
        "p99 over p99 unloaded": round(p99 / p99_alone, 2),
        "statuses": statuses(sent),
        "refused without Retry-After": len(unsaid),
    }


def soak(options: argparse.Namespace) -> dict[str, Any]:
    """Very many requests: memory and descriptors stay."""
    photo = jpeg()
    with served() as port:
        pid = server_pid(port)
        content = request(options, photo)
        load(port, content, 8, 5)
        before, seen = resident(pid), 0
        sizes = []
        while seen < options.requests:
            sent = load(port, content, 8, 10)
            seen += len(sent.answers)
            sizes.append(round(resident(pid) / 2**20, 1))
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return {
        "requests": seen,
        "MiB before": round(before / 2**20, 1),
        "MiB meanwhile": sizes,
        "descriptors at the end": files,
    }


def bare_rate(photo: bytes, options: argparse.Namespace) -> float:
    """Answers a second of the model alone: decode and infer, a thread a core, no server."""
    counts: list[int] = []
    end = time.perf_counter() + options.seconds / 2
    threads = [
        threading.Thread(target=bare_loop, args=(photo, options.task, end, counts))
        for _ in range(os.cpu_count() or 1)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def bare_loop(photo: bytes, task: str, end: float, counts: list[int]) -> None:
    """One thread of it."""
    lens = Lens()
    ask: Callable[[bytes], Any] = getattr(lens, {"objects": "detect"}.get(task, task))
    count = 0
    while time.perf_counter() < end:
        ask(photo)
        count += 1
    counts.append(count)


def jpeg() -> bytes:
    """A real photo of 1280x960 as JPEG."""
    content = io.BytesIO()
    with Image.open(PHOTO) as image:
        image.convert("RGB").resize(SIZE).save(content, "JPEG", quality=90)
    return content.getvalue()


@contextmanager
def served() -> Iterator[int]:
    """A server of the real command, on a free port, without a rate limit."""
    command = [sys.executable, "-m", "edge_server", "--port", "0", "--requests-per-minute", "0"]
    process = subprocess.Popen(  # noqa: S603  our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        match = re.search(r":(\d+) ", line)
        if match is None:
            raise SystemExit("the server did not start: run edge-serve to see why")
        yield int(match.group(1))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def request(options: argparse.Namespace, photo: bytes) -> bytes:
    """The whole request as bytes: the photo is the body."""
    said = "?decode=scaled" if options.decode == "scaled" else ""
    head = (
        f"POST /v1/{options.task}{said} HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: image/jpeg\r\nContent-Length: {len(photo)}\r\n\r\n"
    )
    return head.encode() + photo


def load(port: int, content: bytes, callers: int, seconds: float) -> Sent:
    """A closed loop, from a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_closed, (port, content, callers, seconds))


def open_loop(port: int, content: bytes, rate: float, seconds: float) -> Sent:
    """Requests at a rate, from a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_opened, (port, content, rate, seconds))


def _closed(port: int, content: bytes, callers: int, seconds: float) -> Sent:
    """Callers that block: on a machine of few cores they take the least from the server."""
    sent, began = Sent(), time.perf_counter()
    threads = [
        threading.Thread(target=_again, args=(port, content, began + seconds, sent))
        for _ in range(callers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.seconds = time.perf_counter() - began
    return sent


def _again(port: int, content: bytes, end: float, sent: Sent) -> None:
    """One caller; told to come again later, it does so a tenth of a second later."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        reader = connection.makefile("rb")
        while time.perf_counter() < end:
            sent.answers.append(_asked(reader, connection, content))
            if sent.answers[-1][0] != 200:
                time.sleep(0.1)


def _opened(port: int, content: bytes, rate: float, seconds: float) -> Sent:
    """Callers that come whether or not the others were answered, each in a thread."""
    sent, began = Sent(), time.perf_counter()
    threads = []
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        threads.append(threading.Thread(target=_once, args=(port, content, sent)))
        threads[-1].start()
    sent.seconds = time.perf_counter() - began
    for thread in threads:
        thread.join()
    return sent


def _once(port: int, content: bytes, sent: Sent) -> None:
    began = time.perf_counter()
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            sent.answers.append(_asked(connection.makefile("rb"), connection, content))
    except (OSError, ValueError):
        sent.answers.append((0, time.perf_counter() - began, False))


def _asked(
    reader: io.BufferedReader, connection: socket.socket, content: bytes
) -> tuple[int, float, bool]:
    began = time.perf_counter()
    connection.sendall(content)
    head = b"".join(iter(reader.readline, b"\r\n"))
    reader.read(_length(head))
    return _answer(head, began)


def _length(head: bytes) -> int:
    found = re.search(rb"content-length: (\d+)", head)
    return int(found.group(1)) if found else 0


def _answer(head: bytes, began: float) -> tuple[int, float, bool]:
    return int(head[9:12]), time.perf_counter() - began, b"retry-after" in head


def statuses(sent: Sent) -> dict[int, int]:
    """How often each status came; 0 is a connection that broke."""
    return dict(sorted(Counter(status for status, _, _ in sent.answers).items()))


def quantile(seconds: list[float], share: float) -> float:
    """The value below which that share lies."""
    return (
        seconds[min(len(seconds) - 1, int(share * len(seconds)))] if seconds else float("nan")
    )


def percentiles(seconds: list[float]) -> str:
    """The median and the 99th percentile in milliseconds."""
    return " ".join(f"{1000 * quantile(seconds, share):.0f}" for share in (0.5, 0.99))


def server_pid(port: int) -> int:
    """The process that listens there, by the kernel's table."""
    inodes = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    }
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            links = {str(entry.readlink()) for entry in folder.iterdir()}
        except OSError:
            continue
        if links & {f"socket:[{inode}]" for inode in inodes}:
            return int(folder.parent.name)
    raise SystemExit("the server's process was not found")


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
