"""The table of cases that Python, TypeScript and Dart are all held to."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from queue import Empty
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
import pytest

from edge_runtime import results as r
from edge_runtime.errors import PocketLensError
from edge_runtime.fallbacks import Fallback
from edge_runtime.images import Photo
from edge_runtime.outcomes import Degraded, Ok, Provenance, Unavailable
from edge_runtime.remote import (
    How,
    RemoteLens,
    RemoteSettings,
    analyze,
    answer_records,
    caller,
    remote_lens,
)
from edge_runtime.remote import capabilities as learnt
from edge_runtime.remote.answers import Reading, unpacked
from edge_runtime.remote.asking import TASKS, Prepared, prepared, read_answer
from edge_runtime.remote.breaker import Breaker
from edge_runtime.remote.connections import Reply, TransportError
from edge_runtime.remote.refusals import Refusal, refusal_of
from edge_runtime.remote.retrying import Holds, jittered
from edge_runtime.remote.uploads import Opened
from edge_runtime.routing import Route, Routing
from edge_runtime.wire import result_record

ROOT = Path(__file__).parents[3]
CASES: dict[str, Any] = json.loads(
    (ROOT / "mobile_assets" / "golden" / "outcomes.json").read_text()
)
NAMES = {task.address: name for name, task in TASKS.items()}


def reply_of(record: Mapping[str, Any]) -> Reply:
    text = record["text"] if "text" in record else json.dumps(record["body"])
    after = record.get("retry_after", "")
    headers = {"retry-after": after} if after else {}
    return Reply(status=record["status"], headers=headers, body=text.encode())


def rows(section: str) -> pytest.MarkDecorator:
    """A test for each row of a section of the table."""
    return pytest.mark.parametrize("case", CASES[section])


class Clock:
    """Time that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def test_the_tasks() -> None:
    known = {task.address: [task.longest, task.every_pixel] for task in TASKS.values()}
    assert known.items() >= CASES["tasks"].items()


@rows("urls")
def test_urls_and_keys(case: dict[str, Any]) -> None:
    if case["fits"]:
        RemoteLens(case["url"], key=case["key"]).close()
        return
    with pytest.raises(PocketLensError):
        RemoteLens(case["url"], key=case["key"])


@rows("sizes")
def test_sizes(case: dict[str, Any]) -> None:
    width, height = case["photo"]
    photo = Opened(Photo(np.zeros((height, width, 3), np.uint8)))
    assert list(photo.upload(case["longest"]).size_wh) == case["sent"]


@rows("paths")
def test_paths(case: dict[str, Any]) -> None:
    photo = Opened(Photo(np.zeros((2, 4, 3), np.uint8)))
    assert prepared(NAMES[case["task"]], photo, case["fields"]).path == case["path"]


@rows("asked")
def test_capabilities(case: dict[str, Any]) -> None:
    reply = Reply(status=200, headers={}, body=json.dumps({"models": CASES["models"]}).encode())
    refusal = learnt.read_capabilities(reply).refusal(case["task"], case["model"])
    assert (refusal and {"code": refusal.code, "why": refusal.why}) == case["refused"]


@rows("refusals")
def test_refusals(case: dict[str, Any]) -> None:
    found = refusal_of(reply_of(case["reply"]))
    for name in ("code", "retry_after", "retryable", "alive"):
        assert getattr(found, name) == case[name], name


@rows("jitter")
def test_jitter(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: low + case["draw"] * (high - low))
    wait = jittered(case["backoff"], case["attempt"], case["retry_after"])
    assert wait == pytest.approx(case["seconds"])


@rows("breaker")
def test_breaker(case: dict[str, Any]) -> None:
    clock = Clock()
    breaker = Breaker(case["failures"], case["seconds"], clock)
    for what, value in case["events"]:
        match what:
            case "rest":
                assert breaker.rest() == value
            case "note":
                breaker.note(alive=value)
            case _:
                clock.now += value


