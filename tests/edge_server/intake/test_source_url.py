from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_server.intake.source_url import SourceUrl, parse_url
from edge_server.problems import Problem, UrlNotAllowed, UrlUnresolvable

WEB = (80, 443)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("http://example.com", ("http", "example.com", 80, "/")),
        ("HTTPS://Example.COM./a.jpg#part", ("https", "example.com", 443, "/a.jpg")),
        ("http://example.com:443/a?b=c&d", ("http", "example.com", 443, "/a?b=c&d")),
        ("http://example.com?b=/", ("http", "example.com", 80, "/?b=/")),
        ("http://a_b.example.com/%20%zz", ("http", "a_b.example.com", 80, "/%20%zz")),
        ("http://xn--mnchen-3ya.de/ü", ("http", "xn--mnchen-3ya.de", 80, "/%C3%BC")),
        ("http://[2606:2800::1]:80/", ("http", "2606:2800::1", 80, "/")),
        ("http://127.0.0.1#@good", ("http", "127.0.0.1", 80, "/")),  # refused as an address
        ("http://2130706433/", ("http", "2130706433", 80, "/")),  # and so is this
        ("http://example.com:/", ("http", "example.com", 80, "/")),
    ],
)
def test_a_url_is_taken_apart(text: str, wanted: tuple[str, str, int, str]) -> None:
    if text.endswith(":/"):
        with pytest.raises(UrlNotAllowed):
            parse_url(text, WEB)
        return
    url = parse_url(text, WEB)
    assert (url.scheme, url.host, url.port, url.target) == wanted


@pytest.mark.parametrize(
    "text",
    [
        # row 68: other schemes, or none
        "file:///etc/passwd",
        "gopher://example.com/",
        "ftp://example.com/",
        "data:image/png;base64,AAAA",
        "jar:http://example.com!/",
        "unix:/var/run/docker.sock",
        "example.com/a.jpg",
        "//example.com/a.jpg",
        "",
        "http:",
        "http:///a.jpg",
        "http:example.com",
        "javascript:alert(1)",
        # rows 70 and 72: zones, other scripts, quoted digits
        "http://[fe80::1%25lo]/",
        "http://[::1",
        "http://::1]/",
        "http://[]/",
        "http://[::1]x/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
        "http://ex\u0430mple.com/",
        "http://m\u00fcnchen.de/",
        "http://%31%32%37.0.0.1/",
        "http://example\u3002com/",
        # row 73: user names, and what parsers disagree about
        "http://good@127.0.0.1",
        "http://good:80@127.0.0.1:80",
        "http://good\\@127.0.0.1",
        "http://@127.0.0.1",
        "http://127.0.0.1\t.example.com/",
        "http://example.com/a\nHost: other",
        "http://example.com\0.other.com/",
        "http:// example.com/",
        " http://example.com/",
        "http://example.com/a b.jpg",
        "http://exa\x7fmple.com/",
        "http://example.com\x85/",
        # row 78: ports
        "http://example.com:22/",
        "http://example.com:25/",
        "http://example.com:6379/",
        "http://example.com:11211/",
        "http://example.com:0/",
        "http://example.com:-80/",
        "http://example.com:8 0/",
        "http://example.com:99999/",
        "http://example.com:080443/",
        "http://example.com:\u0668\u0660/",
        "http://-example.com/",
        "http://example.com/" + 4096 * "a",
    ],
)
def test_everything_else_is_not_allowed(text: str) -> None:
    with pytest.raises(UrlNotAllowed):
        parse_url(text, WEB)


@pytest.mark.parametrize("host", [300 * "a", ".".join(40 * ["abcdefg"]), "a..b", "."])
def test_a_name_that_cannot_exist(host: str) -> None:
    with pytest.raises((UrlUnresolvable, UrlNotAllowed)):
        parse_url(f"http://{host}/", WEB)


def test_a_port_may_be_allowed() -> None:
    assert parse_url("http://example.com:8080/", (8080,)).host_header == "example.com:8080"
    with pytest.raises(UrlNotAllowed, match=r"allowed: 8080$"):
        parse_url("http://example.com/", (8080,))


@pytest.mark.parametrize(
    ("location", "wanted"),
    [
        ("/b.jpg", "https://example.com/b.jpg"),
        ("c.jpg?x", "https://example.com/a/c.jpg?x"),
        ("//other.com/", "https://other.com/"),
        ("https://other.com/d", "https://other.com/d"),
        ("http://example.com/", None),
        ("file:///etc/passwd", None),
        ("https://u@other.com/", None),
        ("https://other.com:22/", None),
        ("\\\\other.com\\a", None),
    ],
)
def test_a_redirect_goes_through_the_same_door(location: str, wanted: str | None) -> None:
    here = SourceUrl(scheme="https", host="example.com", port=443, target="/a/b")
    if wanted is None:
        with pytest.raises(UrlNotAllowed):
            here.joined(location, WEB)
        return
    there = here.joined(location, WEB)
    assert f"{there.scheme}://{there.host_header}{there.target}" == wanted


# Row 152: whatever is put together, either it is refused, or the host that is asked for is
# the one that a strict reading of the text (the model) finds.
_NUMBERS = ["127.0.0.1", "[::1]", "0x7f.1", "[::ffff:7f00:1]"]
_HOSTS = ["example.com", "localhost", "a.b.", *_NUMBERS]
_PARTS: list[list[str]] = [
    ["http", "https", "HTTP", "file", "ftp", "", "http:", " http"],
    ["://", ":/", ":", "//", ":///", ":\\\\"],
    ["", "user@", "user:pw@", "good.com@", "@"],
    [*_HOSTS, ""],
    ["", ":80", ":443", ":22", ":", ":0", ":65536", ":8O"],
    ["", "/", "/a.jpg", "?q=@b", "#@good.com", "\\@good.com", "/\r\nX: y"],
]
_MODEL = re.compile(
    r"(?i:https?)://(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?)"
    r"(?::(?P<port>80|443))?(?:[/?#][^\x00-\x20\x7f-\x9f\\]*)?"
)


def check(text: str) -> bool:
    """Whether the URL is taken; the model has to say so too, and what it asks for."""
    model = _MODEL.fullmatch(text)
    try:
        url = parse_url(text, WEB)
    except UrlUnresolvable:
        assert model is None or ".." in text
    except Problem:
        assert model is None, text
    else:
        assert model is not None, text
        assert url.host == model["host"].lower().strip("[]").removesuffix(".")
        assert url.port == int(model["port"] or {"http": 80, "https": 443}[url.scheme])
        assert url.target.isascii()
        assert " " not in url.target
        assert url.target.startswith("/")
        return True
    return False


def test_the_guard_is_its_model() -> None:
    """Every combination of the parts."""
    taken = sum(check("".join(parts)) for parts in product(*_PARTS))
    # Four beginnings (one is "http:" and "//"), no user, three ports, five ends; and
    # "http:/" with "/a.jpg", in three spellings, whose host is a.jpg.
    assert taken == 4 * len(_HOSTS) * 3 * 5 + 3


@given(st.sampled_from(_PARTS[2]), st.text(max_size=12), st.sampled_from(_PARTS[5]))
@settings(max_examples=400, deadline=None)
def test_whatever_stands_for_the_host(user: str, host: str, rest: str) -> None:
    check(f"http://{user}{host}{rest}")
