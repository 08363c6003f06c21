"""The client against the real server, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.geometry import iou
from edge_runtime.images import Photo, open_photo
from edge_runtime.offline_queue import OfflineQueue
from edge_runtime.outcomes import Degraded, Ok, Unavailable
from edge_runtime.remote import How, RemoteLens
from edge_runtime.remote.asking import prepared
from edge_runtime.remote.uploads import opened
from edge_runtime.router import Router, Wish

Make = Callable[..., RemoteLens]


class Server:
    """``edge-serve`` on loopback."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("POCKETLENS_")}
        folders = {"POCKETLENS_DATA": str(folder), "POCKETLENS_WEIGHTS": str(folder / "w")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge_server", "--port", str(port)],
            env=kept | folders,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors: list[str] = []
        assert self.process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", self.process.stdout.readline())
        self.draining = threading.Thread(target=self._drain, daemon=True)
        self.draining.start()
        assert found, self.errors
        self.url = found.group()

    def _drain(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)
        self.draining.join(60)  # who still reads would meet a closed file
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.kill()


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


def value_of(outcome: Any) -> Any:
    assert isinstance(outcome, Ok), outcome
    return outcome.value


@pytest.mark.parametrize("photo", ["obama2.jpg", "astronaut.png"])
def test_with_every_pixel_sent_the_answer_is_the_devices(
    photo: str, server: Server, remote_lens: Make, lens: Lens, samples: Path
) -> None:
    remote, how, path = (
        remote_lens(server.url, seconds=300),
        How(full_size=True),
        samples / photo,
    )
    here, there = lens.faces(path).value, value_of(remote.faces(path, how))
    assert len(there.faces) == len(here.faces) > 0
    for one, other in zip(here.faces, there.faces, strict=True):
        assert other.box_xyxy == pytest.approx(one.box_xyxy, abs=2e-3)
        assert other.score == pytest.approx(one.score, abs=2e-6)
    mask = value_of(remote.segment(path, how)).probability
    assert np.abs(mask - lens.segment(path).value.probability).max() <= 0.5 / 255 + 1e-6
    mesh = value_of(remote.landmarks(path, how)).faces[0].landmarks
    assert np.abs(mesh - lens.landmarks(path).value.faces[0].landmarks).max() < 2e-3
    assert value_of(remote.classify(path, how)).labels[0].label == (
        lens.classify(path).value.labels[0].label
    )


def test_a_smaller_upload_changes_little(
    server: Server, remote_lens: Make, lens: Lens, samples: Path
) -> None:
    remote, path = remote_lens(server.url, seconds=300), samples / "obama.jpg"
    outcome = remote.faces(path)
    (one,), (other,) = lens.faces(path).value.faces, value_of(outcome).faces
    boxes = np.array([one.box_xyxy, other.box_xyxy])
    assert iou(boxes[0], boxes[1:]) > 0.95
    assert outcome.provenance.bytes_saved > 0
    here = lens.segment(path).value.probability
    there = value_of(remote.segment(path)).probability
    assert here.shape == there.shape
    assert np.abs(here - there).mean() < 0.01
    (mesh,) = [face.landmarks for face in value_of(remote.landmarks(path)).faces]
    away = np.abs(mesh - lens.landmarks(path).value.faces[0].landmarks)[:, :2].max()
    assert away < 0.02 * (one.box_xyxy[2] - one.box_xyxy[0])


def test_the_same_question_is_computed_once(
    server: Server, remote_lens: Make, samples: Path
) -> None:
    """As a client asks that was killed before it had the answer: by the key of its job."""
    question = prepared("faces", opened(samples / "obama.jpg"), {})
    sent = [
        remote_lens(server.url, seconds=300).send(question, How(key=key))
        for key in ("job", "job", "another job")
    ]
    bodies = [one.answer.body for one in sent]
    assert bodies[0] == bodies[1]  # with its milliseconds
    assert bodies[0] != bodies[2]


def test_the_server_runs_the_very_files_of_the_bundle(
    server: Server, remote_lens: Make, lens: Lens, samples: Path
) -> None:
    files = {
        entry.spec.id: file.sha256
        for entry in lens.bundle.manifest.models
        for file in entry.files
        if (file.format, file.variant) == ("tflite", entry.spec.ships["tflite"])
    }
    remote = remote_lens(server.url, seconds=300, files=files)
    assert isinstance(remote.faces(samples / "obama2.jpg"), Ok)
    wrong = remote.faces(samples / "obama2.jpg", How(sha256="0" * 64))
    assert isinstance(wrong, Unavailable)
    assert wrong.code == "wrong-file"


def test_what_the_server_does_not_have_is_no_answer(
    server: Server, remote_lens: Make, samples: Path
) -> None:
    remote = remote_lens(server.url, seconds=300)
    depth = remote.depth(samples / "obama2.jpg")
    assert isinstance(depth, Unavailable)
    assert (depth.code, depth.retry_after) == ("weights-missing", None)
    wrong = remote.cut(samples / "obama2.jpg", ["unicorn"])
    assert isinstance(wrong, Unavailable)
    assert wrong.code == "unknown-name"
    assert isinstance(remote.cut(samples / "obama2.jpg", ["person"]), Degraded)


def test_a_server_that_dies_and_comes_back(
    remote_lens: Make, lens: Lens, samples: Path, tmp_path: Path
) -> None:
    server, photo = Server(tmp_path), samples / "obama2.jpg"
    port = int(server.url.rsplit(":", 1)[1])
    remote = remote_lens(server.url, breaker_failures=2, breaker_seconds=0.1)
    router = Router(lens, remote, "server-first")
    queue = OfflineQueue(tmp_path / "jobs.sqlite")
    assert value_of(remote.faces(photo)).faces
    server.kill()
    job = queue.put("faces", photo)
    assert queue.drain(remote).outage is not None
    outcome = router.faces(photo)
    assert isinstance(outcome, Ok)
    assert outcome.provenance.where == "device"
    again = Server(tmp_path, port)
    try:
        while queue.drain(remote).outage is not None:
            threading.Event().wait(0.1)
        assert len(value_of(queue.result(job)).faces) == len(outcome.value.faces)
    finally:
        router.close()
        again.kill()


def test_a_server_without_weights_enlarges_by_the_phones_network_where_that_is_named(
    server: Server, remote_lens: Make, lens: Lens, samples: Path
) -> None:
    photo = Photo(open_photo(samples / "astronaut.png").rgb[60:150, 170:260])
    remote = remote_lens(server.url, seconds=300)
    wish = Wish(policy="server-first", how=How(model="super-resolution-compact"))
    with closing(Router(Lens(), remote, seconds=300.0)) as router:
        for scale in (2, 4):
            outcome = router.super_resolution(photo, wish, scale=scale)
            made = lens.super_resolution(photo, scale)
            assert np.array_equal(value_of(outcome).pixels, made.value.pixels)
            assert outcome.provenance.where == "server"
            assert outcome.provenance.model == "super-resolution-compact"
            assert len(outcome.provenance.sha256) == 64
        usual = router.super_resolution(photo, Wish(policy="server-first"), scale=2)
    assert isinstance(usual, Degraded)
    assert usual.provenance.where == "device"
    assert usual.provenance.bytes_sent == 0  # the list says that Real-ESRGAN is not there
    refused = remote.super_resolution(photo, How(model="super-resolution"))
    assert isinstance(refused, Unavailable)
    assert "model=super-resolution-compact is at hand" in refused.why