@rows("runs")
def test_runs(case: dict[str, Any]) -> None:
    answer = {"found": [], "method": "", "mask": case["runs"]}
    reading = _reading("cut", [3, 2], answer)
    if case["bits"] is None:
        with pytest.raises(Refusal, match="cannot be used"):
            unpacked(reading.result(answer_records.CutRecord).mask)
        return
    record = reading.result(answer_records.CutRecord)
    assert unpacked(record.mask).ravel().astype(int).tolist() == case["bits"]


def _reading(task: str, size: list[int], result: Any) -> Reading:
    body = {
        "task": task,
        "model": "m",
        "variant": "",
        "sha256": "",
        "device": "cpu",
        "image": {"size": size},
        "result": result,
        "ms": {},
    }
    record = msgspec.json.decode(json.dumps(body), type=answer_records.AnswerRecord)
    return Reading(record, (size[0], size[1]))


def _told(value: Any) -> Any:
    """A value as the table has it."""
    match value:
        case r.Mask(probability=probability):
            return {"probability": probability.ravel().tolist()}
        case r.Depth(metres=metres, max_depth=most):
            return {"metres": metres.ravel().tolist(), "max_depth": most}
        case r.Picture(pixels=pixels):
            return {"pixels": pixels.ravel().tolist()}
        case r.ClassMap(classes=classes, labels=labels, palette=palette):
            found = {"labels": list(labels), "palette": [list(colour) for colour in palette]}
            return {"classes": classes.ravel().tolist()} | found
        case r.CutOut() | r.Instances():
            return _masked(value)
        case _:
            return result_record(value)


def _masked(value: r.CutOut | r.Instances) -> dict[str, Any]:
    if isinstance(value, r.Instances):
        return {"instances": [_instance(one) for one in value.instances]}
    told = {"pixels": value.pixels.ravel().tolist(), "mask": _bits(value.mask)}
    return told | {"found": list(value.found), "method": value.method}


def _instance(one: r.Instance) -> dict[str, Any]:
    box = list(one.box_xyxy)
    return {"label": one.label, "score": one.score, "box": box, "mask": _bits(one.mask)}


def _bits(mask: Any) -> list[int]:
    bits: list[int] = mask.ravel().astype(int).tolist()
    return bits


def _near(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(
            _near(found[name], expected[name]) for name in expected
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_near, found, expected))
    if isinstance(expected, float):
        return bool(abs(found - expected) < 1e-4)
    return bool(found == expected)


@rows("answers")
def test_answers(case: dict[str, Any]) -> None:
    name = NAMES[case["task"]]
    width, height = case["sent"]
    wide, high = case["photo"]
    question = Prepared(
        task=name,
        path="",
        body=b"",
        content_type="",
        saved=0,
        sent_wh=(width, height),
        photo_wh=(wide, high),
    )
    reply = reply_of({"status": 200, "body": case["body"]})
    if "code" in case:
        with pytest.raises(Refusal) as caught:
            read_answer(question, reply, lambda _: "")
        assert caught.value.code == case["code"]
        return
    told = _told(read_answer(question, reply, lambda _: "").value)
    assert _near(told, case["value"]), told


class Scripted:
    """Connections whose replies are those of a case, and take as long as it says."""

    def __init__(self, case: dict[str, Any], clock: Clock) -> None:
        self.case, self.clock = case, clock
        self.deadlines: list[int] = []
        self.keys: set[str] = set()
        self.comes = 0.0  # the moment of the reply that was asked for last
        self.cut = 0

    def line(self) -> Any:
        return SimpleNamespace(ask=self._ask, cut=self._cut_before(len(self.deadlines)))

    def _takes(self, index: int) -> float:
        seconds = self.case["takes"][index] if "takes" in self.case else 0
        return float("inf") if seconds is None else seconds

    def _cut_before(self, index: int) -> Callable[[], None]:
        comes = self.clock.now + self._takes(index)

        def cut() -> None:
            self.cut += comes > self.clock.now

        return cut

    def _ask(self, request: Any, ends: float) -> Reply:
        index = len(self.deadlines)
        self.deadlines.append(int(request.headers["X-Deadline-Ms"]))
        self.keys |= {request.headers.get("Idempotency-Key", "")} - {""}
        self.comes = self.clock.now + self._takes(index)
        record = CASES["replies"][self.case["replies"][index]]
        if "fails" in record:
            raise TransportError(record["fails"])
        return reply_of(record)

    def close(self) -> None:
        """Nothing is open."""


