"""How far harmless changes move the numbers: what the tolerances of golden vectors rest on.

Three changes that no app can avoid: two threads instead of one, other kernels (LiteRT's
reference kernels instead of XNNPACK), another JPEG decoder (FFmpeg instead of libjpeg).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from PIL import Image

from edge_calibration.stages import ORIENTATION, decode_by_ffmpeg
from edge_convert.golden_photos import turned_upright
from edge_runtime.golden import Noise
from edge_runtime.images import Photo
from edge_runtime.interpreter import SIGNATURE
from edge_runtime.wire import result_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from edge_runtime.tracing import Stage

    Run: TypeAlias = Callable[[Mapping[str, NDArray[Any]]], Mapping[str, NDArray[np.float32]]]
    Key: TypeAlias = tuple[int, int | None, str]
    Noises: TypeAlias = Mapping[Key, Noise | None]

MARKER = 0xFF
APP1 = 0xE1
START_OF_SCAN = 0xDA
COORDINATES = {"box", "points", "landmarks"}


def reference_run(path: Path) -> Run:
    """A TFLite file on LiteRT's reference kernels, slow and plain.

    Takes what a session takes: pixels uint8 [h, w, 3] or tensors float32.
    """
    interpreter = Interpreter(
        str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    runner = interpreter.get_signature_runner(SIGNATURE)

    def run(inputs: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[np.float32]]:
        made = runner(**{name: _tensor(value) for name, value in inputs.items()})
        return {name: np.array(value) for name, value in made.items()}

    return run


def _tensor(value: NDArray[Any]) -> NDArray[np.float32]:
    return value.astype(np.float32)[np.newaxis] if value.dtype == np.uint8 else value


def by_another_decoder(path: Path) -> Photo:
    """A photo as FFmpeg decodes it, turned by its EXIF tag; the same where it is no JPEG."""
    with Image.open(path) as image:
        orientation = image.getexif().get(ORIENTATION, 1)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.name
        encoded = path.read_bytes()
        plain.write_bytes(without_exif(encoded) if path.suffix == ".jpg" else encoded)
        rgb = decode_by_ffmpeg(plain)
    turned = turned_upright(Image.fromarray(rgb), orientation) if path.suffix == ".jpg" else rgb
    return Photo(rgb=np.array(turned), name=path.name)


def without_exif(encoded: bytes) -> bytes:
    """A JPEG's bytes without its APP1 segments."""
    kept, at = [encoded[:2]], 2
    while encoded[at] == MARKER and encoded[at + 1] != START_OF_SCAN:
        end = at + 2 + int.from_bytes(encoded[at + 2 : at + 4], "big")
        if encoded[at + 1] != APP1:
            kept.append(encoded[at:end])
        at = end
    return b"".join([*kept, encoded[at:]])


def noise(source: str, wanted: Sequence[Stage], made: Sequence[Stage]) -> Noises:
    """The differences of each array of each stage; none where it has another shape."""
    others = dict(_arrays(made))
    found: dict[Key, Noise | None] = {}
    for key, array in _arrays(wanted):
        other = others.get(key)
        if other is None or other.shape != array.shape:
            found[key] = None
        else:
            worst, mean = difference(array, other)
            found[key] = Noise(source=source, max_abs=worst, mean_abs=mean)
    return found


def difference(one: NDArray[Any], other: NDArray[Any]) -> tuple[float, float]:
    """Largest and mean difference of two arrays of one shape."""
    off = np.abs(one.astype(np.float64) - other)
    return (float(off.max()), float(off.mean())) if off.size else (0.0, 0.0)


def _arrays(stages: Sequence[Stage]) -> Iterator[tuple[Key, NDArray[Any]]]:
    for stage in stages:
        for name, array in stage.arrays.items():
            yield (stage.index, stage.face, name), array


def result_noise(wanted: object, made: object) -> tuple[float, float] | None:
    """How far the coordinates and the other numbers of two results are apart, as JSON; none
    where they do not say the same things."""
    pairs = _leaves(result_record(wanted), result_record(made))
    off: dict[bool, float] = {True: 0.0, False: 0.0}
    for pixels, one, other in pairs:
        if isinstance(one, str) or isinstance(other, str):
            if one != other:
                return None
        else:
            off[pixels] = max(off[pixels], abs(one - other))
    return off[True], off[False]


def _leaves(one: Any, other: Any, *, pixels: bool = False) -> Iterator[tuple[bool, Any, Any]]:
    if isinstance(one, dict):
        for key in one.keys() | other.keys():
            inside = pixels or key in COORDINATES
            yield from _leaves(one.get(key, ""), other.get(key, ""), pixels=inside)
    elif isinstance(one, list) and isinstance(other, list):
        yield pixels, str(len(one)), str(len(other))
        for pair in zip(one, other, strict=False):
            yield from _leaves(*pair, pixels=pixels)
    else:
        yield pixels, one, other
