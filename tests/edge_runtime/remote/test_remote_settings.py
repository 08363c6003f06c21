from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from edge_runtime.remote import RemoteSettings


def test_settings_do_not_change_under_a_client() -> None:
    with pytest.raises(FrozenInstanceError):
        RemoteSettings().attempts = 9  # type: ignore[misc]
