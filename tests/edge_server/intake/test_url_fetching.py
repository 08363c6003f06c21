"""Rows 68 to 86 of the catalogue, over servers that are on this machine."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from time import monotonic
from typing import Any

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_server.engine.interface import Deadline
from edge_server.intake.intake import Intake
from edge_server.intake.url_fetching import Fetcher, FetchRules
from edge_server.problems import Problem

GOOD = "http://good.example/a.jpg"
RULES = FetchRules(seconds=5.0, max_bytes=2**20)


def handler(
    answer: Callable[[BaseHTTPRequestHandler], None], seen: list[Any] | None = None
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if seen is not None:
                seen.append((self.path, dict(self.headers)))
            answer(self)

        def log_message(self, *_args: object) -> None:
            pass

    return Handler


def body(data: bytes, status: int = 200, **headers: str) -> type[BaseHTTPRequestHandler]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", headers.pop("length", str(len(data))))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return handler(answer)


def redirects(
    locations: dict[str, str | None], found: bytes = b""
) -> type[BaseHTTPRequestHandler]:
    """Paths to where they redirect; a path that is not there has the body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        there = locations.get(request.path, "")
        request.send_response(302 if request.path in locations else 200)
        if request.path in locations and there is not None:
            request.send_header("Location", there)
        request.send_header(
            "Content-Length", str(0 if request.path in locations else len(found))
        )
        request.end_headers()
        request.wfile.write(b"" if request.path in locations else found)

    return handler(answer)


def fetcher(internet: Any, rules: FetchRules = RULES) -> Fetcher:
    return Fetcher(rules, resolve=internet.resolve, connect=internet.connect)


def fetch(internet: Any, url: str = GOOD, rules: FetchRules = RULES) -> bytes:
    return fetcher(internet, rules).fetch(url, Deadline.after(30))


def test_a_body_comes_as_it_is(internet: Any) -> None:
    internet.serve(body(b"abc" * 9999))
    assert fetch(internet) == b"abc" * 9999
    assert internet.connected == [("93.184.216.34", 80)]
    assert internet.looked_up == ["good.example"]


# Rows 69 to 72: whatever the text, the resolver's answer is judged; one sentence for all.
INSIDE = {
    "http://127.0.0.1/": "127.0.0.1",
    "http://localhost/": "127.0.0.1",
    "http://LOCALHOST./": "127.0.0.1",
    "http://127.1/": "127.0.0.1",
    "http://2130706433/": "127.0.0.1",
    "http://0x7f000001/": "127.0.0.1",
    "http://0177.0.0.1/": "127.0.0.1",
    "http://017700000001/": "127.0.0.1",
    "http://0/": "0.0.0.0",  # noqa: S104  an address that is refused
    "http://0.0.0.0/": "0.0.0.0",  # noqa: S104
    "http://[::1]/": "::1",
    "http://[::]/": "::",
    "http://[::ffff:127.0.0.1]/": "::ffff:127.0.0.1",
    "http://[::127.0.0.1]/": "::7f00:1",
    "http://[64:ff9b::7f00:1]/": "64:ff9b::7f00:1",
    "http://[2002:7f00:1::]/": "2002:7f00:1::",
    "http://[fec0::1]/": "fec0::1",
    "http://[fd00:ec2::254]/": "fd00:ec2::254",
    "http://10.0.0.1/": "10.0.0.1",
    "http://172.16.0.1/": "172.16.0.1",
    "http://192.168.0.1/": "192.168.0.1",
    "http://100.100.100.200/latest/meta-data": "100.100.100.200",
    "http://169.254.169.254/latest/meta-data": "169.254.169.254",
    "http://192.0.0.192/opc/v2/": "192.0.0.192",
    "http://168.63.129.16/": "168.63.129.16",
    "http://intranet.example/": "10.1.2.3",
}


