from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import pytest

from edge_runtime import Lens
from edge_runtime.errors import PocketLensError
from edge_runtime.remote import How, RemoteSettings
from edge_runtime.router import Router


def test_settings_do_not_change_under_a_client() -> None:
    with pytest.raises(FrozenInstanceError):
        RemoteSettings().attempts = 9  # type: ignore[misc]


@pytest.mark.parametrize("seconds", [math.inf, -math.inf, math.nan, 1e12])
def test_a_deadline_that_no_clock_reaches_is_refused_where_it_is_named(seconds: float) -> None:
    for make in (
        lambda: RemoteSettings(seconds=seconds),
        lambda: How(seconds=seconds),
        lambda: Router(Lens(), seconds=seconds),
    ):
        with pytest.raises(PocketLensError, match="cannot be kept"):
            make()
    assert How().seconds is None


@pytest.mark.parametrize("key", ["a\n", "\u00fc", "a\x7f"])
def test_a_key_that_no_header_holds_is_refused_where_it_is_named(key: str) -> None:
    with pytest.raises(PocketLensError, match="give a UUID"):
        How(key=key)
    for fits in ("a b", "k" * 128):
        assert How(key=fits).key == fits
    with pytest.raises(PocketLensError, match="128 at most"):
        How(key="k" * 129)
