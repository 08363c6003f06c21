from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge_convert.placing import PREFIX, put, workshop, write_whole


def test_a_file_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a" / "file"
    write_whole(path, b"first")
    monkeypatch.setattr(os, "fdopen", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_a_workshop_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), workshop(tmp_path / "new") as place:
        (place / "half").write_bytes(b"x")
        raise ValueError("stop")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_is_swept_away(tmp_path: Path) -> None:
    gone, alive = tmp_path / f"{PREFIX}999999999-x", tmp_path / f"{PREFIX}{os.getpid()}-y"
    gone.mkdir()
    alive.mkdir()
    with workshop(tmp_path):
        pass
    assert not gone.exists()
    assert alive.exists()


@pytest.mark.parametrize("folder", [False, True])
def test_put_takes_the_place_of_what_was_there(tmp_path: Path, folder: bool) -> None:
    target = tmp_path / "out" / "model"
    for text in ("old", "new"):
        with workshop(tmp_path) as place:
            made = place / "made"
            if folder:
                made.mkdir()
                (made / text).write_text(text)
            else:
                made.write_text(text)
            put(made, target)
    if folder:
        assert [p.name for p in target.iterdir()] == ["new"]
    else:
        assert target.read_text() == "new"
    assert [p.name for p in target.parent.iterdir()] == ["model"]
