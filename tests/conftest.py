"""What every test has: no network, and the paths of the checkout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_NO_NETWORK = ROOT / "tests" / "no_network"

sys.path.insert(0, str(_NO_NETWORK))
import sitecustomize  # noqa: E402  the guard, whichever sitecustomize came first

if not hasattr(sitecustomize, "NetworkDenied"):
    del sys.modules["sitecustomize"]
    import sitecustomize
sitecustomize.install()
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(_NO_NETWORK), *filter(None, [os.environ.get("PYTHONPATH")])]
)
# torch's threads sleep where they wait: spinning, they take the cores from what they wait for.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture
def many_switches() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def samples(root: Path) -> Path:
    """The sample photos."""
    return root / "calibration" / "data" / "samples"
