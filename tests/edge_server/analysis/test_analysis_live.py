"""A real server: events come one by one, whoever hangs up frees his place, SIGTERM ends it."""

from __future__ import annotations

import base64
import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
OBAMA = (SAMPLES / "obama.jpg").read_bytes()
EVENTS = {"Accept": "text/event-stream", "Content-Type": "image/jpeg"}


@pytest.fixture(scope="module")
def server(serve_long: Callable[..., Any]) -> Any:
    return serve_long(device="cpu", threads="1", waiting="0", requests_per_minute="0")


@pytest.fixture
def client(server: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=30) as made:
        yield made


def asked(client: httpx.Client, names: str) -> Any:
    return client.stream(
        "POST", f"/v1/analyze?analyses={names}&keep=false", content=OBAMA, headers=EVENTS
    )


def test_the_first_event_is_there_before_the_last_is_known(client: httpx.Client) -> None:
    with asked(client, "all") as response:
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert response.headers["Cache-Control"] == "no-store"
        arrived = [time.monotonic() for _ in response.iter_raw()]
    assert len(arrived) >= 4
    assert arrived[-1] > arrived[0]


def test_who_hangs_up_frees_his_place(client: httpx.Client) -> None:
    for _ in range(6):  # there are two places, and nobody may wait
        until = time.monotonic() + 20
        while True:
            with asked(client, "objects,classify,smile,faces") as response:
                if response.status_code == 200:
                    next(response.iter_raw())
                    break
            assert response.status_code == 503
            assert time.monotonic() < until
            time.sleep(0.05)


def submitted(client: httpx.Client) -> httpx.Response:
    """A job, once there is a place: who has just hung up may have his still."""
    kind, until = {"Content-Type": "image/jpeg"}, time.monotonic() + 20
    while True:
        made = client.post("/v1/analyze/batch?analyses=faces", content=OBAMA, headers=kind)
        if made.status_code == 202:
            return made
        assert made.status_code == 503
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_browser_can_follow_a_job(client: httpx.Client) -> None:
    made = submitted(client)
    with client.stream("GET", made.headers["Location"], headers=EVENTS) as response:
        lines = [line for line in response.iter_lines() if line]
    assert lines[-2] == "event: done"
    assert json.loads(lines[-1].removeprefix("data: "))["done"] == 1


def test_told_to_end_it_lets_go_of_those_who_follow(serve: Callable[..., Any]) -> None:
    server = serve(device="cpu")
    with httpx.Client(base_url=server.address, timeout=30) as client:
        image = base64.b64encode((SAMPLES / "page.png").read_bytes()).decode()
        images = [{"image_base64": image}] * 60
        given = {"images": images, "analyses": ["objects", "classify"], "keep": False}
        made = client.post("/v1/analyze/batch", json=given)
        path = made.headers["Location"]
        with client.stream("GET", path, headers=EVENTS) as response:
            parts = response.iter_raw()
            text = next(parts)
            server.process.send_signal(signal.SIGTERM)
            text += b"".join(parts)
    assert b"event: progress" in text
    assert b"event: done" not in text
    began = time.monotonic()
    assert server.end() == 0
    assert time.monotonic() - began < 15
