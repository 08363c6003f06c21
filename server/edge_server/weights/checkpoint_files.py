"""Tensors out of a checkpoint that somebody else wrote, without running anything in it.

A ``.pth`` is a pickle, and a pickle can call any function.  Only what torch's restricted
reader takes is taken: tensors, numbers, text and containers of them.  What needs more
(whole modules, tar files of old releases) is refused with the way to convert it.
"""

from __future__ import annotations

import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file

from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

# Where training programs keep the state dict; averaged weights come before the last step's.
_ITEMS = ("params_ema", "state_dict", "model", "params")
_PARALLEL = "module."
_STARTS = (b"PK\x03\x04", b"\x80")  # a zip, a pickle
_MAX_BYTES = 8 * 2**30
_MAX_RATIO = 16  # torch writes its archives without compression
_CONVERT = (
    "load it in the program that made it and save its numbers alone:"
    " torch.save(model.state_dict(), 'weights.pth'), or as safetensors"
)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The state dict of a ``.pth``, ``.pt`` or ``.safetensors`` file, as its names are.

    A dict around it is opened at ``params_ema``, ``state_dict``, ``model`` or ``params``,
    and the ``module.`` that DataParallel puts before every name is taken away.  bfloat16
    becomes float32.  Raises ``WeightsError`` for everything that is not such a file.
    """
    with path.open("rb") as file:
        start = file.read(9)
    if start[8:9] == b"{":
        tensors = _safetensors(path)
    elif start.startswith(_STARTS) or tarfile.is_tarfile(path):
        tensors = {name: _array(value) for name, value in _state_dict(_unpickled(path)).items()}
    else:
        raise WeightsError(
            f"{path.name} is no checkpoint: name a .pth of a state dict or a .safetensors file"
        )
    if not tensors:
        raise WeightsError(f"{path.name} has no tensors: name the file with the weights")
    _check_finite(tensors, path)
    return tensors


def _safetensors(path: Path) -> dict[str, NDArray[Any]]:
    try:
        return _without_prefix(load_file(path))
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(
            f"{path.name} is a damaged safetensors file ({_line(error)}): get it again"
        ) from None


def _unpickled(path: Path) -> Any:
    if tarfile.is_tarfile(path):
        raise WeightsError(f"{path.name} is a tar file of an old torch: {_CONVERT}")
    if zipfile.is_zipfile(path):
        _check_zip(path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise WeightsError(f"{path.name} does not fit into memory: free some") from None
    # What a stranger's bytes can make a reader raise is in no list.
    except Exception as error:  # noqa: BLE001
        if "Weights only" in str(error) or "pickle protocol" in str(error):
            reason = "needs code to be run in order to be read, as whole modules do"
            raise WeightsError(f"{path.name} {reason}: {_CONVERT}") from None
        raise WeightsError(
            f"{path.name} is a damaged checkpoint ({_line(error)}): get it again"
        ) from None


def _check_zip(path: Path) -> None:
    """Refuse what unpacks to far more than it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise WeightsError(f"{path.name} is a damaged zip file: get it again") from None
    if unpacked > _MAX_BYTES or unpacked > _MAX_RATIO * path.stat().st_size:
        raise WeightsError(
            f"{path.name} unpacks to {unpacked / 1e6:.0f} MB, which no checkpoint of its size"
            " does: do not use it"
        )


def _state_dict(content: Any) -> dict[str, torch.Tensor]:
    for item in _ITEMS:
        inner = content.get(item) if isinstance(content, dict) else None
        if isinstance(inner, dict):
            content = inner
            break
    tensors = (
        {name: value for name, value in content.items() if isinstance(value, torch.Tensor)}
        if isinstance(content, dict)
        else {}
    )
    return _without_prefix({str(name): value for name, value in tensors.items()})


def _without_prefix(tensors: Mapping[str, Any]) -> dict[str, Any]:
    if not all(name.startswith(_PARALLEL) for name in tensors):
        return dict(tensors)
    return {name.removeprefix(_PARALLEL): value for name, value in tensors.items()}


def _array(tensor: torch.Tensor) -> NDArray[Any]:
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return np.asarray(tensor.detach().cpu().numpy(), order="C")


def _check_finite(tensors: Mapping[str, NDArray[Any]], path: Path) -> None:
    for name, values in tensors.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise WeightsError(
                f"{path.name}: {name} has numbers that are not finite: get the file again"
            )


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]
