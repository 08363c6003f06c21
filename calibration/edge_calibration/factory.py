"""What can make a model anew, from its weights: needed to know what conversion cost.

``edge_calibration`` knows files and numbers, not how models are made.  Whoever does know
(``edge_convert``) registers a :class:`ModelFactory` under the entry point group
``pocketlens.factory``, and is only imported when a command needs it.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, TypeAlias

from edge_runtime.errors import PocketLensError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_calibration.layers.activations import Activation
    from edge_calibration.recipes import Layer, Recipe
    from edge_runtime.spec import ModelSpec, Variant

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
    Run: TypeAlias = Callable[[Arrays], Arrays]

GROUP = "pocketlens.factory"


class ModelFactory(Protocol):
    """Makes the networks and files of the light models.

    Arrays are float32 by the names of the spec, NHWC, as in the files.
    """

    def spec(self, model_id: str) -> ModelSpec:
        """The spec as the code has it; ``UnknownName`` lists the models there are."""

    def network(self, model_id: str) -> Run:
        """The PyTorch module as a function: what every file is held against."""

    def tflite(self, model_id: str, variant: Variant) -> Path:
        """A TFLite file of a variant, made once and kept in the user's cache.

        Raises ``UnknownName`` for a variant that the spec does not list (``fp32`` always
        can be made), ``ConversionError`` where it cannot be made.
        """

    def activations(self, model_id: str, inputs: Arrays) -> Sequence[Activation]:
        """What every operation of the PyTorch module makes of some inputs, in order."""

    def samples(self, model_id: str) -> Mapping[str, Arrays]:
        """The inputs, by photo, on which every file of the model is held against PyTorch."""

    def layers(self, model_id: str) -> tuple[Layer, ...]:
        """The layers of the float32 TFLite file that hold weights, in their order."""

    def mixed(self, model_id: str, recipe: Recipe) -> Path:
        """The TFLite file that a recipe makes, kept in the user's cache.

        Raises ``SpecError`` where the recipe names a layer that the model has not.
        """

    def ranges(
        self, model_id: str, inputs: Iterable[Arrays]
    ) -> Sequence[Mapping[str, tuple[float, float]]]:
        """The least and largest value of each activation of the float32 TFLite file that
        static quantisation needs the range of, a mapping for each of the inputs."""

    def workplace(self, model_id: str) -> Path:
        """A folder for what is found out about a model's files: another one as soon as
        anything changes of which they are made."""


@cache
def open_factory() -> ModelFactory:
    """The factory that is installed; ``PocketLensError`` says how to install one."""
    found = next(iter(entry_points(group=GROUP)), None)
    if found is None:
        raise PocketLensError(
            "this needs the networks of the models: pip install 'pocketlens[convert]'"
        )
    factory: ModelFactory = found.load()()
    return factory
