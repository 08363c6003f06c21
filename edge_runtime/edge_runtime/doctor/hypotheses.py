"""What apps get wrong, as something that can be tried: each hypothesis computes a step wrongly.

One whose values are the app's says what the app does.  ``name`` is for programs, ``says``
what the app does (after "the app"), ``do`` what to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.results import Mask, Picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from edge_runtime.doctor.replay import Make, Trial
    from edge_runtime.record import Step

    Change = Callable[[NDArray[Any]], NDArray[Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Hypothesis:
    """A way to do the steps of some ``kinds`` wrongly; ``make`` gives none where it is not
    possible for a photo or a model."""

    name: str
    kinds: tuple[type[Step], ...]
    says: str
    do: str
    make: Make


def after(change: Change) -> Make:
    """The step is done rightly, then its picture is changed."""

    def make(trial: Trial) -> Any:
        return on_picture(trial.right(), change)

    return make


def before(change: Change) -> Make:
    """The step is done rightly on a picture that was changed before it."""

    def make(trial: Trial) -> Any:
        return trial.right(on_picture(trial.given, change))

    return make


def on_picture(value: Any, change: Change) -> Any:
    """A change of pixels [h, w, channels], whatever they are kept in; vectors stay."""
    if isinstance(value, Mask):
        return Mask(probability=change(value.probability[..., np.newaxis])[..., 0])
    if isinstance(value, Picture):
        return Picture(pixels=change(value.pixels))
    if isinstance(value, np.ndarray):
        return change(value)
    return {name: _on_tensor(array, change) for name, array in value.items()}


def _on_tensor(array: NDArray[Any], change: Change) -> NDArray[Any]:
    if array.ndim == 4 and array.shape[3] in {1, 3} and array.shape[1] > 1:
        return np.ascontiguousarray(change(array[0])[np.newaxis]).astype(np.float32)
    if array.ndim == 3 and array.dtype == np.uint8:  # pixels on their way into a tensor
        return np.ascontiguousarray(change(array)[np.newaxis]).astype(np.float32)
    return array


def of_step(step: Step) -> tuple[Hypothesis, ...]:
    """All hypotheses on a kind of step, the likeliest first."""
    return tuple(one for one in _all() if isinstance(step, one.kinds))


def _all() -> tuple[Hypothesis, ...]:
    from edge_runtime.doctor import (  # noqa: PLC0415  they are made of what is above
        of_boxes,
        of_candidates,
        of_crops,
        of_labels,
        of_masks,
        of_photos,
        of_resize,
        of_runs,
        of_tensors,
    )

    inputs = (of_photos, of_resize, of_crops, of_tensors, of_runs)
    results = (of_candidates, of_boxes, of_labels, of_masks)
    return tuple(one for part in inputs + results for one in part.HYPOTHESES)


def shape_of(arrays: Mapping[str, NDArray[Any]] | None, name: str) -> tuple[int, ...]:
    """The shape of an array that the app wrote down; nothing where it did not."""
    return () if arrays is None or name not in arrays else tuple(arrays[name].shape)
