"""The server as a process of its own, as a user starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edge_server.weights.weights_store import WeightsStore


@dataclass
class Served:
    """A running server."""

    process: subprocess.Popen[str]
    address: str
    errors: list[str] = field(default_factory=list)
    grpc: str = ""
    reading: threading.Thread | None = None

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def end(self, sign: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Tell it to end, and wait until it has, and until all that it said was read."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        status = self.process.wait(seconds)
        self.listen(seconds)
        return status

    def listen(self, seconds: float) -> None:
        """Until it says nothing any more."""
        if self.reading is not None:
            self.reading.join(seconds)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts ``edge-serve`` on a free port with these options; ended afterwards."""
    with _serving(tmp_path) as begin:
        yield begin


@pytest.fixture(scope="session")
def serve_long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """As ``serve``, ended when the session is."""
    with _serving(tmp_path_factory.mktemp("data")) as begin:
        yield begin


@pytest.fixture(scope="session")
def pulled(root: Path) -> Callable[..., Path]:
    """The folder of weights that ``make test`` pulls, where it has those of these models."""
    folder = root / "out" / "weights"

    def having(*models: str) -> Path:
        store = WeightsStore(folder)
        missing = [model for model in models if not store.has(model)]
        if missing:
            said = f"run 'edge-serve weights pull {missing[0]} --folder out/weights'"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(said)
        return folder

    return having


@contextmanager
def _serving(folder: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def begin(*options: str, temporary: Path | None = None, **variables: str) -> Served:
        given = {f"POCKETLENS_{name.upper()}": value for name, value in variables.items()}
        kept = {k: v for k, v in os.environ.items() if not k.startswith("POCKETLENS_")}
        folders = {"POCKETLENS_DATA": str(folder), "POCKETLENS_WEIGHTS": str(folder / "w")}
        if temporary is not None:
            folders["TMPDIR"] = str(temporary)
        process = subprocess.Popen(
            [sys.executable, "-m", "edge_server", "--port", "0", *options],
            env=kept | folders | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.search(r"http://\S+", line)
        served = Served(process, match.group() if match else "")
        rpc = re.search(r"gRPC: ([^)\s]+)", line)
        served.grpc = rpc.group(1) if rpc else ""
        served.reading = threading.Thread(target=_drain, args=(served,), daemon=True)
        served.reading.start()
        started.append(served)
        assert match, (process.wait(10), served.errors)
        return served

    yield begin
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
        served.process.wait(10)
        served.listen(10)  # closed under its hands, the stream would be in two threads
        for stream in (served.process.stdout, served.process.stderr):
            if stream is not None:
                stream.close()


def _drain(served: Served) -> None:
    """Read what it says, so that it never waits for us."""
    assert served.process.stderr is not None
    try:
        served.errors.extend(served.process.stderr)
    except ValueError:  # closed under our hands: the test is over
        return