class HeldThread:
    """A thread that is done when it is started: a queue keeps what it gives until its time."""

    def __init__(self, *, target: Callable[..., None], args: Any, daemon: bool) -> None:
        assert daemon
        self._work = lambda: target(*args)

    def start(self) -> None:
        self._work()


class HeldQueue:
    """What is put in comes out at the moment of its reply; waiting for it moves the clock."""

    def __init__(self, scripted: Scripted) -> None:
        self._scripted, self._clock = scripted, scripted.clock
        self._coming: list[tuple[float, Any]] = []

    def put(self, ended: Any) -> None:
        self._coming.append((self._scripted.comes, ended))

    def get(self, timeout: float) -> Any:
        until = self._clock.now + timeout
        first = min(self._coming, key=lambda one: one[0])
        if first[0] > until:
            self._clock.now = until
            raise Empty
        self._coming.remove(first)
        self._clock.now = max(self._clock.now, first[0])
        return first[1]


Talk = Callable[[dict[str, Any]], tuple[RemoteLens, Scripted, Clock]]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Talk:
    """A client of a case's script, and its clock."""

    def begin(case: dict[str, Any]) -> tuple[RemoteLens, Scripted, Clock]:
        clock, draw = Clock(), case.get("draw", 0.0)
        settings = RemoteSettings(**{"backoff": 0.0, **case.get("settings", {})})
        lens = RemoteLens("http://127.0.0.1:9", settings=settings, files=case.get("files"))
        scripted = Scripted(case, clock)
        monkeypatch.setattr(lens._caller, "_connections", scripted)
        failures, seconds = settings.breaker_failures, settings.breaker_seconds
        monkeypatch.setattr(lens._caller, "_breaker", Breaker(failures, seconds, clock))
        monkeypatch.setattr(lens._caller, "_holds", Holds(clock))
        for module in (caller, remote_lens, learnt):
            monkeypatch.setattr(module, "monotonic", clock)
        monkeypatch.setattr(caller, "sleep", clock.sleep)
        monkeypatch.setattr(caller, "Thread", HeldThread)
        monkeypatch.setattr(caller, "SimpleQueue", lambda: HeldQueue(scripted))
        monkeypatch.setattr(random, "uniform", lambda low, high: low + draw * (high - low))
        return lens, scripted, clock

    return begin


@rows("analyses")
def test_analyses(case: dict[str, Any]) -> None:
    width, height = case["photo"]
    photo = Opened(Photo(np.zeros((height, width, 3), np.uint8)))
    reply = reply_of({"status": 200, "body": case["body"]})
    if "code" in case:
        with pytest.raises(Refusal) as refused:
            analyze._read(photo.upload(None), reply)
        assert refused.value.code == case["code"]
        return
    found = analyze._read(photo.upload(None), reply)
    told = {
        "values": {
            name: value if isinstance(value, dict) else result_record(value)
            for name, value in found.values.items()
        },
        "problems": {
            name: {"code": one.code, "why": one.why, "retry_after": one.retry_after}
            for name, one in found.problems.items()
        },
        "stored": sorted(found.stored),
        "models": {name: list(ran) for name, ran in found.models.items()},
        "ms": found.ms,
    }
    assert told == case["expect"]


