"""One key, one computation: retries and races are given the answer of the first attempt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response

from edge_server.api.app import create_app
from edge_server.api.idempotency import HEADER, REPLAYED, KeptAnswers
from edge_server.asgi.bridge import CALLER, Caller
from edge_server.engine.interface import Deadline
from edge_server.problems import (
    Cancelled,
    DeadlineExceeded,
    IdempotencyKeyReused,
    InvalidParameter,
    Overloaded,
)
from edge_server.running import services_for

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = (SAMPLES / "obama.jpg").read_bytes()
OWNER = ("key phone", "a")


class Counting:
    """An engine that counts what it is asked, and can be held up."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.runs = 0
        self.go = threading.Event()
        self.go.set()

    def submit(self, *given: Any, **also: Any) -> Any:
        self.runs += 1
        assert self.go.wait(20)
        return self._engine.submit(*given, **also)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@pytest.fixture
def counted(client: Callable[..., Any], engine: Any) -> Callable[..., Any]:
    """A client whose services' engine counts."""

    def made(**given: Any) -> tuple[Any, Counting]:
        caller = client(**given)
        counting: Any = Counting(engine[0])
        services = services_for(caller.services.settings, counting, engine[1], lambda: False)
        caller.services, caller.http = services, create_app(services).test_client()
        return caller, counting

    return made


def post(caller: Any, key: str, path: str = "/v1/faces", **more: Any) -> Any:
    headers = {HEADER: key} | more.pop("headers", {})
    content = more.pop("content", PHOTO)
    return caller.http.post(path, data=content, content_type="image/jpeg", headers=headers)


def until(true: Callable[[], bool]) -> None:
    """Wait for it, patiently."""
    for _ in range(2000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it never came")


def test_a_retry_after_a_lost_answer_is_not_computed(counted: Callable[..., Any]) -> None:
    caller, engine = counted()
    first, again = post(caller, "lost"), post(caller, "lost")
    assert engine.runs == 1
    assert again.get_data() == first.get_data()
    assert again.content_type == first.content_type
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]
    assert post(caller, '"lost"').headers[REPLAYED] == "true"  # as the draft writes it
    assert REPLAYED not in post(caller, "other").headers
    assert engine.runs == 2


def test_two_at_once_are_computed_once(counted: Callable[..., Any]) -> None:
    caller, engine = counted()
    engine.go.clear()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(post, caller, "race")
        until(lambda: engine.runs == 1)
        other = pool.submit(post, caller, "race")
        until(lambda: caller.services.kept.waiting == 1)
        engine.go.set()
        answers = [one.result(30), other.result(30)]
    assert engine.runs == 1
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_data() == answers[1].get_data()
    assert caller.services.kept.waiting == 0


@pytest.mark.parametrize(
    "other",
    [
        {"content": PHOTO + b"\0"},
        {"path": "/v1/classify"},
        {"path": "/v1/faces?masks=none"},
        {"headers": {"Accept": "image/png"}},
    ],
)
def test_the_key_of_another_request_is_refused(
    other: dict[str, Any], counted: Callable[..., Any]
) -> None:
    caller, engine = counted()
    assert post(caller, "mine").status_code == 200
    caller.problem(post(caller, "mine", **other), 422, "idempotency-key-reused")
    assert engine.runs == 1


def test_a_deadline_makes_no_other_request(counted: Callable[..., Any]) -> None:
    caller, engine = counted()
    post(caller, "late", headers={"X-Deadline-Ms": "20000"})
    post(caller, "late", headers={"X-Deadline-Ms": "10000"})
    assert engine.runs == 1


def test_problems_are_not_kept(counted: Callable[..., Any]) -> None:
    caller, engine = counted()
    for _ in range(2):
        refused = post(caller, "cut", content=PHOTO[:2000])
        caller.problem(refused, 422, "image-truncated")
    missing = [post(caller, "deep", "/v1/depth") for _ in range(2)]
    for response in missing:
        caller.problem(response, 503, "weights-missing")
    assert engine.runs == 2
    assert caller.services.kept.size == (0, 0)


def test_another_callers_key_is_another_key(counted: Callable[..., Any]) -> None:
    caller, engine = counted()
    mine = caller.services.keys.add("mine")
    theirs = caller.services.keys.add("theirs")
    for key in (mine, theirs):
        response = post(caller, "same", headers={"Authorization": f"Bearer {key}"})
        assert REPLAYED not in response.headers
    assert engine.runs == 2


@pytest.mark.parametrize("key", ["", "x" * 129, "caf\xe9", "tab\tkey"])
def test_a_key_that_is_none(key: str, client: Callable[..., Any]) -> None:
    caller = client()
    caller.problem(post(caller, key), 400, "malformed-request")


def test_the_header_may_come_from_a_page(client: Callable[..., Any]) -> None:
    http = client(cors_origins=("https://app.example",)).http
    response = http.options("/v1/faces", headers={"Origin": "https://app.example"})
    assert HEADER in response.headers["Access-Control-Allow-Headers"]


def answers(text: bytes = b"{}") -> Callable[[], Response]:
    return lambda: Response(text, mimetype="application/json")


def soon() -> Deadline:
    return Deadline.after(20)


