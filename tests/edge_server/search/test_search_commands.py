from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.cli import main
from edge_server.store.store import Store


@pytest.fixture
def run(tmp_path: Any, monkeypatch: Any, capsys: Any) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("POCKETLENS_DATA", str(tmp_path))
    monkeypatch.setenv("POCKETLENS_DEVICE", "cpu")
    monkeypatch.setenv("POCKETLENS_WEIGHTS", str(tmp_path / "weights"))

    def ran(*words: str) -> tuple[int, str, str]:
        code = main(["search", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def test_kept_photos_are_described_once_and_anew_when_asked(
    run: Callable[..., tuple[int, str, str]],
    keep: Callable[..., str],
    noise: Callable[[int], NDArray[np.uint8]],
    store: Store,
) -> None:
    for number in range(2):
        keep(noise(number))
    store.close()
    assert run("index") == (0, "2 photos described\n", "")
    assert run("index") == (0, "0 photos described\n", "")
    code, out, _ = run("rebuild", "--json")
    assert (code, json.loads(out)) == (0, {"described": 2})


def test_without_a_store_it_is_said(
    run: Callable[..., tuple[int, str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setenv("POCKETLENS_STORE", "no")
    code, out, err = run("index")
    assert (code, out) == (1, "")
    assert "POCKETLENS_STORE" in err
