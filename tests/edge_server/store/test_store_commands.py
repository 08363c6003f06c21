from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_server.cli import main
from edge_server.intake.upload import Upload
from edge_server.store.store import Store

LONELY = "ab" * 32


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POCKETLENS_DATA", str(tmp_path))
    return tmp_path


def test_a_clean_store_says_so(
    data: Path,
    plain: Store,
    upload: Callable[..., Upload],
    capsys: pytest.CaptureFixture[str],
) -> None:
    photo = plain.keep("ann", upload(1)).photo
    assert main(["store", "check"]) == 0
    said = capsys.readouterr().out
    assert said == f"1 photos, 0 results, 1 blobs of {photo.size} bytes: clean\n"
    assert main(["store", "check", "--json", "--fast"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["photos"], record["lost"], record["orphans"]) == (1, [], [])


def test_a_folder_that_is_not_there_is_no_clean_store(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = data / "mistyped"
    monkeypatch.setenv("POCKETLENS_DATA", str(missing))
    assert main(["store", "check"]) == 1
    said = capsys.readouterr()
    assert "there is no folder" in said.err
    assert "POCKETLENS_DATA" in said.err
    assert said.out == ""
    assert not missing.exists()


def test_what_is_wrong_is_said_and_fails_and_gc_mends_what_it_can(
    data: Path,
    plain: Store,
    upload: Callable[..., Upload],
    capsys: pytest.CaptureFixture[str],
) -> None:
    photo = plain.keep("ann", upload(1)).photo
    plain.blobs.delete(photo.sha256)
    plain.blobs.put(LONELY, b"lonely")
    assert main(["store", "check"]) == 1
    said = capsys.readouterr().out
    assert f"lost: {photo.sha256}\n" in said
    assert f"without a row: {LONELY} ('edge-serve store gc')\n" in said
    assert said.endswith("not clean\n")
    assert main(["store", "gc"]) == 0
    assert "0 blobs" in capsys.readouterr().out
    assert main(["store", "gc", "--grace", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"photos": 0, "blobs": 1, "parts": 0}


def test_gc_deletes_what_is_past_its_time(
    data: Path,
    plain: Store,
    upload: Callable[..., Upload],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Store(plain.database, plain.blobs, lambda: 1000.0).keep("ann", upload(1))
    monkeypatch.setenv("POCKETLENS_KEEP_DAYS", "30")
    assert main(["store", "gc"]) == 0
    assert capsys.readouterr().out.startswith("deleted: 1 photos past their time")
    assert not list(plain.blobs.seen())


def test_what_an_owner_has_is_written_into_a_folder(
    data: Path,
    plain: Store,
    upload: Callable[..., Upload],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    photo = plain.keep("ann", upload(1)).photo
    assert main(["store", "export", "ann", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == "written: 1 photos\n"
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"{photo.id}.jpeg", f"{photo.id}.json"}


def test_an_owner_is_forgotten(
    data: Path,
    plain: Store,
    upload: Callable[..., Upload],
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain.keep("ann", upload(1))
    assert main(["store", "forget", "ann"]) == 0
    assert capsys.readouterr().out.startswith("forgotten: 1 photos of ann")
    assert main(["store", "forget", "ann", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"owner": "ann", "photos": 0}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("STORE", "no", "unset POCKETLENS_STORE"),
        ("DATABASE_URL", "mysql://x", "SQLite"),
        ("DATABASE_URL", "sqlite:///{data}/broken", "damaged"),
        ("DATABASE_URL", "postgresql://tests@/x?host={data}", "cannot be reached"),
        ("BLOBS_URL", "nothing://x", "s3://bucket/prefix"),
    ],
)
def test_a_store_that_cannot_be_used_is_one_line(
    name: str,
    value: str,
    said: str,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (data / "broken").write_bytes(b"no database" * 100)
    monkeypatch.setenv(f"POCKETLENS_{name}", value.replace("{data}", str(data)))
    assert main(["store", "check"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("edge-serve: ")
    assert said in captured.err
    assert captured.err.count("\n") == 1
