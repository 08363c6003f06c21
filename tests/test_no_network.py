"""The suite's own promise: nothing leaves the machine."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
import sitecustomize


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "8.8.8.8", "2001:db8::1"])
def test_leaving_the_machine_is_denied(host: str) -> None:
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind) as one, pytest.raises(sitecustomize.NetworkDenied):
        one.settimeout(1)
        one.connect((host, 80))


def test_only_numbers_and_this_machine_are_looked_up() -> None:
    with pytest.raises(sitecustomize.NetworkDenied):
        socket.getaddrinfo("example.org", 80)
    for host in ("127.1", "0x7f000001", "8.8.8.8", "localhost"):
        assert socket.getaddrinfo(host, 80)


def test_loopback_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()


def test_a_child_process_is_denied_too() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "NetworkDenied" in done.stderr
