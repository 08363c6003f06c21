"""What a model's files say of it in words, the same in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_runtime.spec import ModelSpec, Tensor


def author(spec: ModelSpec) -> str:
    """Who made the file, and whose weights are in it."""
    source = spec.source
    return f"PocketLens; weights of {source.package} {source.version} ({source.paper})"


def licence(spec: ModelSpec) -> str:
    """All three licences in one line."""
    of = spec.licence
    return f"code: {of.code}; weights: {of.weights}; training data: {of.data}"


def described(tensor: Tensor) -> str:
    """What a tensor means and in what unit."""
    return f"{tensor.meaning} ({tensor.unit})"
