from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Thread, get_native_id
from time import monotonic
from typing import Any

import pytest

from edge_server.engine.circuit import Circuit, Rest
from edge_server.engine.interface import Deadline, Engine, Priority, State
from edge_server.engine.local import LocalEngine
from edge_server.engine.slots import Running
from edge_server.problems import (
    Cancelled,
    DeadlineExceeded,
    Draining,
    Loading,
    ModelNotFound,
    ModelUnhealthy,
    Overloaded,
    Problem,
    WeightsMissing,
)


def count(engine: LocalEngine, name: str, **labels: str) -> int:
    return engine.observer.total(name, **labels)  # type: ignore[attr-defined]


def gauge(engine: LocalEngine, name: str, **labels: str) -> Any:
    wanted = set(labels.items())
    found = [g for g in engine.gauges() if g.name == name and wanted <= set(g.labels)]
    return sum(g.value for g in found)


def wait_for(condition: Any) -> None:
    until = monotonic() + 20
    while not condition():
        assert monotonic() < until
        Event().wait(0.005)


def nothing_is_stuck_from_now_on(engine: LocalEngine) -> None:
    """Not even a thread that is held up between an answer and its next turn."""
    engine.settings = replace(engine.settings, stuck_seconds=60.0)


def code(one: Any) -> Any:
    try:
        return one.result().value
    except Problem as problem:
        return problem.code


def test_it_is_an_engine(start: Any, fake: Any) -> None:
    engine: Engine = start(fake("m"))
    assert engine.states() == {"m": State.IDLE}


def test_work_is_answered(start: Any, fake: Any, send: Any) -> None:
    engine = start(fake("m"))
    answer = send(engine, "m", 7).result()
    assert (answer.value, answer.model, answer.device) == (7, "m", "cpu")
    assert engine.states() == {"m": State.READY}
    assert count(engine, "submissions", priority="interactive") == 1
    assert count(engine, "outcomes", outcome="answered") == 1
    assert gauge(engine, "memory_bytes", device="cpu") == 100


@pytest.mark.parametrize(
    ("break_", "problem"),
    [
        (lambda _engine, model: setattr(model, "here", False), WeightsMissing),
        (lambda engine, _model: engine.drain(0), Draining),
    ],
)
def test_what_is_not_taken_is_counted(
    start: Any, fake: Any, send: Any, break_: Any, problem: Any
) -> None:
    model = fake("m")
    engine = start(model)
    break_(engine, model)
    with pytest.raises(problem):
        send(engine, "m")
    assert count(engine, "rejects", model="m", reason=problem.code) == 1
    assert count(engine, "submissions") == 0
    assert model.loads == 0


def test_an_unknown_model_makes_no_label(start: Any, fake: Any, send: Any) -> None:
    engine = start(fake("m"))
    with pytest.raises(ModelNotFound):
        send(engine, "a stranger's words")
    assert count(engine, "rejects", model="", reason="model-not-found") == 1


def test_a_full_queue_says_when_to_try_again(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model, queue=2)
    model.gate.clear()
    running = send(engine, "m", 1)
    model.wait_run()
    queued = [send(engine, "m", value) for value in (2, 3)]
    with pytest.raises(Overloaded) as raised:
        send(engine, "m", 4)
    assert raised.value.retry_after
    assert gauge(engine, "queue_depth", lane="heavy") == 2
    assert gauge(engine, "busy_slots", lane="heavy") == 1
    model.gate.set()
    assert [code(one) for one in (running, *queued)] == [1, 2, 3]


def test_interactive_work_goes_before_batch(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model)
    model.gate.clear()
    send(engine, "m", 0)
    model.wait_run()
    tickets = [send(engine, "m", 1, priority=Priority.BATCH), send(engine, "m", 2)]
    model.gate.set()
    assert [code(one) for one in tickets] == [1, 2]
    assert model.runs == [[0], [2], [1]]


def test_a_queue_of_the_heavy_does_not_block_the_light(
    start: Any, fake: Any, send: Any
) -> None:
    heavy, light = fake("heavy"), fake("light", own_slot=True, lane="light")
    engine = start(heavy, light, slots=2, queue=3)
    heavy.gate.clear()
    held = [send(engine, "heavy", 0)]
    heavy.wait_run()
    held += [send(engine, "heavy", value) for value in (1, 2, 3)]
    assert [code(send(engine, "light", value)) for value in range(20)] == list(range(20))
    heavy.gate.set()
    assert [code(one) for one in held] == [0, 1, 2, 3]


