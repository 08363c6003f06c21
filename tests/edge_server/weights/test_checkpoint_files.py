"""Checkpoints of strangers: what is read, and what is refused without running anything."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from edge_runtime.errors import WeightsError
from edge_server.weights.checkpoint_files import read_tensors

STATE = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.steps": torch.tensor(7)}
PARALLEL = {f"module.{name}": value for name, value in STATE.items()}


@pytest.mark.parametrize(
    "content",
    [
        STATE,
        PARALLEL,
        {"model": PARALLEL, "global_step": 3, "optimizer": {"state": {}}},
        {"state_dict": STATE, "epoch": 3},
        {"params_ema": STATE, "params": {"a.weight": torch.zeros(1)}},
    ],
    ids=["plain", "parallel", "model", "state_dict", "averaged"],
)
@pytest.mark.parametrize("new", [True, False], ids=["zip", "before torch 1.6"])
def test_the_state_dict_is_found(tmp_path: Path, content: Any, new: bool) -> None:
    path = tmp_path / "weights.pth"
    torch.save(content, path, _use_new_zipfile_serialization=new)
    tensors = read_tensors(path)
    assert {name: value.shape for name, value in tensors.items()} == {
        "a.weight": (2, 3),
        "a.steps": (),
    }
    assert np.array_equal(tensors["a.weight"], STATE["a.weight"].numpy())


def test_safetensors_are_read(tmp_path: Path) -> None:
    save_file(PARALLEL, tmp_path / "weights.bin")
    assert set(read_tensors(tmp_path / "weights.bin")) == set(STATE)


def test_half_precision_stays_and_bfloat16_becomes_float(tmp_path: Path) -> None:
    torch.save({"h": torch.ones(2).half(), "b": torch.ones(2).bfloat16()}, tmp_path / "w.pt")
    types = {name: value.dtype for name, value in read_tensors(tmp_path / "w.pt").items()}
    assert types == {"h": np.float16, "b": np.float32}


class Canary:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def pickled(path: Path, canary: Canary) -> None:
    path.write_bytes(pickle.dumps({"state_dict": canary}))


def torch_pickled(path: Path, canary: Canary) -> None:
    torch.save({"model": STATE, "extra": canary}, path)


def legacy_pickled(path: Path, canary: Canary) -> None:
    torch.save({"model": canary}, path, _use_new_zipfile_serialization=False)


def whole_module(path: Path, _: Canary) -> None:
    torch.save(nn.Conv2d(1, 1, 1), path)


def tar(path: Path, canary: Canary) -> None:
    data = pickle.dumps(canary)
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("pickle")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))


def object_array(path: Path, canary: Canary) -> None:
    with path.open("wb") as file:
        np.save(file, np.array([canary], dtype=object), allow_pickle=True)


def text(path: Path, _: Canary) -> None:
    path.write_text("!!python/object/apply:os.system ['touch x']\n")


def onnx(path: Path, _: Canary) -> None:
    outside = b"j\x1e\n\x08location\x12\x12../../../etc/passwd"
    path.write_bytes(b"\x08\x08\x12\x07pytorch:\x28*\x26" + outside)


def empty(path: Path, _: Canary) -> None:
    path.write_bytes(b"")


def no_tensors(path: Path, _: Canary) -> None:
    torch.save({"epoch": 3}, path)


def not_finite(path: Path, _: Canary) -> None:
    torch.save({"a": torch.tensor([1.0, float("nan")])}, path)


def cut(path: Path, _: Canary) -> None:
    torch.save(STATE, path)
    path.write_bytes(path.read_bytes()[:-200])


def bomb(path: Path, _: Canary) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(20_000_000))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pickled, "torch.save"),
        (torch_pickled, "torch.save"),
        (legacy_pickled, "torch.save"),
        (whole_module, "torch.save"),
        (tar, "torch.save"),
        (object_array, "no checkpoint"),
        (text, "no checkpoint"),
        (onnx, "no checkpoint"),
        (empty, "no checkpoint"),
        (no_tensors, "no tensors"),
        (not_finite, "a has numbers that are not finite"),
        (cut, "damaged"),
        (bomb, "do not use it"),
    ],
)
def test_what_is_not_numbers_is_refused(tmp_path: Path, make: Any, words: str) -> None:
    path, canary = tmp_path / "weights.pth", tmp_path / "canary"
    make(path, Canary(canary))
    with pytest.raises(WeightsError, match=words) as raised:
        read_tensors(path)
    assert "\n" not in str(raised.value)
    assert not canary.exists()


def header(text: str, *, length: int | None = None, data: bytes = b"") -> bytes:
    body = text.encode()
    return struct.pack("<Q", len(body) if length is None else length) + body + data


F32 = '"dtype":"F32","shape":[2]'


@pytest.mark.parametrize(
    "content",
    [
        header("{}", length=2**40),
        header(f'{{"a":{{{F32},"data_offsets":[0,8]}}}}', data=bytes(4)),
        header(f'{{"a":{{{F32},"data_offsets":[0,8]}}}}', data=bytes(16)),
        header(
            f'{{"a":{{{F32},"data_offsets":[0,8]}},"b":{{{F32},"data_offsets":[4,12]}}}}',
            data=bytes(12),
        ),
        header(f'{{"a":{{{F32},"data_offsets":[8,0]}}}}', data=bytes(8)),
        header(
            f'{{"a":{{{F32},"data_offsets":[0,8]}},"a":{{{F32},"data_offsets":[0,8]}}}}',
            data=bytes(12),
        ),
        header("{" + " " * 100_000_001),
        header("{]"),
    ],
    ids=["length", "short", "trailing", "overlap", "backwards", "twice", "huge", "json"],
)
def test_damaged_safetensors_are_refused_at_once(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    began = time.thread_time()
    with pytest.raises(WeightsError, match="damaged safetensors"):
        read_tensors(path)
    assert time.thread_time() - began < 1
