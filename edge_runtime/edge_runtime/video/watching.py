"""What the models see in a film, frame by frame: the person's mask, the faces."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.contract import Resize, UpsampleMask, WriteTensor
from edge_runtime.images import Photo
from edge_runtime.painting import Style
from edge_runtime.preprocess import fit_pixels
from edge_runtime.program import with_value
from edge_runtime.spec import FaceExpression, PortraitSegmentation
from edge_runtime.video.mask_smoothing import MaskSmoother
from edge_runtime.video.one_euro import OneEuro, Steadiness
from edge_runtime.video.scene_cuts import SceneCuts
from edge_runtime.video.tracking import EVERY, FaceTracker, Track

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from edge_runtime.pipeline import Lens
    from edge_runtime.results import Face

    Pixels = NDArray[np.uint8]

_WIDE, _SQUARE = "portrait-segmentation-landscape", "portrait-segmentation"
_SMILE = Steadiness(rest_hz=1.0, per_speed=4.0, speed_hz=1.0)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for.  ``every``: frames between two detections of faces.  ``smooth``:
    whether masks and landmarks are steadied.  ``styles``: what the frame is painted in."""

    mask: bool = False
    faces: bool = False
    smiles: bool = False
    styles: tuple[str, ...] = ()
    model: str | None = None
    every: int = EVERY
    smooth: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Sight:
    """What was seen: ``mask`` float32 [h, w] in 0..1, stretched over the frame; the faces
    with landmarks, each always at its place; the frame ``painted``, by the style."""

    mask: NDArray[np.float32] | None = None
    faces: tuple[Face, ...] = ()
    painted: Mapping[str, Pixels] = field(default_factory=dict)


class Watcher:
    """Looks at the frames of one film in their order; one thread at a time may use it."""

    def __init__(self, lens: Lens, wanted: Wanted, size_wh: tuple[int, int]) -> None:
        self._lens, self._wanted = lens, wanted
        self._cuts, self._smoother = SceneCuts(), MaskSmoother()
        if wanted.mask:
            usual = _WIDE if size_wh[0] > size_wh[1] else _SQUARE
            self._network = lens.predictor(wanted.model or usual, PortraitSegmentation)
        if wanted.faces:
            self.tracker = FaceTracker(lens, every=wanted.every, smooth=wanted.smooth)
        if wanted.smiles:
            self._smile = lens.predictor("smile", FaceExpression)
        self._steady: dict[int, OneEuro] = {}

    def look(self, rgb: Pixels, seconds: float) -> Sight:
        """See the next frame, uint8 [H, W, 3]."""
        cut = self._cuts.is_cut(rgb)
        return Sight(
            mask=self._mask(rgb, cut=cut) if self._wanted.mask else None,
            faces=self._faces(rgb, seconds, cut=cut) if self._wanted.faces else (),
            painted={mix: self._painted(rgb, mix) for mix in self._wanted.styles},
        )

    def _mask(self, rgb: Pixels, *, cut: bool) -> NDArray[np.float32]:
        if cut:
            self._smoother.reset()
        plane = self._plane(rgb)
        return self._smoother.smooth(plane, rgb) if self._wanted.smooth else plane

    def _plane(self, rgb: Pixels) -> NDArray[np.float32]:
        """The mask at the network's size, which is enough for what comes next."""
        network = self._network
        resize = network.step(Resize)
        if resize.fit != "stretch":
            whole: NDArray[np.float32] = network.predict(rgb).value.probability
            return whole
        pixels, _ = fit_pixels(rgb, resize, network.size_hw)
        outputs = network.session.run({network.step(WriteTensor).input: pixels})
        return outputs[network.step(UpsampleMask).output][0, :, :, 0]

    def _faces(self, rgb: Pixels, seconds: float, *, cut: bool) -> tuple[Face, ...]:
        if cut:
            self.tracker.reset()
        tracks = self.tracker.follow(rgb, seconds)
        if not self._wanted.smiles:
            return tuple(track.face for track in tracks)
        self._steady = {
            track.number: self._steady.get(track.number) or OneEuro(_SMILE) for track in tracks
        }
        return tuple(self._smiling(track, rgb, seconds) for track in tracks)

    def _smiling(self, track: Track, rgb: Pixels, seconds: float) -> Face:
        """The face with its expressions, steadied as the rest."""
        values = self._smile.predict_face(rgb, track.face).value
        if self._wanted.smooth:
            steady = self._steady[track.number].smooth(np.array(list(values.values())), seconds)
            values = dict(zip(values, steady.tolist(), strict=True))
        return with_value(replace(track.face), self._smile.spec.program, values)

    def _painted(self, rgb: Pixels, mix: str) -> Pixels:
        return self._lens.style(Photo(rgb), Style(mix=mix)).value.pixels
