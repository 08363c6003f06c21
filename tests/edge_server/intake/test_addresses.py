from __future__ import annotations

import pytest

from edge_server.intake.addresses import is_public

# Rows 69 to 71 of the catalogue: as addresses, which is what is judged.
OURS = """
127.0.0.1 127.1.2.3 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255
192.168.0.1 100.64.0.1 100.100.100.200 100.127.255.255 169.254.169.254 192.0.0.192
192.0.0.170 168.63.129.16 198.18.0.1 198.19.255.255 192.0.2.1 198.51.100.1 203.0.113.1
192.88.99.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 ::1 :: ::ffff:127.0.0.1
::ffff:10.0.0.1 ::ffff:100.64.0.1 ::ffff:7f00:1 ::127.0.0.1 64:ff9b::7f00:1
64:ff9b:1::a00:1 64:ff9b::808:808 2002:7f00:1:: 2002:a00:1::1 2001::1 2001:0:7f00:1::
2001:db8::1 3fff::1 fe80::1 fe80::1%lo fec0::1 fc00::1 fd00:ec2::254 ff02::1 ff0e::1
100::1 5f00::1 4000::1 ::ffff:0:127.0.0.1
"""
THEIRS = """
93.184.216.34 8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 11.0.0.1
168.63.129.17 192.0.1.1 223.255.255.255 ::ffff:93.184.216.34
2606:2800:220:1:248:1893:25c8:1946 2a00:1450:4001:80b::200e 2001:4860:4860::8888
"""


@pytest.mark.parametrize("address", OURS.split())
def test_what_is_not_of_the_internet_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", THEIRS.split())
def test_what_is_of_the_internet_is_not(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3"]
)
def test_only_whole_addresses_are_judged(text: str) -> None:
    assert not is_public(text)


def test_a_network_may_be_allowed() -> None:
    allowed = ("192.168.7.0/24", "fd00:1::/32")
    assert is_public("192.168.7.9", allowed)
    assert is_public("::ffff:192.168.7.9", allowed)
    assert is_public("fd00:1::9", allowed)
    assert not is_public("192.168.8.9", allowed)
    assert is_public("8.8.8.8", allowed)
