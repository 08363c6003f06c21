"""The server's JSON as records.  What a field has to be is checked as it is read; fields
that are not named here are of a later server, and left alone.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

Box: TypeAlias = tuple[float, float, float, float]


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is read and never written."""


class PictureRecord(_Read, frozen=True, kw_only=True):
    """A picture inside JSON."""

    base64: str


class RunsRecord(_Read, frozen=True, kw_only=True):
    """COCO's uncompressed run lengths: column by column, zeros first."""

    size: tuple[int, int]
    counts: list[int]


class FaceRecord(_Read, frozen=True, kw_only=True):
    """A face."""

    box: Box
    score: float
    points: dict[str, tuple[float, float]]
    landmarks: list[tuple[float, float, float]] | None = None
    smile: float | None = None
    expressions: dict[str, float] | None = None


class FacesRecord(_Read, frozen=True, kw_only=True):
    """Faces."""

    faces: tuple[FaceRecord, ...]


class LabelRecord(_Read, frozen=True, kw_only=True):
    """A label."""

    label: str
    score: float


class LabelsRecord(_Read, frozen=True, kw_only=True):
    """Labels."""

    labels: tuple[LabelRecord, ...]


class ObjectRecord(_Read, frozen=True, kw_only=True):
    """An object."""

    label: str
    score: float
    box: Box


class ObjectsRecord(_Read, frozen=True, kw_only=True):
    """Objects."""

    objects: tuple[ObjectRecord, ...]


class InstanceRecord(_Read, frozen=True, kw_only=True):
    """An object with its mask."""

    label: str
    score: float
    box: Box
    mask: RunsRecord


class InstancesRecord(_Read, frozen=True, kw_only=True):
    """Objects with their masks."""

    instances: tuple[InstanceRecord, ...]


class ClassRecord(_Read, frozen=True, kw_only=True):
    """A class; without a mask where no pixel is of it."""

    label: str
    colour: tuple[int, int, int]
    mask: RunsRecord | None = None


class ClassesRecord(_Read, frozen=True, kw_only=True):
    """The classes, in the order of their indices."""

    classes: tuple[ClassRecord, ...]


class DepthRecord(_Read, frozen=True, kw_only=True):
    """What is said of a depth picture."""

    max_depth: float


class CutRecord(_Read, frozen=True, kw_only=True):
    """What was cut out."""

    found: tuple[str, ...]
    method: str
    mask: RunsRecord


class ImageRecord(_Read, frozen=True, kw_only=True):
    """The photo as the server saw it: width and height, upright."""

    size: tuple[int, int]


class AnswerRecord(_Read, frozen=True, kw_only=True):
    """An answer; what ``result`` is depends on the task."""

    task: str
    model: str
    variant: str
    sha256: str
    device: str
    image: ImageRecord
    result: msgspec.Raw
    ms: dict[str, float]
    picture: PictureRecord | None = None


class FindingRecord(_Read, frozen=True, kw_only=True):
    """What one of many analyses said."""

    model: str
    variant: str
    sha256: str
    device: str
    result: msgspec.Raw
    ms: dict[str, float]
    stored: bool


class FailedRecord(_Read, frozen=True, kw_only=True):
    """Why one of many analyses said nothing."""

    code: str
    detail: str
    retryable: bool


class AnalysisRecord(_Read, frozen=True, kw_only=True):
    """What came of many analyses."""

    image: ImageRecord
    results: dict[str, FindingRecord]
    problems: dict[str, FailedRecord]
    ms: dict[str, float]


class ModelRecord(_Read, frozen=True, kw_only=True):
    """A model of ``GET /v1/models``; ``default_of`` are the tasks that it answers where no
    model is named, empty for all where a server does not say."""

    id: str
    tasks: tuple[str, ...]
    where: str
    variant: str
    sha256: str
    state: str
    default_of: tuple[str, ...] = ()


class ModelsRecord(_Read, frozen=True, kw_only=True):
    """Every model of a server."""

    models: tuple[ModelRecord, ...]
