"""A file server on this machine that fails as it is told, and a heavy model that is tiny."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch

from edge_runtime.errors import WeightsError
from edge_runtime.spec import Licence, Record
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Packaged, Released
from edge_server.weights.checkpoint_files import read_tensors
from edge_server.weights.fetching import Patience
from edge_server.weights.weights_store import WeightsStore

PATIENT = Patience(connect=60, read=60, attempts=3, pause=0.01)
LICENCE = Licence(code="Apache-2.0", weights="MIT", data="none")


@dataclass
class FileServer:
    """``files`` by path; ``faults`` happen in turn, one a request; ``seen`` are the Range
    headers that came."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    tagged: bool = True
    port: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        served: FileServer = self.server.served
        served.seen.append(self.headers.get("Range", ""))
        fault = served.faults.pop(0) if served.faults else ""
        if fault.isdecimal() or self.path.strip("/") not in served.files:
            self.send_error(int(fault or 404))
        elif fault.startswith("to:"):
            self.send_response(302)
            self.send_header("Location", fault.removeprefix("to:"))
            self.end_headers()
        else:
            self._send(served, fault)

    def _send(self, served: FileServer, fault: str) -> None:
        content = served.files[self.path.strip("/")]
        if fault == "tampered":
            content = bytes([content[0] ^ 1]) + content[1:]
        start = self._start(served, content, fault)
        if start is None:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if served.tagged:
            self.send_header("ETag", _tag(content))
        if start:
            shown = start + 1 if fault == "wrong range" else start
            last = len(content) - 1
            self.send_header("Content-Range", f"bytes {shown}-{last}/{len(content)}")
        rest = content[start:]
        if fault != "no length":
            extra = 7 if fault == "says more" else 0
            self.send_header("Content-Length", str(len(rest) + extra))
        self.end_headers()
        if fault in {"truncates", "stalls"}:
            rest = rest[: len(rest) // 2]
        self.wfile.write(rest)
        if fault == "stalls":
            self.wfile.flush()
            served.stopped.wait(60)

    def _start(self, served: FileServer, content: bytes, fault: str) -> int | None:
        wanted = self.headers.get("Range")
        same = self.headers.get("If-Range", _tag(content)) == _tag(content)
        if not wanted or not same or fault == "ignores range":
            return 0
        start = int(wanted.removeprefix("bytes=").split("-")[0])
        return start if start < len(content) else None

    def log_message(self, *_: object) -> None:
        pass


class _Listening(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the tests."""


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:12]}"'


@pytest.fixture
def server() -> Iterator[FileServer]:
    listening = _Listening(("127.0.0.1", 0), _Handler)
    served = FileServer(port=listening.server_address[1])
    listening.served = served  # type: ignore[attr-defined]
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
    thread.start()
    yield served
    served.stopped.set()
    listening.shutdown()
    thread.join()
    listening.server_close()


class Nothing(Record, frozen=True, kw_only=True):
    """No parameters."""


def to_tensors(path: Path, checkpoint: Checkpoint) -> Mapping[str, Any]:
    tensors = read_tensors(path)
    if set(tensors) != {"conv.weight", "conv.bias"}:
        raise WeightsError(f"{path.name} does not fit")
    return tensors


def tiny_model(*checkpoints: Checkpoint) -> dict[str, HeavyModel]:
    spec = HeavySpec(
        id="tiny",
        task="tiny",
        title="Tiny",
        version="1",
        paper="",
        checkpoints=checkpoints,
        outputs=(),
    )

    def load(*_: object) -> Any:
        pytest.fail("weights are kept here, not loaded")

    model = HeavyModel(
        spec=spec, params=Nothing, result=Nothing, load=load, to_tensors=to_tensors
    )
    return {"tiny": model}


def published(name: str, origin: Released | Packaged, **more: Any) -> Checkpoint:
    return Checkpoint(name=name, licence=LICENCE, origin=origin, **more)


def tensors(seed: int = 0) -> dict[str, torch.Tensor]:
    draws = torch.Generator().manual_seed(seed)
    return {
        "conv.weight": torch.randn(64, 32, 3, 3, generator=draws),
        "conv.bias": torch.randn(64, generator=draws),
    }


@pytest.fixture
def patience() -> Patience:
    """Is quick to try again, and waits for a machine that stalls."""
    return PATIENT


@pytest.fixture
def checkpoint() -> Any:
    """Makes the record of a published checkpoint: name, origin, more."""
    return published


@pytest.fixture
def tiny_tensors() -> dict[str, torch.Tensor]:
    return tensors()


@pytest.fixture
def checkpoint_file(tmp_path: Path) -> Path:
    """A checkpoint as a training program writes it: DataParallel, steps, an optimiser."""
    path = tmp_path / "published.pth"
    state = {f"module.{name}": value for name, value in tensors().items()}
    torch.save({"global_step": 7, "model": state, "optimizer": {"lr": 0.1}}, path)
    return path


@pytest.fixture
def store_of(tmp_path: Path) -> Any:
    def made(*checkpoints: Checkpoint) -> WeightsStore:
        return WeightsStore(
            tmp_path / "weights", models=tiny_model(*checkpoints), patience=PATIENT
        )

    return made
