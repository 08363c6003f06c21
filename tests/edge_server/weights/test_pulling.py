"""From what a publisher offers to imported weights."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from edge_runtime.errors import WeightsError
from edge_server.heavy_model import Released


def quiet(*_: object) -> None:
    """Nobody looks on."""


@pytest.fixture
def offered(server: Any, checkpoint_file: Path, checkpoint: Any) -> Any:
    """A checkpoint on the server, as it is or in a zip."""

    def on_server(*, packed: bool = False, sha256: str | None = None, member: str = "") -> Any:
        content = checkpoint_file.read_bytes()
        if packed:
            archive = checkpoint_file.with_suffix(".zip")
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
                opened.writestr("tiny/readme.txt", "x" * 200_000)
                opened.writestr("tiny/model", content)
            content = archive.read_bytes()
        server.files["tiny.zip"] = content
        digest = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
        origin = Released(url=server.url("tiny.zip"), sha256=digest, member=member)
        return checkpoint("first", origin)

    return on_server


@pytest.mark.parametrize(
    "how", [{}, {"packed": True}, {"packed": True, "member": "tiny/model"}, {"sha256": ""}]
)
def test_a_checkpoint_becomes_tensors(
    offered: Any, store_of: Any, tiny_tensors: Any, how: Any
) -> None:
    store = store_of(offered(**how))
    record = store.pull("tiny", progress=quiet)
    assert set(record.sources) == {"tiny.zip"}
    tensors = load_file(store.get("tiny").path)
    assert all(np.array_equal(tensors[name], tiny_tensors[name]) for name in tiny_tensors)
    kept = {path.name for path in (store.folder / "tiny").iterdir()} - {".first.lock"}
    pinned = {"first.sha256"} if how.get("sha256") == "" else set()
    assert kept == {"first.safetensors", "first.json"} | pinned


@pytest.mark.parametrize("faults", [("tampered",), ("404",), ("truncates",) * 3])
def test_what_fails_leaves_no_weights(
    server: Any, offered: Any, store_of: Any, faults: tuple[str, ...]
) -> None:
    store = store_of(offered())
    server.faults[:] = faults
    with pytest.raises(WeightsError):
        store.pull("tiny", progress=quiet)
    assert not store.has("tiny")
    assert not list((store.folder / "tiny").glob("*.safetensors"))


def test_a_file_that_does_not_fit_leaves_no_weights(
    server: Any, offered: Any, store_of: Any, tmp_path: Path
) -> None:
    store = store_of(offered(sha256=""))
    torch.save({"another": torch.ones(3)}, tmp_path / "other.pth")
    server.files["tiny.zip"] = (tmp_path / "other.pth").read_bytes()
    with pytest.raises(WeightsError, match="does not fit"):
        store.pull("tiny", progress=quiet)
    assert not store.has("tiny")


def test_the_first_download_is_the_measure_of_the_others(
    server: Any, offered: Any, store_of: Any
) -> None:
    store = store_of(offered(sha256=""))
    store.pull("tiny", progress=quiet)
    server.faults[:] = ["tampered"]
    with pytest.raises(WeightsError, match="the first download had"):
        store.pull("tiny", progress=quiet, again=True)
    assert store.get("tiny").checkpoint.name == "first"


@pytest.mark.parametrize("pinned", [True, False])
def test_files_that_belong_together_are_brought_together(
    server: Any, checkpoint_file: Path, checkpoint: Any, store_of: Any, pinned: bool
) -> None:
    server.files |= {"tiny.pth": checkpoint_file.read_bytes(), "words.txt": b"a\nb\n"}
    hashes = {
        name: hashlib.sha256(content).hexdigest() for name, content in server.files.items()
    }
    beside = Released(url=server.url("words.txt"), sha256=hashes["words.txt"] if pinned else "")
    origin = Released(url=server.url("tiny.pth"), sha256=hashes["tiny.pth"], also=(beside,))
    seen: list[str] = []
    store = store_of(checkpoint("first", origin))
    model = store._models["tiny"]

    def to_tensors(path: Path, of: Any) -> Any:
        seen.append((path.parent / "words.txt").read_text())
        return model.to_tensors(path, of)

    store._models = {"tiny": replace(model, to_tensors=to_tensors)}
    record = store.pull("tiny", progress=quiet)
    assert record.sources == {name: hashes[name] for name in ("tiny.pth", "words.txt")}
    assert seen == ["a\nb\n"]
    kept = {path.name for path in (store.folder / "tiny").iterdir()} - {".first.lock"}
    first = set() if pinned else {"first.words.txt.sha256"}
    assert kept == {"first.safetensors", "first.json"} | first
    server.files["words.txt"] = b"c\n"
    with pytest.raises(WeightsError, match="published was" if pinned else "the first download"):
        store.pull("tiny", progress=quiet, again=True)
    assert seen == ["a\nb\n"]
