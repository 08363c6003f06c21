from __future__ import annotations

import pytest

from edge_server.api.rates import MOST_CALLERS, Rates
from edge_server.problems import RateLimited


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("edge_server.api.rates.monotonic", lambda: now[0])
    return now


def test_one_more_than_allowed_is_refused(clock: list[float]) -> None:
    rates = Rates(60)
    assert [rates.take("a") for _ in range(60)] == list(range(59, -1, -1))
    with pytest.raises(RateLimited) as caught:
        rates.take("a")
    assert caught.value.retry_after == 1
    assert rates.take("b") == 59
    clock[0] += 1
    assert rates.take("a") == 0


def test_nobody_saves_up_more_than_a_minute(clock: list[float]) -> None:
    rates = Rates(2)
    rates.take("a")
    clock[0] += 3600
    assert [rates.take("a"), rates.take("a")] == [1, 0]
    with pytest.raises(RateLimited):
        rates.take("a")


def test_no_limit() -> None:
    rates = Rates(0)
    assert {rates.take("a") for _ in range(1000)} == {None}


def test_a_flood_of_callers_takes_no_memory(clock: list[float]) -> None:
    rates = Rates(1)
    for number in range(MOST_CALLERS + 500):
        rates.take(str(number))
    assert len(rates._buckets) == MOST_CALLERS
