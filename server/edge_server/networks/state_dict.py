"""Whether the tensors of a file are those of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

_COUNTER = "num_batches_tracked"  # of training; nothing is computed with it


def fitting(
    tensors: Mapping[str, Any], network: nn.Module, drop: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Those of ``tensors`` that ``network`` has, which may be on torch's ``meta`` device.

    Names that begin with one of ``drop`` are left out: parts that only training needs.
    Raises ``WeightsError`` naming what is missing, of another shape, or too much.
    """
    wanted = {
        name: tuple(value.shape)
        for name, value in network.state_dict().items()
        if not name.endswith(_COUNTER)
    }
    given = {
        name: value
        for name, value in tensors.items()
        if not name.endswith(_COUNTER) and not name.startswith(drop)
    }
    _same_names("lacks", wanted.keys() - given.keys())
    _same_names("has, and the network has not,", given.keys() - wanted.keys())
    for name, shape in wanted.items():
        if tuple(given[name].shape) != shape:
            raise WeightsError(
                f"{name} has the shape {tuple(given[name].shape)}, the network's is {shape}: "
                "name a checkpoint of this very network"
            )
    return given


def _same_names(what: str, names: set[str]) -> None:
    if names:
        first = min(names)
        raise WeightsError(
            f"the file {what} {first} ({len(names)} such): name a checkpoint of this very "
            "network"
        )
