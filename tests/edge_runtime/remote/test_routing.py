from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from edge_runtime import Lens
from edge_runtime.device_side import DeviceSide, DeviceTask
from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.outcomes import Ok, Outcome, Provenance, Unavailable
from edge_runtime.remote import How
from edge_runtime.remote.capabilities import Capabilities
from edge_runtime.routing import Route, Routing

THERE = Provenance(where="server", model="m", sha256="", variant="", accelerator="")


class Listed:
    """A server that says what it can do."""

    def __init__(self, said: Any = None) -> None:
        self.said = said or Capabilities(models=(), learnt_at=0)

    def models(self, seconds: float) -> Any:
        return self.said


@pytest.fixture
def device() -> Iterator[DeviceSide]:
    made = DeviceSide(Lens())
    yield made
    made.close()


def routing(device: DeviceSide, said: Any = None) -> Routing:
    return Routing(device, cast("Any", Listed(said)))


def test_the_server_gets_what_is_left_of_the_deadline(
    device: DeviceSide, samples: Path
) -> None:
    given: list[float] = []

    def server(how: How) -> Outcome[Any]:
        assert how.seconds is not None
        given.append(how.seconds)
        return Ok(1, THERE)

    task = DeviceTask(name="faces", work=lambda lens: lens.faces(samples / "obama2.jpg"))
    light = Route(name="faces", server=server, device=task)
    heavy = Route(name="depth", server=server)
    for route in (light, heavy):
        routing(device).ask(route, "server-first", How(), 100.0)
    with_device, alone = given
    assert 80 < with_device < 98.96  # 2 * 0.5 s, and a little, are kept for the device
    assert 80 < alone <= 100


def test_a_server_that_does_not_answer_is_not_asked_further(device: DeviceSide) -> None:
    away = Unavailable("away", 3.0)

    def server(how: How) -> Outcome[Any]:
        pytest.fail("asked")

    outcome = routing(device, away).ask(Route(name="depth", server=server), "fastest", How(), 5)
    assert isinstance(outcome, Unavailable)
    assert (outcome.why, outcome.retry_after) == ("away", 3.0)


def test_what_cannot_be_asked_is_an_outcome(device: DeviceSide) -> None:
    def server(how: How) -> Outcome[Any]:
        raise PocketLensError("no such word")

    outcome = routing(device).ask(Route(name="depth", server=server), "server-first", How(), 5)
    assert isinstance(outcome, Unavailable)
    assert outcome.code == "not-asked"
    assert "no such word" in outcome.why


def test_a_policy_that_does_not_exist(device: DeviceSide) -> None:
    route = Route(name="depth", server=lambda _: Ok(1, THERE))
    with pytest.raises(UnknownName, match="best-quality"):
        routing(device).ask(route, "best", How(), 5)
