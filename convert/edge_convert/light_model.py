"""A light model: its spec, its network, and how its weights were brought in.

Each file in :mod:`edge_convert.models` ends in a tuple ``MODELS`` of these; nothing
else lists them.  The callables import torch when they are called, so that reading every
spec needs none of it.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from edge_runtime.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from edge_runtime.spec import ModelSpec

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
    SourceFiles: TypeAlias = Mapping[str, Path]


@dataclass(frozen=True, kw_only=True)
class LightModel:
    """What ``edge-convert`` needs to know of one model.

    ``network`` builds the module without weights.  Its ``forward`` takes the spec's image
    as float32 [1, 3, height, width] in 0..255 (then the spec's vectors, in order) and
    returns a tuple of the spec's outputs, in order; those marked ``image`` are NCHW.

    ``tensors`` reads the source's files (by the path that the spec gives them) into the
    module's state dict.  ``reference`` runs the *source's own runtime* on inputs in the
    spec's convention (NHWC) and returns outputs in the spec's convention (NHWC); what
    the source leaves to the host (anchors, sigmoid) is written there in numpy, so that
    it checks the graph's version of it.  ``samples`` makes those inputs, one mapping a
    photo, from the photos of ``calibration/data``.  The import is proven on them, or on those
    of ``proof`` where the answers to the samples would be too large to be kept.
    """

    spec: ModelSpec
    network: Callable[[], nn.Module]
    tensors: Callable[[SourceFiles], dict[str, NDArray[np.float32]]]
    reference: Callable[[SourceFiles, Arrays], Arrays]
    samples: Callable[[], Mapping[str, Arrays]]
    proof: Callable[[], Mapping[str, Arrays]] | None = None

    def proven_on(self) -> Mapping[str, Arrays]:
        """The inputs on which the import is proven, by photo."""
        return (self.proof or self.samples)()


@cache
def light_models() -> Mapping[str, LightModel]:
    """Every light model by id, in alphabetical order."""
    package = importlib.import_module("edge_convert.models")
    found = [
        model
        for info in pkgutil.iter_modules(package.__path__)
        for model in importlib.import_module(f"edge_convert.models.{info.name}").MODELS
    ]
    return {model.spec.id: model for model in sorted(found, key=lambda m: m.spec.id)}


def light_model(model_id: str) -> LightModel:
    """The model of that id; ``UnknownName`` lists those there are."""
    models = light_models()
    if model_id not in models:
        raise UnknownName("model", model_id, models)
    return models[model_id]