def test_what_is_inside_is_refused_in_one_sentence(
    internet: Any, refused: Callable[..., Problem]
) -> None:
    details = set()
    for url, address in INSIDE.items():
        host = url.split("//")[1].split("/")[0].strip("[]").lower().removesuffix(".")
        internet.names[host] = [(address,)]
        problem = refused("url-not-allowed", fetch, internet, url)
        assert problem.status == 422
        details.add(problem.detail)
    assert len(details) == 1
    assert internet.connected == []
    assert len(internet.looked_up) == len(INSIDE)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost/", "http://[::1]/"])
def test_the_real_resolver_and_the_real_connection(
    url: str, refused: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.create_connection", pytest.fail)
    refused("url-not-allowed", Fetcher().fetch, url, Deadline.after(5))


def test_a_network_of_ours_may_be_opened(internet: Any) -> None:
    internet.serve(body(b"abc"), host="nas.example", address="192.168.7.9", port=8080)
    rules = FetchRules(ports=(8080,), networks=("192.168.7.0/24",))
    assert fetch(internet, "http://nas.example:8080/", rules) == b"abc"


# Row 74.
@pytest.mark.parametrize(
    "addresses",
    [
        ("93.184.216.34", "10.0.0.1"),
        ("10.0.0.1", "93.184.216.34"),
        ("93.184.216.34", "::1"),
        ("2606:2800:220::1", "93.184.216.34", "169.254.169.254"),
    ],
)
def test_one_bad_address_is_enough(
    addresses: tuple[str, ...], internet: Any, refused: Callable[..., Problem]
) -> None:
    internet.names["mixed.example"] = [addresses]
    refused("url-not-allowed", fetch, internet, "http://mixed.example/")
    assert internet.connected == []


# Row 75: the second answer would be this machine; it is never asked for.
def test_a_name_is_looked_up_once_a_hop(internet: Any) -> None:
    internet.serve(body(b"abc"))
    internet.names["good.example"] = [("93.184.216.34",), ("127.0.0.1",)]
    assert fetch(internet) == b"abc"
    assert internet.looked_up == ["good.example"]
    assert internet.connected == [("93.184.216.34", 80)]


def test_a_name_that_turns_on_the_second_hop(
    internet: Any, refused: Callable[..., Problem]
) -> None:
    internet.serve(redirects({"/a.jpg": "/b.jpg"}, b"abc"))
    internet.names["good.example"] = [("93.184.216.34",), ("127.0.0.1",)]
    refused("url-not-allowed", fetch, internet)
    assert internet.looked_up == ["good.example", "good.example"]
    assert len(internet.connected) == 1


def test_another_address_is_tried_where_one_does_not_answer(internet: Any) -> None:
    internet.serve(body(b"abc"))
    internet.names["good.example"] = [("8.8.8.8", "93.184.216.34")]
    with socket.socket() as closed:  # it listens to nobody, and nobody else is given its port
        closed.bind(("127.0.0.1", 0))
        internet.ways["8.8.8.8", 80] = closed.getsockname()[1]
        assert fetch(internet) == b"abc"


# Row 76.
@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//127.0.0.1",
        "http://127.0.0.1:6379/",
        "http://inside.example/",
        "gopher://good.example/",
        "http://user@good.example/",
        "http://good.example\\@127.0.0.1/",
    ],
)
def test_a_redirect_leads_nowhere_else(
    location: str, internet: Any, refused: Callable[..., Problem]
) -> None:
    internet.serve(redirects({"/a.jpg": location}))
    internet.names |= {host: [(host,)] for host in ("169.254.169.254", "127.0.0.1")}
    internet.names["inside.example"] = [("10.0.0.1",)]
    refused("url-not-allowed", fetch, internet)
    assert internet.connected == [("93.184.216.34", 80)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_that_are_followed(status: int, internet: Any) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        moved = request.path == "/a.jpg"
        request.send_response(status if moved else 200)
        request.send_header("Location", "http://other.example/b.jpg?c")
        request.send_header("Content-Length", "3")
        request.end_headers()
        request.wfile.write(b"abc")

    seen: list[Any] = []
    internet.serve(handler(answer, seen))
    internet.names["other.example"] = internet.names["good.example"]
    assert fetch(internet) == b"abc"
    assert [(path, headers["Host"]) for path, headers in seen] == [
        ("/a.jpg", "good.example"),
        ("/b.jpg?c", "other.example"),
    ]


# Row 77.
def test_five_redirects_and_no_more(internet: Any, refused: Callable[..., Problem]) -> None:
    chain: dict[str, str | None] = {f"/{step}": f"/{step + 1}" for step in range(6)}
    internet.serve(redirects({**chain, "/round": "/round"}, b"abc"))
    assert fetch(internet, "http://good.example/1") == b"abc"
    for start in ("0", "round"):
        problem = refused("too-many-redirects", fetch, internet, f"http://good.example/{start}")
        assert (problem.status, problem.limit) == (422, 5)


def test_a_redirect_to_nowhere(internet: Any, refused: Callable[..., Problem]) -> None:
    internet.serve(redirects({"/a.jpg": None}))
    assert refused("bad-upstream", fetch, internet).status == 502


# Row 79.
@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "url-not-found"), (410, "url-not-found")]
    + [
        (status, "bad-upstream")
        for status in (201, 204, 206, 300, 304, 400, 401, 403, 429, 500, 503)
    ],
)
def test_other_answers_than_200(
    status: int, code: str, internet: Any, refused: Callable[..., Problem]
) -> None:
    internet.serve(body(b"" if status in {204, 304} else b"abc", status))
    assert refused(code, fetch, internet).status == (422 if status in {404, 410} else 502)


