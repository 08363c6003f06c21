from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge_server.cli import main


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POCKETLENS_DATA", str(tmp_path))
    return tmp_path


def test_from_made_to_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "phone", "--scope", "infer", "--days", "30", "--json"]) == 0
    key = json.loads(capsys.readouterr().out)["key"]
    assert main(["keys", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in listed] == ["phone"]
    assert "sha256" not in listed[0]
    assert main(["keys", "rotate", listed[0]["id"]]) == 0
    assert capsys.readouterr().out.strip() != key
    assert main(["keys", "revoke", listed[0]["id"]]) == 0
    capsys.readouterr()
    assert main(["keys", "list"]) == 0
    shown = capsys.readouterr().out
    assert "revoked" in shown
    assert key not in shown


def test_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list"]) == 0
    assert capsys.readouterr().out == "there are no keys\n"


def test_an_unknown_key_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "revoke", "nothing"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
