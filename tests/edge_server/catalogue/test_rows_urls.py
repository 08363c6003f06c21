"""Rows 68-86 of the catalogue, those that need no public server: images by their URL.

tests/edge_server/intake has the rest with resolvers and servers of its own.
"""

from __future__ import annotations

from typing import Any

import pytest

NOT_ALLOWED = [
    "file:///etc/passwd",
    "gopher://a.example/",
    "ftp://a.example/",
    "data:image/png;base64,AAAA",
    "jar:http://a.example/!/",
    "unix:/var/run/docker.sock",
    "a.example/x.png",
    "//a.example/x",
    "http://a.example:22/",
    "http://a.example:6379/",
    "http://good@127.0.0.1/",
    "http://good\\@127.0.0.1/",
    "http://127.0.0.1#@good/",
    "http://good:80@127.0.0.1:80/",
    "http://127.0.0.1\t/",
    "http://127.0.0.1\n/",
    "http://127.0.0.1\0/",
    "http://127.0.0.1 /",
    "http://\uff11\uff12\uff17.0.0.1/",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
    "http://%31%32%37.0.0.1/",
    "http://" + "x" * 5000 + "/",
]
INSIDE = [
    "127.0.0.1",
    "localhost",
    "LOCALHOST.",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",  # noqa: S104
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fec0::1]",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("url", NOT_ALLOWED, ids=range(len(NOT_ALLOWED)))
def test_68_72_73_78_urls_that_are_none_of_ours(server: Any, url: str) -> None:
    reply = server.post("/v1/classify", json={"image_url": url})
    server.expect(reply, 422, "url-not-allowed")


def test_69_70_71_addresses_inside_are_refused_in_one_sentence(
    server: Any, canary: Any
) -> None:
    details = set()
    for host in INSIDE:
        url = f"http://{host}:{canary.port}/a.jpg"
        reply = server.post("/v1/classify", json={"image_url": url})
        server.expect(reply, 422, "url-not-allowed")
        details.add(reply.record["detail"])
    assert len(details) == 1
    assert canary.came == []


def test_85_a_host_that_cannot_be(server: Any) -> None:
    reply = server.post("/v1/classify", json={"image_url": f"http://{'x' * 300}.example/"})
    server.expect(reply, 422, "url-unresolvable")


def test_86_urls_can_be_switched_off(apart: Any) -> None:
    reply = apart.post("/v1/classify", json={"image_url": "http://a.example/"})
    apart.expect(reply, 403, "url-input-disabled")
