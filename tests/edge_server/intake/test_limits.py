from __future__ import annotations

from edge_server.intake.limits import IntakeLimits
from edge_server.intake.url_fetching import FetchRules


def test_the_defaults_are_those_that_are_promised() -> None:
    limits, rules = IntakeLimits(), FetchRules()
    assert limits.max_bytes == 20 * 2**20
    assert (limits.max_pixels, limits.max_side) == (50_000_000, 16_384)
    assert (rules.max_bytes, rules.seconds, rules.redirects) == (20 * 2**20, 10, 5)
    assert (rules.ports, rules.networks) == ((80, 443), ())
    assert limits.decoders >= 1
