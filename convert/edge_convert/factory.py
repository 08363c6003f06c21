"""What calibration needs of conversion: networks to run, files to measure.

Files are made once and kept in the user's cache (``$POCKETLENS_CACHE``, else
``$XDG_CACHE_HOME/pocketlens``), under a hash of everything that they are made of.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_calibration.recipes import read_recipe, recipe_path
from edge_convert.bundle import ASSETS, label_files
from edge_convert.light_model import light_model
from edge_convert.placing import put, workshop, write_whole
from edge_convert.ranges import read_ranges
from edge_convert.recipe import Build, path_of
from edge_runtime.errors import UnknownName
from edge_runtime.hashes import file_sha256, tree_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from edge_calibration.layers.activations import Activation
    from edge_calibration.recipes import Layer, Recipe
    from edge_convert.ranges import Ranges
    from edge_runtime.spec import ModelSpec, Variant

    Arrays = Mapping[str, NDArray[np.float32]]
    Run = Callable[[Arrays], Arrays]

PACKAGE = Path(__file__).parent
MADE_BY = ("litert-torch", "ai-edge-quantizer", "torch")


class Factory:
    """The light models of this package, as :class:`edge_calibration.factory.ModelFactory`."""

    def spec(self, model_id: str) -> ModelSpec:
        """The spec as the code has it."""
        return light_model(model_id).spec

    def network(self, model_id: str) -> Run:
        """The PyTorch module as a function."""
        from edge_convert.torch_runner import TorchRunner
        from edge_convert.weights import load_network

        model = light_model(model_id)
        return TorchRunner(load_network(model), model.spec).run

    def samples(self, model_id: str) -> Mapping[str, Arrays]:
        """The inputs on which the model's files are verified."""
        return light_model(model_id).samples()

    def layers(self, model_id: str) -> tuple[Layer, ...]:
        """The layers of the float32 TFLite file that hold weights."""
        from edge_convert.weight_layers import weight_layers

        return weight_layers(self.tflite(model_id, "fp32").read_bytes())

    def mixed(self, model_id: str, recipe: Recipe) -> Path:
        """The TFLite file that a recipe makes, made once."""
        spec = self.spec(model_id)
        chosen = msgspec.json.encode((recipe.base, recipe.rules))
        name = f"{model_id}-mixed-{hashlib.sha256(chosen).hexdigest()[:16]}.tflite"
        path = kept(spec) / name
        if not path.exists():
            _mix(self.tflite(model_id, "fp32"), spec, recipe, path)
        return path

    def ranges(self, model_id: str, inputs: Iterable[Arrays]) -> Sequence[Ranges]:
        """The least and largest value of every activation, a mapping for each input."""
        from edge_convert.quantize import extremes

        file = self.tflite(model_id, "fp32").read_bytes()
        return extremes(file, self.spec(model_id), inputs)

    def workplace(self, model_id: str) -> Path:
        """The folder of the cache in which the model's files lie."""
        return kept(self.spec(model_id))

    def tflite(self, model_id: str, variant: Variant) -> Path:
        """A TFLite file of a variant, made once."""
        spec = self.spec(model_id)
        if variant not in {"fp32", "mixed", *spec.tflite}:
            raise UnknownName(f"variant of {model_id}", variant, spec.tflite)
        if variant == "mixed":  # the recipe may change where the code does not
            recipe = read_recipe(recipe_path(model_id), model_id, spec.version)
            return self.mixed(model_id, recipe)
        build = Build(format="tflite", variant=variant, size_hw=spec.image.size_hw)
        path = kept(spec) / Path(path_of(spec, build)).name
        if not path.exists():
            _make(model_id, build, path)
        return path

    def activations(self, model_id: str, inputs: Arrays) -> tuple[Activation, ...]:
        """What every operation of the PyTorch module makes."""
        from edge_convert.torch_layers import activations

        return activations(_loaded(model_id), self.spec(model_id), inputs)


@cache
def _loaded(model_id: str) -> nn.Module:
    from edge_convert.weights import load_network

    return load_network(light_model(model_id))


def _make(model_id: str, build: Build, path: Path) -> None:
    from edge_convert.building import Maker

    with workshop(path.parent) as place:
        put(Maker(light_model(model_id), place).make(build), path)


def _mix(float_file: Path, spec: ModelSpec, recipe: Recipe, path: Path) -> None:
    from edge_convert.building import ranges_path
    from edge_convert.quantize import mixed
    from edge_convert.tflite_metadata import with_metadata, without_metadata

    ranges = read_ranges(ranges_path(spec.id), spec.id, spec.converter)
    made = mixed(without_metadata(float_file.read_bytes()), spec, recipe, ranges)
    write_whole(path, with_metadata(made, spec, spec.image.size_hw, label_files(spec)))


def kept(spec: ModelSpec) -> Path:
    """The folder of what was made of this spec by this code."""
    digest = hashlib.sha256(msgspec.json.encode(spec) + _code().encode())
    return cache_folder() / f"{spec.id}-{digest.hexdigest()[:16]}"


def cache_folder() -> Path:
    """Where files are kept that can be made again."""
    if chosen := os.environ.get("POCKETLENS_CACHE"):
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "pocketlens"


@cache
def _code() -> str:
    """A hash of the code that makes files, and of the ranges and labels that it reads."""
    from edge_convert.building import RANGES

    parts = [f"{name} {version(name)}" for name in MADE_BY]
    for folder in (PACKAGE, RANGES, ASSETS / "labels"):
        parts += [
            f"{file_sha256(path)} {name}"
            for name, path in tree_files(folder)
            if path.suffix in {".py", ".json", ".txt"}
        ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
