"""Golden vectors: what every step gives for a few photos, so that another runtime can be
held against this one step by step.

``golden/<model>/golden.json`` lists cases.  A case is a photo (``golden/photos``) and its
stages: what each step of the program gave, for each face where there are several.  The
numbers stand in the JSON, or in a file beside it: ``.png`` for pixels, ``.bin`` for raw
little-endian numbers in row-major order.  Of large arrays a file holds every ``stride``-th
number from the first on, of the flattened array; ``sha256`` is that of all of them, as raw
bytes.  What is only a widened copy (``write-tensor``) has nothing but its hash.

Two tolerances: ``given`` for a step that is fed what the golden stage before it gave, and
``from_photo`` for the whole chain from the bytes of the photo, with another JPEG decoder and
other kernels; it is absent where the number of candidates may differ.  A difference passes if
its largest is at most ``max_abs`` and its mean at most ``mean_abs``.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
import numpy as np
from PIL import Image

from edge_runtime.errors import BundleError, BundleTampered, SchemaTooNew
from edge_runtime.record import Record
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

GOLDEN_VERSION = 2
FILE = "golden.json"
DType: TypeAlias = Literal["uint8", "int32", "float32", "float64"]


class Tolerance(Record, frozen=True, kw_only=True):
    """The largest and the mean difference that pass, in the unit of the numbers."""

    max_abs: float
    mean_abs: float


EXACT = Tolerance(max_abs=0, mean_abs=0)


class Noise(Record, frozen=True, kw_only=True):
    """What a tolerance was derived from: the differences that some harmless change made."""

    source: str
    max_abs: float
    mean_abs: float


class Values(Record, frozen=True, kw_only=True):
    """One array: its numbers here, in the file ``path`` (below ``golden/``), or neither."""

    name: str
    dtype: DType
    shape: tuple[int, ...]
    sha256: str
    numbers: tuple[float, ...] = ()
    path: str = ""
    stride: int = 1
    given: Tolerance = EXACT
    from_photo: Tolerance | None = None
    noise: tuple[Noise, ...] = ()


class GoldenStage(Record, frozen=True, kw_only=True):
    """What ``program[index]``, a ``step`` of that kind, gave for the face of that number."""

    index: int
    step: str
    values: tuple[Values, ...]
    face: int | None = None


class GoldenCase(Record, frozen=True, kw_only=True):
    """A photo and all that is made of it by the file of that hash, whose size it has.

    ``mix`` or ``style_photo`` is the style where one is painted.  ``result`` is the JSON of the
    result, in which the numbers may be off by ``pixels`` (coordinates) and ``scores``.
    """

    name: str
    sha256: str
    photo: str
    size_hw: tuple[int, int]
    stages: tuple[GoldenStage, ...]
    result: dict[str, Any]
    pixels: float
    scores: float
    mix: str = ""
    style_photo: str = ""


class Golden(Record, frozen=True, kw_only=True):
    """The golden vectors of a model's variant that ships: at least one case of each file."""

    model: str
    version: str
    variant: str
    cases: tuple[GoldenCase, ...]
    golden_version: int = GOLDEN_VERSION


class GoldenFrame(Record, frozen=True, kw_only=True):
    """A camera's frame and its picture: ``planes`` are those of ``layout``, in its order."""

    name: str
    layout: Literal["i420", "nv21", "yuv_420_888", "bgra8888"]
    width: int
    height: int
    planes: tuple[str, ...]
    row_strides: tuple[int, ...]
    pixel_strides: tuple[int, ...]
    span: Literal["full", "limited"]
    rotation: Literal[0, 90, 180, 270]
    mirror: bool
    rgb: Values


class GoldenPhoto(Record, frozen=True, kw_only=True):
    """A picture file and its pixels."""

    photo: str
    rgb: Values


class GoldenBasics(Record, frozen=True, kw_only=True):
    """What no model is needed for: frames, and photos that are decoded."""

    frames: tuple[GoldenFrame, ...]
    photos: tuple[GoldenPhoto, ...]
    golden_version: int = GOLDEN_VERSION


def read_golden(folder: Path, model_id: str) -> Golden:
    """The golden vectors of a model in a bundle's ``folder``.

    Raises ``BundleError`` where there are none or they do not say what they should.
    """
    golden: Golden = _read(folder / "golden" / model_id / FILE, Golden)
    return golden


def read_basics(folder: Path) -> GoldenBasics:
    """The golden frames and photos of a bundle; raises as :func:`read_golden`."""
    basics: GoldenBasics = _read(folder / "golden" / "basics.json", GoldenBasics)
    return basics


def _read(path: Path, kind: Any) -> Any:
    try:
        raw = path.read_bytes()
        version = msgspec.json.decode(raw).get("golden_version", 0)
        if version > GOLDEN_VERSION:
            raise SchemaTooNew(f"{path} has version {version}: update PocketLens")
        return from_json(raw, kind)
    except (msgspec.DecodeError, OSError, AttributeError) as error:
        raise BundleError(
            f"{path} cannot be read: {error}; make it with 'edge-convert golden --all'"
        ) from None


def load(folder: Path, values: Values) -> NDArray[Any] | None:
    """The numbers that are kept, flat where ``stride`` is above 1; none for a hash alone."""
    if values.numbers or not values.path:
        whole = len(values.numbers) == np.prod(values.shape)
        return np.array(values.numbers, values.dtype).reshape(values.shape) if whole else None
    path = folder / "golden" / values.path
    try:
        raw = path.read_bytes()
        if path.suffix == ".png":
            with Image.open(BytesIO(raw)) as image:
                return np.asarray(image).reshape(values.shape)
        flat = np.frombuffer(raw, np.dtype(values.dtype).newbyteorder("<"))
        return flat if values.stride > 1 else flat.reshape(values.shape)
    except (OSError, ValueError) as error:
        raise BundleTampered(
            f"{path} is missing or damaged ({error}): make it with 'edge-convert golden'"
        ) from None


def difference(folder: Path, values: Values, made: NDArray[Any]) -> tuple[float, float]:
    """Largest and mean difference of an array from the golden one.

    Infinite where the shape is another, or where only a hash is kept and it is another.
    """
    if made.shape != values.shape:
        return np.inf, np.inf
    kept = load(folder, values)
    if kept is None:
        return (0.0, 0.0) if array_sha256(made) == values.sha256 else (np.inf, np.inf)
    picked = made.reshape(-1)[:: values.stride].astype(np.float64)
    off = np.abs(picked - kept.reshape(-1).astype(np.float64))
    return (float(off.max()), float(off.mean())) if off.size else (0.0, 0.0)


def array_sha256(array: NDArray[Any]) -> str:
    """The SHA-256 of an array's numbers, little-endian, in row-major order."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return hashlib.sha256(little.tobytes()).hexdigest()
