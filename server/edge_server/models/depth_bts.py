"""How far everything in a photo is: BTS, with six encoders, for rooms and for roads.

The published checkpoints of NYU Depth v2 (rooms, up to 10 m) and KITTI (roads, up to 80 m)
load as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import numpy as np

from edge_runtime.results import Depth
from edge_runtime.spec import Licence, Record, Tensor
from edge_server.heavy_model import Beside, Checkpoint, HeavyModel, HeavySpec, Released
from edge_server.problems import ImageTooSmall, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_runtime.results import ClassMap
    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.bts_photos import DepthEstimator

SKY = "sky"
_STREETS = "street-segmentation"
_SMALLEST = 32
# What one photo takes while it is computed, beside the weights, as measured.
_WORKING_BYTES = 1_000_000_000
_BUCKET = "https://cogaplex-bts.s3.ap-northeast-2.amazonaws.com"
_ENCODERS = (
    "densenet161",
    "densenet121",
    "resnet50",
    "resnet101",
    "resnext50",
    "resnext101",
)
_WEIGHTS = "GPL-3.0 (as the repository that publishes them)"
# By the name that the publisher gives the set: ours, licence of the photos, the camera.
_SETS: tuple[tuple[str, str, str, dict[str, str | float]], ...] = (
    (
        "nyu",
        "nyu",
        "NYU Depth v2: no licence stated, for research",
        {"max_depth": 10.0, "focal": 518.8579, "side": 640},
    ),
    (
        "eigen",
        "kitti",
        "KITTI: CC-BY-NC-SA-3.0",
        {"max_depth": 80.0, "focal": 715.0873, "side": 1216},
    ),
)


class Params(Record, frozen=True, kw_only=True):
    """``focal_length``: the camera's, in pixels of the photo (width of the photo times focal
    length over width of the sensor, both in millimetres).  Depth grows with it, so metres
    are right only for a camera whose focal length is known; without it, depth is that of
    the camera of the training set.  ``side``: how many pixels the longer side of the photo
    has for the network; without it, as many as in training.  ``sky``: ``far`` sets what
    the street segmentation model calls sky to the largest depth, ``keep`` leaves it as it
    is.
    """

    focal_length: Annotated[float, msgspec.Meta(gt=0, le=100_000)] | None = None
    side: Annotated[int, msgspec.Meta(ge=128, le=1280)] | None = None
    sky: Literal["keep", "far"] = "keep"


@dataclass(kw_only=True)
class _Runner:
    """BTS on a device."""

    estimator: DepthEstimator
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Depth]:
        return [self._depth(job) for job in jobs]

    def close(self) -> None:
        self.estimator.close()

    def _depth(self, job: Job) -> Depth:
        params: Any = job.params
        job.check()
        metres = self.estimator.depth(job.rgb, params.side)
        job.progress(0.9)
        scale = self._scale(job.rgb.shape, params)
        far = self.estimator.camera.max_depth * scale
        return Depth(metres=metres * np.float32(scale), max_depth=far)

    def _scale(self, shape: tuple[int, ...], params: Params) -> float:
        """Focal length over that of training, both at the size that the network sees.

        This is what is published for KITTI; for NYU, whose camera was one, it is the same
        rule, and 1 for that camera.
        """
        from edge_server.networks.bts_photos import network_size

        if params.focal_length is None:
            return 1.0
        camera = self.estimator.camera
        seen = network_size((shape[0], shape[1]), params.side or camera.side)
        return params.focal_length * seen[1] / shape[1] / camera.focal


def with_far_sky(depth: Depth, classes: ClassMap) -> Depth:
    """Depth with the sky at the far end: its colour tells the network nothing, and in
    published photos of roads it never had a measured depth.

    Raises ``InvalidParameter`` where the class map knows no sky.
    """
    if SKY not in classes.labels:
        raise InvalidParameter(
            f"the weights of {_STREETS} that are here know no sky: leave sky out, or run "
            f"'edge-serve weights pull {_STREETS}' on the server"
        )
    sky = classes.classes == classes.labels.index(SKY)
    return replace(depth, metres=np.where(sky, np.float32(depth.max_depth), depth.metres))


def load(weights: Weights, device: str) -> _Runner:
    """BTS with these weights on a device."""
    from safetensors.torch import load_file

    from edge_server.networks.bts_photos import Camera, loaded

    tensors = load_file(weights.path)
    settings = weights.checkpoint.settings
    camera = Camera(
        max_depth=float(settings["max_depth"]),
        focal=float(settings["focal"]),
        side=int(settings["side"]),
    )
    return _Runner(
        estimator=loaded(tensors, camera, device),
        memory_bytes=sum(tensor.nbytes for tensor in tensors.values()) + _WORKING_BYTES,
    )


def _to_tensors(path: Path, _checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    from edge_server.networks.bts_photos import imported
    from edge_server.weights.checkpoint_files import read_tensors

    return imported(read_tensors(path))


def _check(size_hw: tuple[int, int], _params: Record) -> None:
    if min(size_hw) < _SMALLEST:
        raise ImageTooSmall(
            f"depth needs {_SMALLEST} pixels in each direction: send a larger photo",
            limit=_SMALLEST,
            actual=min(size_hw),
        )


def _checkpoints() -> tuple[Checkpoint, ...]:
    return tuple(
        Checkpoint(
            name=f"{ours}-{encoder}",
            licence=Licence(code="Apache-2.0", weights=_WEIGHTS, data=data),
            origin=Released(url=f"{_BUCKET}/bts_{theirs}_v2_pytorch_{encoder}.zip"),
            settings=camera,
        )
        for theirs, ours, data, camera in _SETS
        for encoder in _ENCODERS
    )


MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="depth-bts",
            task="depth",
            title="How far everything is (BTS)",
            version="1",
            paper="Lee et al., From Big to Small: Multi-Scale Local Planar Guidance for "
            "Monocular Depth Estimation, 2019",
            checkpoints=_checkpoints(),
            outputs=(
                Tensor(
                    name="depth",
                    shape=(-1, -1),
                    meaning="distance of each pixel of the photo from the camera's plane",
                    unit="metre",
                ),
            ),
        ),
        params=Params,
        result=Depth,
        load=load,
        to_tensors=_to_tensors,
        check=_check,
        beside=Beside(
            model=_STREETS,
            wanted=lambda params: params.sky == "far",
            join=with_far_sky,
        ),
    ),
)