def test_no_more_than_so_many_bytes_and_answers_are_kept() -> None:
    kept = KeptAnswers(most_bytes=100_000, seconds=60, entries=20)
    for number in range(200):
        kept.once(("me", str(number)), b"same", soon(), answers(bytes(9000)))
        assert kept.size[1] <= 100_000
    assert 5 <= kept.size[0] <= 10
    for number in range(200):
        kept.once(("me", f"small {number}"), b"same", soon(), answers())
    assert kept.size[0] == 20
    kept.once(("me", "huge"), b"same", soon(), answers(bytes(60_000)))
    assert kept.size[0] == 20  # it would have pushed out the others
    none = KeptAnswers(most_bytes=0, seconds=60)
    none.once(OWNER, b"same", soon(), answers())
    assert none.size == (0, 0)


def test_after_some_time_it_is_computed_anew() -> None:
    now = [0.0]
    kept = KeptAnswers(most_bytes=10_000, seconds=60, clock=lambda: now[0])
    assert kept.once(OWNER, b"one", soon(), answers(b"1")).get_data() == b"1"
    now[0] = 59.0
    assert kept.once(OWNER, b"one", soon(), answers(b"2")).get_data() == b"1"
    with pytest.raises(IdempotencyKeyReused, match="new key"):
        kept.once(OWNER, b"two", soon(), answers(b"2"))
    now[0] = 61.0
    assert kept.once(OWNER, b"two", soon(), answers(b"2")).get_data() == b"2"


def failing() -> Response:
    raise InvalidParameter("no")


def test_who_waits_for_one_that_fails_computes_it() -> None:
    kept = KeptAnswers(most_bytes=10_000, seconds=60)
    began, go = threading.Event(), threading.Event()

    def slow() -> Response:
        began.set()
        assert go.wait(20)
        return failing()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(inside, lambda: kept.once(OWNER, b"one", soon(), slow))
        assert began.wait(20)
        second = pool.submit(inside, lambda: kept.once(OWNER, b"one", soon(), answers(b"2")))
        until(lambda: kept.waiting == 1)
        with pytest.raises(DeadlineExceeded):
            inside(lambda: kept.once(OWNER, b"one", Deadline.after(0.05), answers()))
        go.set()
        with pytest.raises(InvalidParameter):
            first.result(20)
        assert second.result(20).get_data() == b"2"


def test_who_hangs_up_waits_no_longer() -> None:
    kept = KeptAnswers(most_bytes=10_000, seconds=60)
    caller = Caller()
    caller.when_gone(kept.wake)

    def again() -> Response:
        """While the first is computed, its own caller asks again, and leaves."""
        leaving = threading.Thread(
            target=lambda: (until(lambda: kept.waiting == 1), caller.leave())
        )
        leaving.start()
        with (
            Flask("test").test_request_context(environ_overrides={CALLER: caller}),
            pytest.raises(Cancelled),
        ):
            kept.once(OWNER, b"one", soon(), answers())
        leaving.join()
        return answers()()

    assert kept.once(OWNER, b"one", soon(), again).status_code == 200
    assert kept.waiting == 0


def test_only_so_many_threads_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_server.api.idempotency._MOST_WAITING", 0)
    kept = KeptAnswers(most_bytes=10_000, seconds=60)

    def again() -> Response:
        with pytest.raises(Overloaded):
            kept.once(OWNER, b"one", soon(), answers())
        return answers()()

    assert inside(lambda: kept.once(OWNER, b"one", soon(), again)).status_code == 200


def inside(act: Callable[[], Response]) -> Response:
    """Within a request, as views are."""
    with Flask("test").test_request_context("/v1/faces", method="POST"):
        return act()


def streaming(parts: list[bytes]) -> Callable[[], Response]:
    return lambda: Response((part for part in parts), mimetype="text/event-stream")


def test_a_stream_is_passed_on_as_it_comes_and_kept_once_it_has_ended() -> None:
    kept = KeptAnswers(most_bytes=10_000_000, seconds=60)
    first = kept.once(OWNER, b"f", soon(), streaming([b"one ", b"two"]))
    parts = first.iter_encoded()
    assert next(parts) == b"one "
    assert kept.size[0] == 0
    assert list(parts) == [b"two"]
    first.close()
    again = kept.once(OWNER, b"f", soon(), failing)
    assert (again.get_data(), again.mimetype) == (b"one two", "text/event-stream")
    assert again.headers[REPLAYED] == "true"


def test_a_stream_that_was_not_heard_to_its_end_is_computed_anew() -> None:
    kept = KeptAnswers(most_bytes=10_000_000, seconds=60)
    first = kept.once(OWNER, b"f", soon(), streaming([b"one ", b"two"]))
    next(first.iter_encoded())
    first.close()
    assert kept.once(OWNER, b"f", soon(), answers(b"anew")).get_data() == b"anew"


def test_an_answer_that_work_has_begun_is_kept_with_its_status() -> None:
    kept = KeptAnswers(most_bytes=10_000_000, seconds=60)
    begun = Response(b"{}", status=202, headers={"Location": "/v1/jobs/1"})
    kept.once(OWNER, b"f", soon(), lambda: begun)
    again = kept.once(OWNER, b"f", soon(), failing)
    assert (again.status_code, again.headers["Location"]) == (202, "/v1/jobs/1")
