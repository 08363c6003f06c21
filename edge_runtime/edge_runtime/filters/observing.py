"""A photo looked at by the models that a filter needs: a scene, and what could not be known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from edge_runtime import transparency
from edge_runtime.close_up import is_face
from edge_runtime.contract import FindFaces
from edge_runtime.filters.scene import Scene, opacity
from edge_runtime.outcomes import Degraded, Ok, Unavailable
from edge_runtime.painting import Style
from edge_runtime.portrait import outlined
from edge_runtime.program import with_value
from edge_runtime.spec import FaceDetection, FaceExpression, FaceLandmarks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.filters.needs import Needs
    from edge_runtime.images import Photo
    from edge_runtime.pipeline import Lens
    from edge_runtime.predictor import Predictor
    from edge_runtime.remote.remote_lens import RemoteLens
    from edge_runtime.results import Face

NO_SERVER = "blurred by the portrait mask, not by depth: no server was named"


@dataclass(frozen=True, kw_only=True, eq=False)
class Observation:
    """A scene, milliseconds by what was computed, and in what it is less than was wanted."""

    scene: Scene
    ms: Mapping[str, float] = field(default_factory=dict)
    why: str = ""


def observe(
    lens: Lens, photo: Photo, needs: Needs, remote: RemoteLens | None = None
) -> Observation:
    """Run the models of ``lens`` on a photo, and ask ``remote`` for depths where it is
    there; only what ``needs`` says."""
    ms: dict[str, float] = {}
    started = perf_counter()

    def spent(name: str) -> None:
        nonlocal started
        now = perf_counter()
        ms[name], started = 1000 * (now - started), now

    scene = Scene()
    if needs.faces:
        scene = replace(scene, faces=_faces(lens, photo, needs))
        spent("faces")
    if needs.mask:
        scene = replace(scene, alpha=_alpha(lens, photo))
        spent("mask")
    if needs.styles:
        painted = {mix: _painted(lens, photo, mix) for mix in needs.styles}
        scene = replace(scene, painted=painted)
        spent("style")
    why = ""
    if needs.depth:
        depth, why = _depth(photo, remote)
        scene = replace(scene, depth=depth)
        spent("depth")
    return Observation(scene=scene, ms=ms, why=why)


def _faces(lens: Lens, photo: Photo, needs: Needs) -> tuple[Face, ...]:
    """Faces are found once, whatever is looked for in them; what turns out to be none, at the
    first look or from close by, is left out."""
    networks: list[Predictor[Any]] = [lens.predictor("face-landmarks", FaceLandmarks)]
    if needs.smiles:
        networks.append(lens.predictor("smile", FaceExpression))
    detector = lens.helper(networks[0].step(FindFaces).model, FaceDetection)
    found = detector.predict(photo.rgb).value.faces
    seen = _looked_at(photo, found, networks)
    return tuple(face for face in seen if is_face(lens, photo.rgb, face))


def _looked_at(
    photo: Photo, faces: tuple[Face, ...], networks: list[Predictor[Any]]
) -> Iterator[Face]:
    for first in faces:
        face = first
        for network in networks:
            look = network.predict_face(photo.rgb, face)
            if look.value is None:
                break
            face = with_value(face, network.spec.program, look.value)
        else:
            yield face


def _alpha(lens: Lens, photo: Photo) -> NDArray[np.uint8]:
    """What is transparent is no person."""
    share, seen = outlined(photo, lens.segment(photo).value), transparency.opacity(photo)
    return opacity(share if seen is None else share * seen)


def _painted(lens: Lens, photo: Photo, mix: str) -> NDArray[np.uint8]:
    painted = lens.style(photo, Style(mix=mix)).value.pixels[..., :3]
    return transparency.on_white(painted, photo.alpha)


def _depth(photo: Photo, remote: RemoteLens | None) -> tuple[NDArray[np.float32] | None, str]:
    if remote is None:
        return None, NO_SERVER
    match remote.depth(photo):
        case Unavailable(why):
            return None, f"blurred by the portrait mask, not by depth: {why}"
        case Degraded(depth, _, why):
            return depth.metres, why
        case Ok(depth):
            return depth.metres, ""
