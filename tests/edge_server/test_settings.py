from __future__ import annotations

from typing import Any

import pytest

from edge_server.settings import Settings, SettingsError, settings_from


def test_variables_then_options() -> None:
    variables = {
        "POCKETLENS_PORT": "81",
        "POCKETLENS_QUEUE": "3",
        "POCKETLENS_CORS_ORIGINS": "https://a.example, https://b.example",
        "POCKETLENS_BUNDLE": "for every command",
        "PATH": "x",
    }
    settings = settings_from(variables, {"port": "82", "host": None})
    assert (settings.port, settings.queue, settings.host) == (82, 3, "127.0.0.1")
    assert settings.cors_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"POCKETLENS_PRT": "1"}, "POCKETLENS_PRT is not a setting"),
        ({"POCKETLENS_PORT": "many"}, "port"),
        ({"POCKETLENS_PORT": "70000"}, "port"),
        ({"POCKETLENS_REQUIRE_KEYS": "perhaps"}, "require_keys"),
        ({"POCKETLENS_BODY_SECONDS": "0"}, "body_seconds"),
    ],
)
def test_what_cannot_be_used_is_named(variables: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings_from(variables)


@pytest.mark.parametrize(
    ("given", "keys", "urls"),
    [
        ({}, False, True),
        ({"host": "0.0.0.0"}, True, True),  # noqa: S104  a name in a table
        ({"host": "::1"}, False, True),
        ({"host": "10.0.0.1", "require_keys": "no"}, False, False),
        ({"host": "10.0.0.1", "require_keys": "no", "url_input": "yes"}, False, True),
        ({"require_keys": "yes", "url_input": "no"}, True, False),
    ],
)
def test_who_needs_a_key(given: dict[str, Any], *, keys: bool, urls: bool) -> None:
    settings = Settings(**given)
    assert (settings.keys_required, settings.urls_taken) == (keys, urls)