def test_light_models_have_a_runner_in_every_slot(start: Any, fake: Any, send: Any) -> None:
    light = fake("light", own_slot=True, lane="light")
    engine = start(light, slots=3)
    engine.warm(["light"])
    assert light.loads == 3
    light.gate.clear()
    tickets = [send(engine, "light", value) for value in range(3)]
    for _ in range(3):
        light.wait_run()
    assert gauge(engine, "busy_slots", lane="light") == 3
    light.gate.set()
    assert [code(one) for one in tickets] == [0, 1, 2]
    assert light.loads == 3


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own")
def test_the_heavy_stand_back_for_the_light(start: Any, fake: Any, send: Any) -> None:
    def nice(*_: Any) -> list[int]:
        return [os.getpriority(os.PRIO_PROCESS, get_native_id())]

    heavy, light = fake("heavy"), fake("light", own_slot=True, lane="light")
    heavy.behave = light.behave = nice
    engine = start(heavy, light, nice=2)
    ours = nice()[0]
    assert code(send(engine, "light")) == ours
    assert code(send(engine, "heavy")) == min(ours + 2, 19)


def test_heavy_models_have_one_runner_and_one_run(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model, slots=4)
    model.gate.clear()
    tickets = [send(engine, "m", value) for value in range(3)]
    model.wait_run()
    assert gauge(engine, "busy_slots") == 1
    model.gate.set()
    assert [code(one) for one in tickets] == [0, 1, 2]
    assert model.loads == 1


def test_a_lane_is_of_one_kind(fake: Any) -> None:
    servables = [fake("a").servable(), fake("b").servable(own_slot=True)]
    with pytest.raises(ValueError, match="lane heavy"):
        LocalEngine(servables)


def test_work_past_its_deadline_never_runs(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model)
    model.gate.clear()
    first = send(engine, "m", 0)
    model.wait_run()
    tickets = [send(engine, "m", value, seconds=0.5) for value in (1, 2)]
    assert [code(one) for one in tickets] == ["deadline-exceeded"] * 2
    assert gauge(engine, "queue_depth") == 0
    unwaited = send(engine, "m", 3, seconds=0.5)
    wait_for(lambda: unwaited.work.deadline.remaining() < 0)
    model.gate.set()
    assert code(first) == 0
    assert code(send(engine, "m", 4)) == 4
    assert model.runs == [[0], [4]]
    assert count(engine, "runs", model="m") == 2
    assert count(engine, "dropped", model="m", reason="deadline-exceeded") == 3


def test_a_deadline_in_a_run_is_kept_and_the_slot_is_busy_until_it_ends(
    start: Any, fake: Any, send: Any
) -> None:
    model = fake("m")
    engine = start(model)
    engine.warm(["m"])
    model.gate.clear()
    ticket = send(engine, "m", seconds=1)
    model.wait_run()
    with pytest.raises(DeadlineExceeded):
        ticket.result()
    assert -10 < ticket.work.deadline.remaining() < 0.1  # the run is held for 20
    assert gauge(engine, "busy_slots") == 1
    model.gate.set()
    wait_for(lambda: gauge(engine, "busy_slots") == 0)
    assert count(engine, "outcomes", outcome="answered") == 0


def test_a_model_that_never_returns_is_given_up(start: Any, fake: Any, send: Any) -> None:
    model, other = fake("m"), fake("other")
    engine = start(model, other)
    assert code(send(engine, "other", 5)) == 5
    model.gate.clear()
    ticket = send(engine, "m", seconds=1)
    model.wait_run()
    waiting = send(engine, "other", 6)
    engine.settings = replace(engine.settings, stuck_seconds=0.1)
    assert code(ticket) == "deadline-exceeded"
    wait_for(lambda: count(engine, "stuck"))
    nothing_is_stuck_from_now_on(engine)
    assert code(waiting) == 6
    assert (count(engine, "stuck", model="m"), gauge(engine, "leaked_threads")) == (1, 1)
    assert engine.states()["m"] is State.UNHEALTHY
    with pytest.raises(ModelUnhealthy):
        send(engine, "m")
    model.gate.set()
    wait_for(lambda: gauge(engine, "leaked_threads") == 0)
    wait_for(lambda: model.alive == 0)