def test_nothing_a_page_and_a_wrong_type(
    internet: Any, made: Any, refused: Callable[..., Problem]
) -> None:
    intake = Intake(fetcher=fetcher(internet))
    jpeg = made.of("JPEG")
    for data, headers, code in (
        (b"", {}, "bad-upstream"),
        (b"<!doctype html><img src=a.jpg>", {"Content_Type": "image/jpeg"}, "bad-upstream"),
        (jpeg, {"Content_Type": "text/html"}, ""),
    ):
        internet.serve(body(data, **headers))
        if code:
            refused(code, intake.from_url, GOOD, Deadline.after(9))
        else:
            assert intake.from_url(GOOD, Deadline.after(9)).encoded == jpeg


# Row 80.
def test_a_length_that_is_too_large_is_enough(
    internet: Any, refused: Callable[..., Problem]
) -> None:
    internet.serve(body(b"", length=str(2**20 + 1)))
    problem = refused("source-too-large", fetch, internet)
    assert (problem.status, problem.limit) == (422, 2**20)


def chunked(
    data: bytes, count: int, sent: list[int], **headers: str
) -> type[BaseHTTPRequestHandler]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        for _ in range(count):
            request.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            sent[0] += len(data)
        request.wfile.write(b"0\r\n\r\n")

    return handler(answer)


def test_a_body_without_end_is_left_where_the_limit_is(
    internet: Any, refused: Callable[..., Problem]
) -> None:
    sent = [0]
    internet.serve(chunked(bytes(2**16), 1000, sent))
    refused("source-too-large", fetch, internet)
    threading.Event().wait(0.2)
    assert sent[0] < 2**20 + 12 * 2**20  # what the two sockets' buffers take


def test_just_as_many_bytes_as_may_be(internet: Any) -> None:
    internet.serve(chunked(bytes(2**16), 16, [0]))
    assert len(fetch(internet)) == 2**20


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "GZIP"])
def test_a_packed_body_is_counted_unpacked(
    encoding: str, internet: Any, refused: Callable[..., Problem], peak: Callable[[], float]
) -> None:
    pack = zlib.compress if encoding == "deflate" else gzip.compress
    internet.serve(body(pack(b"abc" * 9999), Content_Encoding=encoding))
    assert fetch(internet) == b"abc" * 9999
    bomb = pack(bytes(2**26))
    internet.serve(body(bomb, Content_Encoding=encoding))
    before = peak()
    refused("source-too-large", fetch, internet)
    assert peak() - before < 10


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x"])
def test_what_is_packed_otherwise_is_refused(
    encoding: str, internet: Any, refused: Callable[..., Problem]
) -> None:
    internet.serve(body(b"abc", Content_Encoding=encoding))
    refused("bad-upstream", fetch, internet)


