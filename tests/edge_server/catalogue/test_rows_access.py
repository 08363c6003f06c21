"""Rows 87-96 and 158 of the catalogue: keys, rates, pages of others, and what is told of them.

Also rows 65 and 84: an image by its URL, from a server that writes down what it was sent.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edge_server.keys import KeyStore

RATE = 60
TOKEN = "token-of-a-signed-address"  # noqa: S105
PLACE = "a-place-that-nobody-shall-know"


@dataclass
class Upstream:
    """A server of photos."""

    address: str
    photo: bytes
    asked: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def photos_at(photo: bytes) -> Iterator[Upstream]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Content-Length", str(len(made.photo)))
            self.send_header("X-Upstream", "upstream-secret")
            self.end_headers()
            self.wfile.write(made.photo)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        made = Upstream(f"http://127.0.0.1:{server.server_port}", photo)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield made
        server.shutdown()
        thread.join(5)


@pytest.fixture(scope="module")
def upstream(common: Any) -> Iterator[Upstream]:
    with photos_at(common.photo) as made:
        yield made


@dataclass
class Keyed:
    """A server that asks for keys, and those that it knows."""

    server: Any
    store: KeyStore
    keys: dict[str, str]

    def ask(self, key: str, path: str = "/v1/models", **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.keys.get(key, key)}"} if key else {}
        return self.server.ask("GET", path, headers={"Authorization": ""} | sent | headers)


@pytest.fixture(scope="module")
def keyed_server(
    watch: Callable[..., Any], upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Keyed:
    data = tmp_path_factory.mktemp("keys")
    store = KeyStore(data / "keys.json")
    keys = {name: store.add(name) for name in ("phone", "other", "gone")}
    keys["admin"] = store.add("admin", ("infer", "admin"))
    server = watch(
        data=data,
        require_keys="yes",
        requests_per_minute=str(RATE),
        url_networks="127.0.0.0/8",
        url_ports=upstream.address.rsplit(":", 1)[1],
    )
    server.headers = {"Authorization": f"Bearer {keys['phone']}"}
    server.settle("classify")
    return Keyed(server, store, keys)


@pytest.fixture
def keyed(keyed_server: Keyed) -> Iterator[Keyed]:
    yield keyed_server
    keyed_server.server.check()


def test_87_without_a_key_nobody_is_let_in(keyed: Keyed) -> None:
    for key in ("", "pl_", "x" * 5000, keyed.keys["phone"][:-2] + "xx"):
        reply = keyed.ask(key)
        keyed.server.expect(reply, 401, "unauthenticated")
        assert reply.headers["www-authenticate"].startswith("Bearer")
    reply = keyed.ask("", f"/v1/models?key={keyed.keys['phone']}")
    keyed.server.expect(reply, 400, "malformed-request")
    assert keyed.ask("phone").status == 200
    assert keyed.ask("", "/healthz").status == 200


def test_88_158_what_is_secret_is_in_no_log_no_number_and_no_answer(
    keyed: Keyed, upstream: Upstream, eventually: Callable[..., bool]
) -> None:
    exif = Image.Exif()
    exif[0x010E] = PLACE
    made = BytesIO()
    with Image.open(BytesIO(upstream.photo)) as image:
        image.save(made, "JPEG", exif=exif)
    server = keyed.server
    files = {"image": (f"{PLACE}.jpg", made.getvalue())}
    answers = [
        server.post("/v1/classify", files=files),
        server.post("/v1/classify", files={"image": made.getvalue()[:500]}),
        server.post("/v1/classify", json={"image_url": f"{upstream.address}/a.jpg?t={TOKEN}"}),
        server.post("/v1/classify", json={"image_url": f"http://u:{TOKEN}@127.0.0.1/"}),
        server.ask("GET", f"/v1/nothing?t={TOKEN}"),
        keyed.ask(keyed.keys["phone"][:-2] + "xx"),
        keyed.ask("admin", "/metrics"),
    ]
    assert [reply.status for reply in answers] == [200, 422, 200, 422, 404, 401, 200]
    last = answers[-1].headers["x-request-id"]
    assert eventually(lambda: any(last in line for line in server.served.errors))
    told = "".join(server.served.errors) + "".join(reply.body.decode() for reply in answers)
    kept = "".join(path.read_text() for path in server.data.rglob("*") if path.is_file())
    secrets = [key.split("_", 2)[2] for key in keyed.keys.values()]
    for word in (*secrets, TOKEN, PLACE, "upstream-secret"):
        assert word not in told
        assert word not in kept
    assert json.loads(kept)[0]["id"] in told


def test_84_nothing_of_the_caller_is_sent_on(keyed: Keyed, upstream: Upstream) -> None:
    sent = {"Cookie": "a=caller-cookie", "X-API-Key": keyed.keys["phone"]}
    reply = keyed.server.post(
        "/v1/classify", json={"image_url": f"{upstream.address}/a.jpg"}, headers=sent
    )
    assert reply.status == 200
    assert upstream.asked[-1].keys() & {"Cookie", "Authorization", "X-API-Key"} == set()
    assert "upstream-secret" not in str(reply.headers)


def test_65_by_its_url_the_answer_is_the_same(keyed: Keyed, upstream: Upstream) -> None:
    url = keyed.server.post("/v1/classify", json={"image_url": f"{upstream.address}/a.jpg"})
    file = keyed.server.post("/v1/classify", files={"image": upstream.photo})
    assert url.record["result"] == file.record["result"]


def test_89_a_key_that_is_revoked_is_refused_from_then_on(keyed: Keyed) -> None:
    assert keyed.ask("gone").status == 200
    keyed.store.revoke(keyed.keys["gone"].split("_")[1])
    keyed.server.expect(keyed.ask("gone"), 401, "unauthenticated")


def test_90_91_one_key_that_asks_too_often_is_limited_alone(keyed: Keyed) -> None:
    for n in range(3 * RATE):  # it gets some more while it asks
        spoofed = {"X-Forwarded-For": f"1.2.{n // 256}.{n % 256}"}
        limited = keyed.ask("other", "/v1/models", **spoofed)
        assert n >= RATE or limited.status == 200
        if limited.status != 200:
            break
    keyed.server.expect(limited, 429, "rate-limited")
    assert limited.record["retryable"] is True
    assert int(limited.headers["retry-after"]) > 0
    alone = keyed.ask("phone")
    assert alone.status == 200
    assert int(alone.headers["ratelimit-remaining"]) < RATE


def test_92_bogus_keys_take_no_memory(keyed: Keyed) -> None:
    for n in range(200):
        reply = keyed.ask(f"pl_{n:012x}_{'x' * 43}")
        keyed.server.expect(reply, 401, "unauthenticated")


def test_95_numbers_and_models_are_not_for_everybody(keyed: Keyed) -> None:
    keyed.server.expect(keyed.ask("", "/metrics"), 401, "unauthenticated")
    keyed.server.expect(keyed.ask("phone", "/metrics"), 403, "forbidden")
    keyed.server.expect(keyed.ask("admin", "/admin"), 404, "not-found")


def test_135_keys_that_cannot_be_read_let_nobody_in_until_they_can(keyed: Keyed) -> None:
    path: Path = keyed.store.path
    good = path.read_bytes()
    try:
        path.write_bytes(good[: len(good) // 2])
        keyed.server.expect(keyed.ask("phone"), 503, "storage-unavailable")
        assert keyed.ask("", "/healthz").status == 200
        path.unlink()
        keyed.server.expect(keyed.ask("phone"), 401, "unauthenticated")
    finally:
        path.write_bytes(good)
    assert keyed.ask("phone").status == 200


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://good.example", "https://good.example"),
        ("https://evil.example", None),
        ("https://good.example.evil.example", None),
        ("null", None),
    ],
)
def test_93_pages_of_other_origins(server: Any, origin: str, allowed: str | None) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for reply in (
        server.ask("OPTIONS", "/v1/classify", headers=asked),
        server.ask("GET", "/v1/models", headers={"Origin": origin}),
    ):
        assert reply.status in {200, 204}
        assert reply.headers.get("access-control-allow-origin") == allowed
        assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io"])
def test_94_another_name_for_this_machine(server: Any, host: str) -> None:
    reply = server.ask("GET", "/v1/models", headers={"Host": host})
    server.expect(reply, 400, "bad-host")


def test_96_a_strangers_text_is_no_page(server: Any) -> None:
    text = "<script>alert(1)</script>"
    for reply in (
        server.ask("GET", f"/v1/{text}"),
        server.ask("GET", f"/v2/models/{text}"),
        server.post("/v1/classify", files={"image": server.photo}, data={"model": text}),
        server.ask("GET", "/docs", params={"q": text}),
    ):
        kind = reply.headers["content-type"]
        assert kind.startswith(("application/", "text/html"))
        assert reply.headers["x-content-type-options"] == "nosniff" or reply.status >= 400
        assert kind.startswith("application/") or text not in reply.body.decode()
