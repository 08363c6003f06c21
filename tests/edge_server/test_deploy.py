"""The files that put the server somewhere agree with the server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge_server.settings import PREFIX, Settings, settings_from

DEPLOY = Path(__file__).parents[2] / "server" / "deploy"
ROOT = DEPLOY.parents[1]
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
DOCKERFILES = [path for path in FILES if path.name.startswith("Dockerfile")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", path.read_text())) - {"NAME"}
    assert {name.lower() for name in named} <= set(Settings.__struct_fields__)


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_what_is_copied_is_there(path: Path) -> None:
    text = path.read_text()
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    for source in " ".join(sources).split():
        assert (ROOT / source).exists(), source
    given = dict(re.findall(r"\b(POCKETLENS_[A-Z]+)=(\S+)", text))
    assert settings_from(given).keys_required
    assert re.search(r"^USER pocketlens$", text, re.MULTILINE)


def test_stopping_waits_longer_than_draining() -> None:
    compose = (DEPLOY / "compose.yaml").read_text()
    unit = (DEPLOY / "pocketlens.service").read_text()
    drain = Settings().drain_seconds
    assert int(re.search(r"stop_grace_period: (\d+)s", compose)[1]) > drain  # type: ignore[index]
    assert int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) > drain  # type: ignore[index]


def test_the_proxy_takes_what_the_server_takes() -> None:
    caddy = (DEPLOY / "Caddyfile").read_text()
    size = int(re.search(r"max_size (\d+)MiB", caddy)[1])  # type: ignore[index]
    assert size * 2**20 == Settings().max_body_bytes
