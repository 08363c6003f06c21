from __future__ import annotations

import base64
import os
from collections.abc import Callable

import pytest

from edge_server.intake.base64_text import decode_base64
from edge_server.problems import BadBase64, BodyTooLarge, Problem

DATA = bytes(range(256)) + b"\xfb\xff\xfe\x3e"  # 260 bytes: two of padding, both alphabets
TEXT = base64.b64encode(DATA).decode()
MOST = 1000


# Row 27: what is taken.
@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.rstrip("="),
        f"data:image/jpeg;base64,{TEXT}",
        f"DATA:image/svg+xml;charset=utf-8;BASE64,{TEXT}",
        f"data:;base64,{TEXT}",
        f"data:image/png;name=a.png;base64,{TEXT.rstrip('=')}\n",
        base64.encodebytes(DATA).decode(),
        "\r\n".join(TEXT[at : at + 64] for at in range(0, len(TEXT), 64)),
        f"  \t{TEXT}\n",
        base64.urlsafe_b64encode(DATA).decode(),
        base64.urlsafe_b64encode(DATA).decode().rstrip("="),
        TEXT.replace("+", "-", 1),
    ],
)
def test_as_clients_write_it(text: str) -> None:
    assert decode_base64(text, MOST) == DATA


@pytest.mark.parametrize("count", range(5))
def test_every_length_with_and_without_padding(count: int) -> None:
    data = os.urandom(count)
    text = base64.b64encode(data).decode()
    assert decode_base64(text, MOST) == decode_base64(text.rstrip("="), MOST) == data


# Row 28: what is not.
@pytest.mark.parametrize(
    "text",
    [
        TEXT[:8] + "*" + TEXT[8:],
        TEXT + "!",
        "A",
        "AAAAA",
        "AA=A",
        "AA=",
        "AAAA=",
        "AAAA====",
        "AA===",
        "=",
        "\u00e4AAA",
        "AAA\u0410",
        "AA\0A",
        "data:image/png,AAAA",
        "data:image/png;base64;AAAA",
        "data:image/png;base64,data:image/png;base64,AAAA",
        "http://example.com/a.jpg",
        '{"a": 1}',
        "\ud800AAA",
    ],
)
def test_anything_else_is_refused(text: str, refused: Callable[..., Problem]) -> None:
    assert refused("bad-base64", decode_base64, text, MOST).status == 400


# Row 29: too large is known before anything is decoded.
def test_too_large_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base64.b64decode", pytest.fail)
    for text in ("A" * 1336, "*" * 1336, "A" * 10_000, " " * 10_000):
        with pytest.raises(BodyTooLarge) as raised:
            decode_base64(text, MOST)
        assert (raised.value.status, raised.value.limit) == (413, MOST)


def test_just_as_large_as_may_be() -> None:
    assert len(decode_base64(base64.b64encode(bytes(MOST)).decode(), MOST)) == MOST
    assert len(decode_base64(base64.encodebytes(bytes(MOST)).decode(), MOST)) == MOST
    with pytest.raises(BodyTooLarge):
        decode_base64(base64.b64encode(bytes(MOST + 1)).decode(), MOST)


def test_a_long_head_is_not_searched_for_ever() -> None:
    with pytest.raises(BadBase64):
        decode_base64("data:" + ";a" * 400_000, 2**20)
