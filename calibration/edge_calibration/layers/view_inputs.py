"""What a model is given for a photo: by the exam of its task, through the app's own steps."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from edge_calibration.exams.table import exam_of
from edge_calibration.stages import prepare_by_spec
from edge_runtime.images import open_photo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.pipeline import Lens
    from edge_runtime.spec import ModelSpec

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]


def view_inputs(
    lens: Lens, spec: ModelSpec, photos: Iterable[tuple[str, Path]], most: int
) -> dict[str, Arrays]:
    """The spec's inputs for the first ``most`` views that there are in the photos.

    A view is a photo, or a face in one; it is called by the photo's name, the second of a
    photo ``name#1``.
    """
    return dict(islice(_named(_views(lens, spec, photos)), most))


def _views(
    lens: Lens, spec: ModelSpec, photos: Iterable[tuple[str, Path]]
) -> Iterator[tuple[str, Arrays]]:
    exam = exam_of(spec)
    for name, path in photos:
        rgb = open_photo(path).rgb
        for view in exam.views(lens, name, rgb):
            pixels, _ = prepare_by_spec(rgb, spec.program, spec.image.size_hw, view.placement)
            yield name, {spec.image.name: pixels, **view.vectors}


def _named(views: Iterable[tuple[str, Arrays]]) -> Iterator[tuple[str, Arrays]]:
    seen: dict[str, int] = {}
    for name, inputs in views:
        count = seen[name] = seen.get(name, -1) + 1
        yield (f"{name}#{count}" if count else name), inputs