def test_what_is_said_to_be_packed_and_is_not(
    internet: Any, refused: Callable[..., Problem]
) -> None:
    internet.serve(body(b"abc" * 99, Content_Encoding="gzip"))
    refused("bad-upstream", fetch, internet)


# Row 81: one budget for everything.
SLOW = FetchRules(seconds=0.6)


def wait_for_end(connection: socket.socket) -> None:
    connection.settimeout(5)
    while connection.recv(4096):
        pass


def drips(text: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        for byte in text + 99 * b"a":
            connection.sendall(bytes([byte]))
            threading.Event().wait(0.1)

    return talk


@pytest.mark.parametrize(
    ("url", "talk"),
    [
        (GOOD, wait_for_end),
        (GOOD, drips(b"HTTP/1.1 200 OK\r\nA: ")),
        ("https://good.example/", wait_for_end),
    ],
    ids=["silent", "headers by bytes", "silent TLS"],
)
def test_a_slow_server_is_left_at_the_deadline(
    url: str,
    talk: Callable[[socket.socket], None],
    internet: Any,
    refused: Callable[..., Problem],
) -> None:
    internet.raw(talk)
    began = monotonic()
    refused("source-timeout", fetch, internet, url, SLOW)
    assert monotonic() - began < 4


def test_a_body_by_bytes(internet: Any, refused: Callable[..., Problem]) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
        drips(b"")(connection)

    internet.raw(talk)
    began = monotonic()
    problem = refused("source-timeout", fetch, internet, GOOD, SLOW)
    assert monotonic() - began < 4
    assert (problem.status, problem.retryable, problem.retry_after) == (504, True, 5)


def test_the_caller_s_deadline_counts_too(
    internet: Any, refused: Callable[..., Problem]
) -> None:
    internet.raw(wait_for_end)
    began = monotonic()
    refused("source-timeout", fetcher(internet).fetch, GOOD, Deadline.after(0.3))
    assert monotonic() - began < 4


def test_redirects_share_the_time(internet: Any, refused: Callable[..., Problem]) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        threading.Event().wait(0.25)
        request.send_response(302)
        request.send_header("Location", request.path + "a")
        request.send_header("Content-Length", "0")
        request.end_headers()

    internet.serve(handler(answer))
    refused("source-timeout", fetch, internet, GOOD, SLOW)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"220 ftp ready\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + 300_000 * b"a",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 9,
    ],
    ids=["closed", "ftp", "ssh", "cut", "two lengths", "bad chunk", "endless header", "100"],
)
def test_what_is_not_an_answer(
    text: bytes, internet: Any, refused: Callable[..., Problem]
) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(text)

    internet.raw(talk)
    assert refused("bad-upstream", fetch, internet).status == 502


# Row 82.
def trusting(internet: Any, authority: trustme.CA | None) -> Fetcher:
    made = fetcher(internet)
    if authority is not None:
        authority.configure_trust(made.tls)
    return made


def identity(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def test_a_certificate_is_that_of_the_host(
    internet: Any, refused: Callable[..., Problem]
) -> None:
    authority = trustme.CA()
    names: list[str | None] = []
    context = identity(authority, "good.example")
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    seen: list[Any] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "3")
        request.end_headers()
        request.wfile.write(b"abc")

    internet.serve(handler(answer, seen), port=443, tls=context)
    url = "https://good.example/a.jpg"
    good = trusting(internet, authority)
    assert good.fetch(url, Deadline.after(9)) == b"abc"
    assert names == ["good.example"]  # pinned to an address, yet it asks for the name
    assert seen[0][1]["Host"] == "good.example"
    # one that nobody vouches for, then one of another host
    refused("bad-upstream", fetcher(internet).fetch, url, Deadline.after(9))
    internet.serve(body(b"abc"), port=443, tls=identity(authority, "other.example"))
    assert refused("bad-upstream", good.fetch, url, Deadline.after(9)).status == 502