@pytest.mark.parametrize("case", CASES["conversations"], ids=lambda case: case["name"])
def test_conversations(case: dict[str, Any], talk: Talk) -> None:
    lens, scripted, clock = talk(case)
    photo = Photo(np.zeros((24, 32, 3), np.uint8))
    for asked, expected in zip(case["questions"], case["outcomes"], strict=True):
        clock.now += asked["after"]
        if asked["task"] == "models":
            said: Any = lens.models(seconds=asked["seconds"])
        else:
            how = How(seconds=asked["seconds"], hedge_after=asked.get("hedge_after"))
            said = getattr(lens, asked["task"])(photo, how)
        assert _outcome(said) == expected
    assert len(scripted.deadlines) == case["sent"]
    assert scripted.cut == case.get("cut", 0)
    assert len(scripted.keys) == case.get("keys", len(scripted.keys))
    assert scripted.deadlines == case.get("deadlines", scripted.deadlines)
    assert clock.waits == case.get("waits", clock.waits)


def _outcome(said: Any) -> dict[str, Any]:
    match said:
        case Ok(value, provenance):
            assert provenance.where == "server"
            assert provenance.ms["server.total"] == 3.0
            count = {"faces": len(value.faces), "attempts": provenance.attempts}
            return {"kind": "ok"} | count
        case Unavailable(why, retry_after, code):
            assert why
            return {"kind": "unavailable", "code": code, "retry_after": retry_after}
        case _:
            return {"kind": "models", "count": len(said.models)}


class Sides:
    """A device and a server that do as a case says, and who was asked."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case = case
        self.asked: list[str] = []

    def ask(self, task: Any, seconds: float) -> Any:
        return task.work(None)

    def start(self, task: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(task.work(None))
        return done

    def expected(self, name: str) -> float:
        return 0.0

    def device(self, _: Any) -> Any:
        self.asked.append("device")
        if self.case["device"] == "fails":
            return Unavailable("it failed", None, "device-failed")
        return Ok(1, _from("device"))

    def lighter(self, _: Any) -> Any:
        self.asked.append("fallback")
        return Ok(1, _from("device"))

    def models(self, seconds: float) -> Any:
        self.asked.append("models")
        if self.case["server"] == "unreachable":
            return Unavailable("it is away", 3, "unreachable")
        state = "weights-missing" if self.case["server"] == "weights-missing" else "ready"
        record = answer_records.ModelRecord(
            id="m", tasks=("faces",), where="server", variant="", sha256="", state=state
        )
        return learnt.Capabilities(models=(record,), learnt_at=0)

    def server(self, how: How) -> Any:
        self.asked.append("server")
        if self.case["server"] == "refuses":
            return Unavailable("it is busy", 2, "overloaded")
        if self.case["server"] == "not-asked":
            raise PocketLensError("that cannot be asked")
        assert how.full_size is (True if self.case["policy"] == "best-quality" else None)
        return Ok(1, _from("server"))


def _from(where: Any) -> Provenance:
    return Provenance(where=where, model="m", sha256="", variant="", accelerator="")


@rows("routing")
def test_routing(case: dict[str, Any]) -> None:
    sides = Sides(case)
    has = case["device"] != "none"
    route = Route(
        name="faces",
        server=sides.server,
        device=cast("Any", SimpleNamespace(name="faces", work=sides.device)) if has else None,
        fallback=Fallback(work=sides.lighter, why="less") if case["fallback"] else None,
    )
    remote = None if case["server"] == "none" else cast("Any", sides)
    outcome = Routing(cast("Any", sides), remote).ask(route, case["policy"], How(), 5.0)
    assert _side(outcome) == case["expect"]
    together = sorted if case["policy"] == "fastest" else list
    ends = monotonic() + 20
    while len(sides.asked) < len(case["asked"]) and monotonic() < ends:
        sleep(0.005)  # the slower of two that are asked at once begins when it can
    assert together(sides.asked) == together(case["asked"])


def _side(outcome: Any) -> dict[str, Any]:
    match outcome:
        case Ok(_, provenance):
            return {"kind": "ok", "where": provenance.where}
        case Degraded(_, provenance, why):
            assert why.startswith("less (")
            return {"kind": "degraded", "where": provenance.where}
        case _:
            code, after = outcome.code, outcome.retry_after
            return {"kind": "unavailable", "code": code, "retry_after": after}
