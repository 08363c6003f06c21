"""A seeded mix of everything that can go wrong, and a ledger that has to add up."""

from __future__ import annotations

from collections import Counter
from random import Random
from threading import Event, Thread
from typing import Any

import pytest

from edge_server.engine.circuit import Rest
from edge_server.engine.interface import Priority
from edge_server.engine.local import LocalEngine
from edge_server.problems import InvalidParameter, Problem

ROUNDS = 60
CLIENTS = 6
KNOWN = {
    "answered",
    "cancelled",
    "deadline-exceeded",
    "draining",
    "gpu-memory",
    "invalid-parameter",
    "loading",
    "memory",
    "model-output-invalid",
    "model-unhealthy",
    "overloaded",
}


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


def seeded(seed: float) -> Random:
    return Random(seed)  # noqa: S311


def misbehave(seed: int) -> Any:
    """By the value that a job carries, so that a seed is one schedule."""

    def behave(runner: Any, jobs: Any, turn: int) -> list[Any]:
        for job in jobs:
            _one(seeded(seed * 1_000_003 + job.params.value), turn, len(jobs))
        assert not runner.closed
        return [job.params.value for job in jobs]

    return behave


def _one(luck: Random, turn: int, size: int) -> None:
    fate = luck.random()
    if fate < 0.03:
        raise InvalidParameter("not this one")
    if fate < 0.06:
        raise ValueError("poison")
    if fate < 0.10 and size > 1:
        raise OutOfMemoryError
    if fate < 0.12 and turn % 3:
        raise MemoryError
    if fate < 0.13 and turn % 5 == 0:
        raise RuntimeError("CUDA error: device-side assert triggered")
    if fate < 0.30:
        Event().wait(luck.random() * 0.02)
    if fate > 0.995:
        Event().wait(0.3)  # beyond what the watch allows


class Ledger:
    """Each client's own words, to be compared with the engine's counts."""

    def __init__(self) -> None:
        self.rejected: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.wrong: list[Any] = []


def client(engine: LocalEngine, send: Any, luck: Random, ledger: Ledger) -> None:
    for _ in range(ROUNDS):
        burst = []
        for _ in range(luck.randint(1, 4)):
            value = luck.randrange(10_000)
            fields = {
                "seconds": luck.choice([0.003, 0.05, 5.0]),
                "priority": luck.choice(list(Priority)),
            }
            try:
                burst.append(send(engine, luck.choice("abcd"), value, **fields))
            except Problem as problem:
                ledger.rejected[problem.code] += 1
        for ticket in burst:
            if luck.random() < 0.1:
                ticket.cancel()
            end(ticket, ledger)


def end(ticket: Any, ledger: Ledger) -> None:
    try:
        answer = ticket.result()
    except Problem as problem:
        ledger.ended[problem.code] += 1
    else:
        ledger.ended["answered"] += 1
        if answer.value != ticket.work.params.value or answer.model != ticket.work.model_id:
            ledger.wrong.append(answer)


@pytest.mark.parametrize("seed", range(4))
def test_every_submission_ends_in_exactly_one_way(
    start: Any, fake: Any, send: Any, seed: int
) -> None:
    luck = seeded(seed)
    models = [fake(name, batch=4) for name in "ab"]
    models += [fake(name, own_slot=True, lane="light") for name in "cd"]
    for model in models:
        model.behave = misbehave(seed)
    engine = start(
        *models,
        slots=2,
        queue=4,
        devices=("cuda:0", "cuda:1"),
        memory_bytes=350,
        stuck_seconds=0.1,
        watch_seconds=0.01,
        rest=Rest(seconds=0.01, longest=0.05, reloads=1000),
    )
    ledgers = [Ledger() for _ in range(CLIENTS)]
    clients = [
        Thread(target=client, args=(engine, send, seeded(luck.random()), ledger))
        for ledger in ledgers
    ]
    replacing, versions = seed >= 2, []
    for one in clients:
        one.start()
    while replacing and any(one.is_alive() for one in clients):
        versions.append(fake("a", batch=4))
        versions[-1].behave = misbehave(seed)
        engine.replace(versions[-1].servable())
        Event().wait(0.05)
    if seed % 2:
        engine.drain(0.2)
    for one in clients:
        one.join(120)
        assert not one.is_alive()
    check(engine, ledgers)
    engine.drain(20)
    leaked = engine._pool._leaked
    for slot in leaked:
        slot.thread.join(20)
    assert [model.alive for model in (*models, *versions)] == [0] * (4 + len(versions))


def check(engine: LocalEngine, ledgers: list[Ledger]) -> None:
    tally: Any = engine.observer
    assert [ledger.wrong for ledger in ledgers] == [[]] * CLIENTS
    ended = sum((ledger.ended for ledger in ledgers), Counter())
    rejected = sum((ledger.rejected for ledger in ledgers), Counter())
    assert set(ended) | set(rejected) <= KNOWN
    assert tally.total("submissions") == sum(ended.values()) == tally.total("outcomes")
    assert tally.total("rejects") == sum(rejected.values())
    for code in KNOWN:
        assert tally.total("outcomes", outcome=code) == ended[code], code
        assert tally.total("rejects", reason=code) == rejected[code], code
