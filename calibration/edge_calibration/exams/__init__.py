"""What of a task is measured, and on which photos: one file a kind of task.

An :class:`Exam` looks at views: a photo, or a face in it.  For each view the same three
steps run as in the app: preprocess, run, decode; what comes out is compared with what
another pipeline made of the same view.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import msgspec

from edge_runtime.contract import SelectCandidates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edge_calibration.metrics import Metric
    from edge_runtime.geometry import Placement
    from edge_runtime.pipeline import Lens
    from edge_runtime.postprocess import Outputs, Scene

    Pixels: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """What a model looks at: all of a photo, or the part at ``placement``, and the vectors
    that go in beside it."""

    photo: str
    placement: Placement | None = None
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


class Exam(Protocol):
    """How a kind of task is examined.

    ``tags``: only photos with one of these are looked at (all where there is none);
    ``most_photos``: no more than these, spread evenly over the set; ``metrics``: the one
    that the waterfall is drawn in first.
    """

    tags: tuple[str, ...]
    most_photos: int
    metrics: tuple[Metric, ...]

    def views(self, lens: Lens, photo: str, rgb: Pixels) -> Sequence[View]:
        """What of a photo is looked at; nothing where it has no face, say.

        Faces are found, and style vectors made, by the models of ``lens``: the same ones
        whatever is measured.
        """

    def decode(self, outputs: Outputs, scene: Scene) -> Any:
        """Outputs to a result, by the app's own postprocessing."""

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Any:
        """Outputs to a result in the textbook's way, by other code than the app's."""

    def picture(self, rgb: Pixels, result: Any) -> Pixels:
        """The result drawn over the photo, for people."""


class WholePhoto:
    """What exams have in common that look at whole photos."""

    tags: tuple[str, ...] = ()
    most_photos = 400

    def views(self, lens: Lens, photo: str, rgb: Pixels) -> Sequence[View]:
        """All of the photo."""
        del lens, rgb
        return (View(photo=photo),)


def lowered(scene: Scene, threshold: float) -> Scene:
    """The scene with another score threshold in its program."""
    program = tuple(
        msgspec.structs.replace(step, threshold=threshold)
        if isinstance(step, SelectCandidates)
        else step
        for step in scene.program
    )
    return replace(scene, program=program)
