"""Which addresses are of the public internet: the rule that stands between a URL and ours.

Neither ``is_private`` nor ``is_global`` of ``ipaddress`` is enough, and both differ between
versions of Python: carrier NAT is not private, and the metadata services of two clouds,
NAT64 and 6to4 addresses of our own machine are global.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Only this block of IPv6 holds addresses of the public internet (RFC 4291, IANA).
_UNICAST_V6 = ip_network("2000::/3")
_REFUSED = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT; metadata of Alibaba Cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's wire server
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; metadata of Oracle Cloud
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # Teredo and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
)


def is_public(text: str, allowed: Iterable[str] = ()) -> bool:
    """Whether this address may be connected to.

    An IPv4 address written as IPv6 (``::ffff:a.b.c.d``) is judged as the IPv4 address that
    it is.  ``allowed`` are networks, such as ``10.1.0.0/16``, that may be all the same.
    """
    try:
        address = _plain(ip_address(text))
    except ValueError:
        return False
    if any(address in ip_network(network) for network in allowed):
        return True
    if isinstance(address, IPv6Address) and address not in _UNICAST_V6:
        return False
    return address.is_global and not any(address in network for network in _REFUSED)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