# Row 76, the last: from https to http.
def test_no_redirect_from_https_to_http(internet: Any, refused: Callable[..., Problem]) -> None:
    authority = trustme.CA()
    internet.serve(
        redirects({"/a.jpg": "http://good.example/b.jpg"}),
        port=443,
        tls=identity(authority, "good.example"),
    )
    refused(
        "url-not-allowed",
        trusting(internet, authority).fetch,
        "https://good.example/a.jpg",
        Deadline.after(9),
    )


# Row 83.
def test_proxies_of_the_environment_are_not_asked(
    internet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = f"http://127.0.0.1:{internet.canary.getsockname()[1]}"
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy)
    internet.serve(body(b"abc"))
    assert fetch(internet) == b"abc"


# Row 84.
def test_nothing_of_ours_is_sent(internet: Any) -> None:
    seen: list[Any] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Set-Cookie", "a=b")
        request.send_header("Content-Length", "3")
        request.end_headers()
        request.wfile.write(b"abc")

    internet.serve(handler(answer, seen))
    one = fetcher(internet)
    for _ in range(2):
        one.fetch(GOOD, Deadline.after(9))
    for _, headers in seen:
        assert headers == {
            "Host": "good.example",
            "User-Agent": "PocketLens",
            "Accept": "image/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }


# Row 85.
@pytest.mark.parametrize(
    "host", ["none.example", 300 * "a" + ".example", "xn--" + 200 * "a" + ".example"]
)
def test_a_host_that_is_not_there(
    host: str, internet: Any, refused: Callable[..., Problem]
) -> None:
    assert refused("url-unresolvable", fetch, internet, f"http://{host}/").status == 422


# Row 152: whatever is asked for, and wherever it redirects, only what the rule lets through
# is connected to.
_ADDRESSES = st.sampled_from(
    ["93.184.216.34", "8.8.8.8", "127.0.0.1", "10.0.0.1", "100.64.1.1", "::1", "2a00::1"]
)
_HOPS = st.lists(
    st.tuples(
        st.sampled_from(["http", "http", "file", "ftp"]),
        st.sampled_from(["", "", "", "user@"]),
        st.lists(_ADDRESSES, min_size=1, max_size=2),
        st.sampled_from(["", ":80", ":22"]),
    ),
    min_size=1,
    max_size=7,
)


@given(hops=_HOPS)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_only_what_the_rule_lets_through_is_connected_to(internet: Any, hops: Any) -> None:
    urls = [
        f"{scheme}://{user}h{index}.example{port}/{index}"
        for index, (scheme, user, _, port) in enumerate(hops)
    ]
    if ("1.1.1.1", 80) not in internet.ways:
        internet.chain = {}
        internet.serve(
            handler(lambda request: follow(request, internet.chain)), "x.example", "1.1.1.1"
        )
        way = internet.ways["1.1.1.1", 80]
        internet.ways |= {(a, 80): way for a in ("93.184.216.34", "8.8.8.8", "2a00::1")}
    internet.chain = {f"/{index}": url for index, url in enumerate(urls[1:])}
    internet.names = {f"h{index}.example": [hop[2]] for index, hop in enumerate(hops)}
    internet.connected.clear()
    internet.looked_up.clear()
    public = {"93.184.216.34", "8.8.8.8", "2a00::1"}
    fine = [
        scheme == "http" and not user and set(addresses) <= public and port != ":22"
        for scheme, user, addresses, port in hops
    ]
    reached = fine.index(False) if False in fine else len(fine)
    if all(fine) and len(fine) <= 6:
        assert fetch(internet, urls[0]) == b"abc"
    else:
        with pytest.raises(Problem) as raised:
            fetch(internet, urls[0])
        assert raised.value.status == 422
    assert len(internet.connected) == min(reached, 6)
    assert {address for address, _ in internet.connected} <= public


def follow(request: BaseHTTPRequestHandler, chain: dict[str, str]) -> None:
    there = chain.get(request.path)
    request.send_response(302 if there else 200)
    if there:
        request.send_header("Location", there)
    request.send_header("Content-Length", "3")
    request.end_headers()
    request.wfile.write(b"abc")
