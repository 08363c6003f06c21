"""Dumps are read, whole; bad, truncated and foreign ones are refused with a reason."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.doctor.dump import read_dump
from edge_runtime.doctor.writing import zipped
from edge_runtime.errors import DumpError

NUMBERS = np.arange(6, dtype="<f4").reshape(1, 2, 3)


def record(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "image",
        "dtype": "float32",
        "shape": [1, 2, 3],
        "sha256": hashlib.sha256(NUMBERS.tobytes()).hexdigest(),
        "path": "2-image.bin",
    }
    stage = {"index": 2, "step": "write-tensor", "values": [values | changes]}
    return {"model": "smile", "stages": [stage], "photo": "me.jpg", "own": {"of": "the app"}}


def files(head: Any = None, **more: bytes) -> dict[str, bytes]:
    content = json.dumps(record() if head is None else head).encode()
    return {"dump.json": content, "2-image.bin": NUMBERS.tobytes(), **more}


def write(path: Path, content: dict[str, bytes], *, folder: bool) -> Path:
    if not folder:
        path.write_bytes(zipped(content))
        return path
    for name, value in content.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(value)
    return path


@pytest.mark.parametrize("folder", [False, True])
def test_a_dump_is_read(tmp_path: Path, folder: bool) -> None:
    path = write(tmp_path / "dump", files() | {"photo/me.jpg": b"jpeg"}, folder=folder)
    dump = read_dump(path)
    assert dump.head.model == "smile"
    assert np.array_equal(dump.stages[2, None]["image"], NUMBERS)
    assert dump.photo == b"jpeg"


def test_small_arrays_may_stand_in_the_json(tmp_path: Path) -> None:
    head = record(path="", shape=[3], dtype="float16", numbers=[1, 2, 0.5])
    dump = read_dump(write(tmp_path / "dump", files(head), folder=True))
    assert dump.stages[2, None]["image"].tolist() == [1, 2, 0.5]
    assert dump.photo is None


BAD: dict[str, tuple[Callable[[], dict[str, bytes]], str]] = {
    "no dump.json": (lambda: {"2-image.bin": b""}, "has no dump.json"),
    "no JSON": (lambda: files() | {"dump.json": b"{"}, "is no dump"),
    "a list": (lambda: files([1]), "is no dump"),
    "no model": (lambda: files({"stages": []}), "missing required field `model`"),
    "from the future": (lambda: files(record() | {"dump_version": 2}), "version 2"),
    "a missing array": (lambda: files(record(path="other.bin")), "has no other.bin"),
    "a cut array": (lambda: files() | {"2-image.bin": NUMBERS.tobytes()[:-2]}, "SHA-256"),
    "a cut array without a hash": (
        lambda: files(record(sha256="")) | {"2-image.bin": NUMBERS.tobytes()[:-2]},
        "has not the 6 numbers",
    ),
    "a longer array": (
        lambda: files(record(sha256="")) | {"2-image.bin": NUMBERS.tobytes() * 2},
        "has not the 6 numbers",
    ),
    "another byte": (lambda: files() | {"2-image.bin": bytes(24)}, "SHA-256 differs"),
    "an impossible shape": (lambda: files(record(shape=[-1, 2, 3])), "shape (-1, 2, 3)"),
    "an unknown type": (lambda: files(record(dtype="bfloat16")), "Invalid enum value"),
    "deep nesting": (lambda: files() | {"dump.json": b"[" * 100_000}, "is no dump"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("folder", [False, True])
def test_a_bad_dump_is_refused(tmp_path: Path, name: str, folder: bool) -> None:
    make, message = BAD[name]
    path = write(tmp_path / "dump", make(), folder=folder)
    with pytest.raises(DumpError, match=".*") as caught:
        read_dump(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_not_left(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(NUMBERS.tobytes())
    path = write(tmp_path / "dump", files(record(path="../secret.bin")), folder=True)
    with pytest.raises(DumpError, match="outside the dump"):
        read_dump(path)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump.zip"
    with pytest.raises(DumpError, match="there is no dump"):
        read_dump(path)
    whole = zipped(files())
    for content in (b"", b"text", whole[:-30], whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(DumpError, match="is no ZIP file"):
            read_dump(path)


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files().items():
            archive.writestr(name, content)
    damaged = into.getvalue().replace(NUMBERS.tobytes(), bytes(24))
    path = tmp_path / "dump.zip"
    path.write_bytes(damaged)
    with pytest.raises(DumpError, match="was damaged"):
        read_dump(path)
