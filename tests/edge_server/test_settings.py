from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_server import cli
from edge_server.cli import main
from edge_server.settings import TEXTS, Settings, SettingsError, settings_from


def test_variables_then_options() -> None:
    variables = {
        "POCKETLENS_PORT": "81",
        "POCKETLENS_QUEUE": "3",
        "POCKETLENS_CORS_ORIGINS": "https://a.example, https://b.example",
        "POCKETLENS_BUNDLE": "for every command",
        "POCKETLENS_KEY": "a client's",
        "POCKETLENS_VERBOSE": "1",
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
        ({"POCKETLENS_REQUIRE_KEYS": "perhaps"}, "--require-keys"),
        ({"POCKETLENS_BODY_SECONDS": "0"}, "POCKETLENS_BODY_SECONDS"),
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


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("PORT", "many", r"--port \(POCKETLENS_PORT\) cannot be 'many': Expected `int`"),
        ("AGE_AND_GENDER", "maybe", r"--age-and-gender .* cannot be 'maybe': say yes or no$"),
        ("STORE", "maybe", r"--store .* cannot be 'maybe': say yes or no$"),
        ("URL_PORTS", "80,x", r"--url-ports .* cannot be '80,x': Expected `int`"),
        ("URL_NETWORKS", "10.0.0.0/8,abc", "cannot be 'abc': say a network such as"),
        ("CORS_ORIGINS", "*", "say an origin such as https://app.example"),
        ("CORS_ORIGINS", "https://app.example/", "without a path"),
        ("CORS_ORIGINS", "https://App.example", "in small letters"),
        ("HOSTS", "vision.example:8000", "without scheme and port"),
    ],
)
def test_what_would_fail_later_or_in_silence_is_said_at_once(
    variable: str, text: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        settings_from({f"POCKETLENS_{variable}": text})


def test_hosts_and_origins_that_can_be_are_taken() -> None:
    hosts = "vision.example,localhost,[::1],10.0.0.1"
    origins = "http://localhost:5173,capacitor://localhost"  # of an app, the second
    settings = settings_from({}, {"hosts": hosts, "cors_origins": origins})
    assert settings.hosts == ("vision.example", "localhost", "[::1]", "10.0.0.1")
    assert settings.cors_origins == tuple(origins.split(","))


def test_help_says_what_each_setting_is(capsys: pytest.CaptureFixture[str]) -> None:
    names = [field.name for field in msgspec.structs.fields(Settings)]
    assert list(TEXTS) == names
    with pytest.raises(SystemExit) as stopped:
        main(["run", "--help"])
    assert stopped.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "--keep-days VALUE photos that were kept so long ago are deleted; 0 keeps" in shown
    assert "--url-ports VALUE ports that may be fetched from (80,443)" in shown
    assert "without port; on loopback its names (none)" in shown


def test_without_the_servers_packages_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise ModuleNotFoundError(name="httpx")

    monkeypatch.setattr(cli, "_parser", missing)
    assert main([]) == 1
    said = "edge-serve: httpx is not installed: pip install 'pocketlens[server]'\n"
    assert capsys.readouterr() == ("", said)