def test_a_run_that_somebody_waits_for_is_not_stuck(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model, stuck_seconds=0.0, watch_seconds=0.005)
    model.gate.clear()
    ticket = send(engine, "m", 3)
    model.wait_run()
    Event().wait(0.1)
    assert count(engine, "stuck") == 0
    nothing_is_stuck_from_now_on(engine)
    model.gate.set()
    assert code(ticket) == 3
    assert count(engine, "stuck") == 0


def test_a_load_has_more_time_than_a_run(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model, stuck_seconds=0.0, load_seconds=20, watch_seconds=0.005)
    model.load_gate.clear()
    late = send(engine, "m", 1, seconds=1)
    model.wait_load()
    with pytest.raises(Loading):
        late.result()
    ticket = send(engine, "m", 2)
    Event().wait(0.05)
    assert count(engine, "stuck") == 0
    nothing_is_stuck_from_now_on(engine)
    model.load_gate.set()
    assert code(ticket) == 2
    assert count(engine, "stuck") == 0
    assert model.runs == [[2]]


def test_a_run_behind_a_long_load_has_its_time(
    start: Any, fake: Any, submission: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, now = start(fake("m"), stuck_seconds=30, watch_seconds=60), monotonic()
    gone = submission("m")
    gone.cancel()
    running = Running(batch=[gone], since=now)
    monkeypatch.setattr("edge_server.engine.residency.monotonic", lambda: now + 100)
    engine.warm(["m"])
    for later, stuck in ((101, False), (129, False), (131, True)):
        monkeypatch.setattr("edge_server.engine.local.monotonic", lambda at=now + later: at)
        assert engine._is_stuck(running) == stuck


def test_a_load_that_never_ends_is_given_up(start: Any, fake: Any, send: Any) -> None:
    model, other = fake("m"), fake("other")
    engine = start(model, other, stuck_seconds=0.0, load_seconds=0.2)
    model.load_gate.clear()
    lost = send(engine, "m", seconds=1)
    model.wait_load()
    waiting = send(engine, "other", 6)
    assert code(lost) == "loading"
    assert code(waiting) == 6
    assert count(engine, "stuck", model="m") == 1


def test_two_who_come_first_load_once(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model)
    model.load_gate.clear()
    tickets = [send(engine, "m", value) for value in (1, 2)]
    model.wait_load()
    assert engine.states() == {"m": State.LOADING}
    model.load_gate.set()
    assert [code(one) for one in tickets] == [1, 2]
    assert model.loads == 1


def test_who_hangs_up_is_dropped(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model, queue=1)
    model.gate.clear()
    running = send(engine, "m", 1)
    model.wait_run()
    queued = send(engine, "m", 2)
    queued.cancel()
    assert gauge(engine, "queue_depth") == 0
    third = send(engine, "m", 3)
    running.cancel()
    with pytest.raises(Cancelled):
        running.result()
    model.gate.set()
    assert code(third) == 3
    assert model.runs == [[1], [3]]
    assert count(engine, "outcomes", outcome="cancelled") == 2
    assert count(engine, "dropped", reason="cancelled") == 1


def test_a_model_of_many_steps_hears_that_nobody_waits(
    start: Any, fake: Any, send: Any
) -> None:
    model, seen = fake("m"), Event()

    def behave(_runner: Any, jobs: Any, _turn: int) -> list[int]:
        until = monotonic() + 20
        while not jobs[0].cancelled():
            assert monotonic() < until
            Event().wait(0.002)
        seen.set()
        return [0]

    model.behave = behave
    ticket = send(start(model), "m")
    model.wait_run()
    ticket.cancel()
    assert seen.wait(20)


def test_on_a_gpu_what_is_queued_goes_together(start: Any, fake: Any, send: Any) -> None:
    model = fake("m", batch=4)
    engine = start(model, devices=("cuda:0",))
    model.gate.clear()
    first = send(engine, "m", 9)
    model.wait_run()
    tickets = [send(engine, "m", 5) for _ in range(6)]
    model.gate.set()
    assert code(first) == 9
    assert [one.result().times.batch for one in tickets] == [4, 4, 4, 4, 2, 2]
    assert model.runs == [[9], [5] * 4, [5] * 2]


def test_on_a_cpu_each_goes_alone(start: Any, fake: Any, send: Any) -> None:
    model = fake("m", batch=4)
    engine = start(model)
    model.gate.clear()
    tickets = [send(engine, "m", 5) for _ in range(5)]
    model.gate.set()
    assert [one.result().times.batch for one in tickets] == [1] * 5


def test_each_device_has_a_thread_and_a_runner(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model, devices=("cuda:0", "cuda:1"))
    model.gate.clear()
    tickets = [send(engine, "m", value) for value in (1, 2)]
    model.wait_run()
    model.wait_run()
    model.gate.set()
    assert {one.result().device for one in tickets} == {"cuda:0", "cuda:1"}
    assert model.loads == 2


def test_a_model_that_keeps_failing_is_unhealthy_and_the_others_serve(
    start: Any, fake: Any, send: Any
) -> None:
    bad, good = fake("bad"), fake("good")

    def crash(*_: Any) -> Any:
        raise RuntimeError("/secret/path")

    bad.behave = crash
    engine = start(bad, good)
    engine._circuits["bad"] = Circuit(Rest(), lambda: 1000.0)
    with pytest.raises(ModelUnhealthy) as raised:
        send(engine, "bad").result()
    assert "secret" not in raised.value.detail
    with pytest.raises(ModelUnhealthy) as raised:
        send(engine, "bad")
    assert raised.value.retry_after == 20
    assert engine.states() == {"bad": State.UNHEALTHY, "good": State.IDLE}
    assert code(send(engine, "good", 2)) == 2
    assert bad.loads == 2


def test_a_model_that_is_well_again_serves(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    model.on_load = lambda number: 1 / 0 if number < 3 else None
    engine = start(model, rest=Rest(seconds=0.01))
    assert code(send(engine, "m")) == "model-unhealthy"
    wait_for(lambda: _well(engine, send))
    assert engine.states() == {"m": State.READY}
    assert model.loads == 3


def _well(engine: LocalEngine, send: Any) -> bool:
    try:
        return bool(send(engine, "m", 1).result().value)
    except ModelUnhealthy:
        return False


def test_warming_loads_before_anybody_asks(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model)
    engine.warm(["m"])
    assert engine.states() == {"m": State.READY}
    send(engine, "m").result()
    assert model.loads == 1


@pytest.mark.parametrize(
    ("error", "problem", "state"),
    [
        (WeightsMissing("pull"), WeightsMissing, State.IDLE),
        (OSError("damaged"), ModelUnhealthy, State.UNHEALTHY),
    ],
)
def test_warming_that_fails_says_why(
    start: Any, fake: Any, error: Exception, problem: Any, state: State
) -> None:
    model = fake("m")

    def fail(_number: int) -> None:
        raise error

    model.on_load = fail
    engine = start(model)
    with pytest.raises(problem):
        engine.warm(["m"])
    assert engine.states() == {"m": state}


def test_warming_an_unknown_model(start: Any, fake: Any) -> None:
    with pytest.raises(ModelNotFound):
        start(fake("m")).warm(["n"])


def test_models_share_a_budget(start: Any, fake: Any, send: Any) -> None:
    models = [fake(name) for name in "abc"]
    engine = start(*models, memory_bytes=250)
    for _ in range(2):
        for model in models:
            send(engine, model.id).result()
    assert gauge(engine, "memory_bytes") <= 250
    assert count(engine, "evictions") == 4
    assert sum(model.alive for model in models) == 2


def test_a_hot_swap_under_load_fails_nobody_and_names_one_version(
    start: Any, fake: Any, send: Any
) -> None:
    engine = start(fake("m"), slots=2, queue=99)
    engine.warm(["m"])
    stop, seen = Event(), []

    def client() -> None:
        while not stop.is_set():
            answer = send(engine, "m", 1).result()
            seen.append((answer.value, answer.variant, answer.sha256))

    clients = [Thread(target=client) for _ in range(3)]
    for one in clients:
        one.start()
    wait_for(lambda: seen)
    versions = []
    for number in range(2, 12):
        newer = fake("m")
        newer.behave = lambda _runner, jobs, _turn, n=number: [n for _ in jobs]
        versions.append(newer)
        engine.replace(newer.servable(variant=f"v{number}", sha256=lambda n=number: f"sha-{n}"))
        wait_for(lambda n=number: any(value == n for value, _, _ in list(seen)))
    stop.set()
    for one in clients:
        one.join(20)
    allowed = {(1, "", "sha-m")} | {(n, f"v{n}", f"sha-{n}") for n in range(2, 12)}
    assert set(seen) == allowed
    assert count(engine, "rejects") == 0
    assert [version.alive for version in versions] == [0] * 9 + [1]
    assert send(engine, "m").result().variant == "v11"
    engine.drain(20)
    assert versions[-1].alive == 0


def test_the_version_is_what_answers_before_it_is_loaded_and_after(
    start: Any, fake: Any, send: Any
) -> None:
    model = fake("m", version=lambda: "by its record")
    engine = start(model)
    assert engine.version("m") == "by its record"
    model.here = False
    assert engine.version("m") is None
    model.here = True
    assert engine.version("m") != send(engine, "m").result().sha256 == engine.version("m")
    engine.replace(fake("m").servable(sha256=lambda: "newer"))
    assert engine.version("m") == send(engine, "m").result().sha256 == "newer"
    with pytest.raises(ModelNotFound):
        engine.version("nothing")


def test_a_version_that_cannot_be_loaded_does_not_replace(
    start: Any, fake: Any, send: Any
) -> None:
    engine = start(fake("m"), slots=2)
    engine.warm(["m"])
    newer = fake("m")
    newer.on_load = lambda _number: 1 / 0
    with pytest.raises(ModelUnhealthy):
        engine.replace(newer.servable(variant="2"))
    assert send(engine, "m", 5).result().variant == ""


def test_a_version_replaces_one_that_was_unhealthy(start: Any, fake: Any, send: Any) -> None:
    model, newer = fake("m"), fake("m")
    model.on_load = lambda _number: 1 / 0
    engine = start(model)
    assert code(send(engine, "m")) == "model-unhealthy"
    engine.replace(newer.servable())
    assert code(send(engine, "m", 3)) == 3
    engine.drain(20)
    assert newer.alive == 0


def test_draining_finishes_what_was_taken(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model)
    model.gate.clear()
    tickets = [send(engine, "m", value) for value in (1, 2)]
    model.wait_run()
    finished: list[bool] = []
    draining = Thread(target=lambda: finished.append(engine.drain(20)))
    draining.start()
    wait_for(lambda: _refused(engine, send))
    model.gate.set()
    assert [code(one) for one in tickets] == [1, 2]
    draining.join(20)
    assert finished == [True]
    assert model.alive == 0
    assert gauge(engine, "memory_bytes") == 0


def _refused(engine: LocalEngine, send: Any) -> bool:
    try:
        send(engine, "m").cancel()
    except Draining:
        return True
    return False


def test_what_a_drain_cannot_finish_is_told_so(start: Any, fake: Any, send: Any) -> None:
    model = fake("m")
    engine = start(model)
    model.gate.clear()
    tickets = [send(engine, "m", value) for value in (1, 2)]
    model.wait_run()
    assert not engine.drain(0.05)
    assert [code(one) for one in tickets] == ["draining"] * 2
    model.gate.set()
    wait_for(lambda: model.alive == 0)
    assert model.runs == [[1]]


def test_draining_twice_and_closing_is_fine(start: Any, fake: Any, send: Any) -> None:
    engine = start(fake("m"))
    send(engine, "m").result()
    assert engine.drain(5)
    assert engine.drain(5)
    engine.close()


def test_many_who_submit_at_once_are_all_answered(start: Any, fake: Any, send: Any) -> None:
    light = fake("light", own_slot=True, lane="light")
    engine = start(light, slots=3, queue=1000)
    with ThreadPoolExecutor(8) as clients:
        futures = [
            clients.submit(lambda v=value: send(engine, "light", v).result().value)
            for value in range(800)
        ]
        assert [future.result() for future in futures] == list(range(800))
    assert count(engine, "runs", model="light") == 800


def test_a_deadline_is_of_the_monotonic_clock(
    start: Any, fake: Any, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 0.0)
    engine = start(fake("m"))
    assert send(engine, "m", 4, seconds=5).result().value == 4
    assert Deadline.after(5).remaining() > 4


def test_a_lane_may_be_on_one_device_whatever_the_others_are_on(
    start: Any, fake: Any, send: Any
) -> None:
    long, heavy = fake("long", lane="light-long", on="cpu"), fake("heavy")
    engine = start(long, heavy, slots=3, devices=("cuda:0", "cuda:1"))
    long.gate.clear()
    tickets = [send(engine, "long", value) for value in range(2)]
    long.wait_run()
    assert gauge(engine, "busy_slots", lane="light-long") == 1  # one at a time
    long.gate.set()
    assert [ticket.result().device for ticket in tickets] == ["cpu", "cpu"]
    assert send(engine, "heavy").result().device.startswith("cuda")
    with pytest.raises(ValueError, match="the same devices"):
        LocalEngine([fake("a").servable(), fake("b").servable(on="cpu")])
