"""The tensors that static quantisation sees: photos through the app's own preprocessing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from edge_calibration.datasets import DATA, EVALUATION, SAMPLES, photo_paths
from edge_calibration.photos.augment import augmented
from edge_runtime.contract import Resize, step_of
from edge_runtime.errors import SpecError
from edge_runtime.images import open_photo
from edge_runtime.preprocess import fit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_calibration.photos.augment import Augmentation
    from edge_runtime.spec import ModelSpec

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]


def representative(
    spec: ModelSpec,
    data: Path = DATA,
    augmentations: Sequence[Augmentation] = (),
    seed: int = 0,
) -> Iterator[tuple[str, Arrays]]:
    """The model's inputs for the first photos of its calibration set, with their names.

    Each photo is followed by its variations, if there are any, named ``photo, mirrored``.
    Raises ``SpecError`` where the spec names no set, the set on which models are
    evaluated, more photos than there are, or takes more than a picture.
    """
    chosen = spec.calibration
    if chosen is None:
        raise SpecError(f"{spec.id} names no calibration set; static quantisation needs one")
    if chosen.dataset in {SAMPLES, EVALUATION}:
        raise SpecError(f"{spec.id} would calibrate on the photos that it is evaluated on")
    if spec.vectors:
        raise SpecError(f"{spec.id} takes vectors, of which there is no calibration set")
    paths = photo_paths(chosen.dataset, data)
    if len(paths) < chosen.count:
        raise SpecError(
            f"{spec.id} wants {chosen.count} photos of {chosen.dataset!r},"
            f" which has {len(paths)}"
        )
    resize, image = step_of(spec.program, Resize), spec.image
    for name, path in list(paths.items())[: chosen.count]:
        rgb = open_photo(path).rgb
        yield name, {image.name: fit(rgb, resize, image.size_hw)[0]}
        for how in augmentations:
            varied, _ = augmented(name, (rgb, None), how, seed)
            yield f"{name}, {how.name()}", {image.name: fit(varied, resize, image.size_hw)[0]}
