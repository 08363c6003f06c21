"""A page, and a server that answers late, elsewhere or never: what arrives, what is cut."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "mobile_assets" / "golden" / "outcomes.json").read_text())
Reply = dict[str, Any]
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Accept, Content-Type, Idempotency-Key, X-Deadline-Ms",
    "Access-Control-Expose-Headers": "Retry-After",
    "Access-Control-Max-Age": "600",
}
# Asks one question after the other, each as it is said, and waits for so long at the end.
ASK = """async (web, [url, hows, settings, seconds]) => {
  const remote = new web.lib.RemoteLens(url, { settings: { backoff: 0, ...settings } });
  const photo = { width: 32, height: 24, data: new Uint8Array(3 * 32 * 24) };
  const outcomes = [];
  for (const how of hows) outcomes.push(await remote.faces(photo, how));
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  return outcomes.map(({ kind, code, value, provenance }) =>
    [kind, code ?? value.faces.length, provenance?.attempts ?? 0]);
}"""
FOUND = ["ok", 1, 1]


@dataclass
class Server:
    """What it does with each request: ``faces`` or another reply of the table, at once or
    (``slow``) after a while, or (``last``) when all of the plan were asked; ``silence``, and
    the request is looked at until it is cut."""

    plan: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    @property
    def keys(self) -> list[str]:
        return [headers["idempotency-key"] for headers in self.asked]

    def answer(self, headers: dict[str, str], connection: socket.socket) -> Reply | None:
        """A reply of the table; none where the page went away before."""
        with self.lock:
            number = len(self.asked)
            self.asked.append(headers)
        how, _, name = self.plan[number].rpartition(" ")
        if how == "last":
            until(lambda: len(self.asked) == len(self.plan))
        seconds = {"": 0.0, "slow": 0.9, "last": 0.3}[how]
        if gone(connection, 60 if name == "silence" else seconds):
            self.cut.append(number)
            return None
        reply: Reply = CASES["replies"][name]
        return reply


def gone(connection: socket.socket, seconds: float) -> bool:
    """Whether the other side closes a connection within that time."""
    ready, _, _ = select.select([connection], [], [], seconds)
    try:
        return bool(ready) and connection.recv(1, socket.MSG_PEEK) == b""
    except ConnectionResetError:
        return True


class Handler(BaseHTTPRequestHandler):
    """One request on a connection."""

    def do_OPTIONS(self) -> None:
        self.say(204, b"", "")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server: Any = self.server
        reply = server.state.answer(headers, self.connection)
        if reply is not None and "fails" not in reply:
            text = reply["text"] if "text" in reply else json.dumps(reply["body"])
            self.say(reply["status"], text.encode(), reply.get("retry_after", ""))

    def say(self, status: int, body: bytes, after: str) -> None:
        self.send_response(status)
        for name, value in {**CORS, "Retry-After": after, "Location": "/"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.state = made  # type: ignore[attr-defined]
        made.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


@pytest.fixture
def ask(web: Any, server: Server) -> Callable[..., Any]:
    """What the page gets for questions that are asked so, of a server with that plan."""

    def outcomes(
        plan: list[str], hows: list[dict[str, Any]], rest: float = 0, **settings: Any
    ) -> Any:
        server.plan = plan
        return web.call(ASK, [server.url, hows, settings, rest])

    return outcomes


def until(done: Callable[[], bool], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_a_slow_question_is_sent_once_more_and_the_loser_is_cut(
    ask: Callable[..., Any], server: Server
) -> None:
    assert ask(["silence", "faces"], [{}], hedgeAfter=0.3) == [FOUND]
    until(lambda: server.cut == [0])
    assert len(server.asked) == 2
    assert len(set(server.keys)) == 1
    second, first = sorted(int(headers["x-deadline-ms"]) for headers in server.asked)
    assert second <= first - 290


def test_either_may_win_and_the_other_is_cut(ask: Callable[..., Any], server: Server) -> None:
    assert ask(["silence", "slow faces"], [{"hedgeAfter": 0.1}]) == [FOUND]
    until(lambda: server.cut == [0])
    server.asked.clear()
    server.cut.clear()
    assert ask(["last faces", "silence"], [{"hedgeAfter": 0.1}]) == [FOUND]
    until(lambda: server.cut == [1])


def test_a_refusal_of_the_second_waits_for_the_first(
    ask: Callable[..., Any], server: Server
) -> None:
    assert ask(["last faces", "busy"], [{}], hedgeAfter=0.1) == [FOUND]
    assert len(server.asked) == 2
    assert server.cut == []


def test_a_quick_answer_is_asked_for_once(ask: Callable[..., Any], server: Server) -> None:
    assert ask(["faces"] * 2, [{}, {"hedgeAfter": 20}], 4.2, hedgeAfter=4) == [FOUND] * 2
    assert len(server.asked) == len(set(server.keys)) == 2
    assert server.cut == []


def test_nothing_is_sent_twice_where_the_budget_is_spent(
    ask: Callable[..., Any], server: Server
) -> None:
    busy = 20  # nine questions of three attempts each, until ten and a little are spent
    hows = [{"hedgeAfter": 20}] * 9 + [{"hedgeAfter": 0.3}] * 2
    outcomes = ask(["busy"] * busy + ["slow faces"] * 2, hows)
    assert outcomes == [["unavailable", "overloaded", 0]] * 9 + [FOUND] * 2
    assert len(server.asked) == busy + 2
    assert len(set(server.keys)) == 11
    assert server.cut == []


def test_both_are_cut_at_the_deadline(ask: Callable[..., Any], server: Server) -> None:
    started = time.monotonic()
    outcomes = ask(["silence"] * 2, [{"seconds": 3}], hedgeAfter=0.1)
    assert time.monotonic() - started < 30
    assert outcomes == [["unavailable", "deadline", 0]]
    until(lambda: sorted(server.cut) == [0, 1])
    assert len(set(server.keys)) == 1


def test_a_redirect_is_no_answer_and_nothing_is_sent_after_it(
    ask: Callable[..., Any], server: Server
) -> None:
    assert ask(["redirect"], [{}]) == [["unavailable", "not-an-answer", 0]]
    assert len(server.asked) == 1


def test_a_broken_connection_and_half_an_answer_are_repeated(
    ask: Callable[..., Any], server: Server
) -> None:
    assert ask(["reset", "half", "faces"], [{}]) == [["ok", 1, 3]]
    assert len(server.asked) == 3
    assert len(set(server.keys)) == 1
