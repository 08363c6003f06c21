"""The tables of TFLite metadata that are written here, with the schema's own names.

Source: ``metadata_schema.fbs`` (file identifier M001, version 1.5.0) and
``image_segmenter_metadata_schema.fbs`` (V001) of MediaPipe Tasks, Apache-2.0.  The order
of the fields is theirs; fields that nobody here fills are left ``None``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_convert.flat_tables import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_convert.flat_tables import Nested

IDENTIFIER = b"M001"
PARSER = "1.0.0"
PARSER_OF_CUSTOM_METADATA = "1.5.0"
OPTIONS_IDENTIFIER = b"V001"
OPTIONS_PARSER = "1.0.0"
SEGMENTER = "SEGMENTER_METADATA"

RGB = np.int8(1)
GRAYSCALE = np.int8(2)
TENSOR_AXIS_LABELS = np.int8(2)
BOUNDARIES = np.int8(1)
RATIO = np.int8(0)
NO_ACTIVATION = np.int8(0)


@dataclass(frozen=True, kw_only=True)
class AssociatedFile(Table):
    """A file in the archive behind the model."""

    name: str
    description: str
    type: np.int8
    locale: str | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class FeatureProperties(Table):
    """Numbers that are neither a picture nor boxes."""

    member = 1


@dataclass(frozen=True, kw_only=True)
class ImageSize(Table):
    """In pixels."""

    width: np.uint32
    height: np.uint32


@dataclass(frozen=True, kw_only=True)
class ImageProperties(Table):
    """A picture, or a mask."""

    member = 2

    color_space: np.int8
    default_size: ImageSize | None = None


@dataclass(frozen=True, kw_only=True)
class BoundingBoxProperties(Table):
    """Boxes: where left, top, right and bottom stand in the last dimension."""

    member = 3

    index: NDArray[np.uint32]
    type: np.int8
    coordinate_type: np.int8


@dataclass(frozen=True, kw_only=True)
class Content(Table):
    """What a tensor holds."""

    unions = frozenset({"content_properties"})

    content_properties: FeatureProperties | ImageProperties | BoundingBoxProperties


@dataclass(frozen=True, kw_only=True)
class NormalizationOptions(Table):
    """(value - mean) / std, a number each channel or one for all."""

    member = 1

    mean: NDArray[np.float32]
    std: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class ProcessUnit(Table):
    """A step before or behind the model."""

    unions = frozenset({"options"})

    options: NormalizationOptions


@dataclass(frozen=True, kw_only=True)
class Stats(Table):
    """The range of a tensor's values."""

    max: NDArray[np.float32]
    min: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class TensorMetadata(Table):
    """A tensor at the border, in the order of the graph."""

    name: str
    description: str
    dimension_names: tuple[str, ...] | None = None
    content: Content
    process_units: tuple[ProcessUnit, ...] | None = None
    stats: Stats | None = None
    associated_files: tuple[AssociatedFile, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ImageSegmenterOptions(Table):
    """What is left to do with a mask."""

    activation: np.int8
    min_parser_version: str = OPTIONS_PARSER


@dataclass(frozen=True, kw_only=True)
class CustomMetadata(Table):
    """Options of a task, a FlatBuffer of their own."""

    name: str
    data: Nested


@dataclass(frozen=True, kw_only=True)
class SubGraphMetadata(Table):
    """The graph; the fields between are for steps and groups of several tensors."""

    name: str
    description: str
    input_tensor_metadata: tuple[TensorMetadata, ...]
    output_tensor_metadata: tuple[TensorMetadata, ...]
    associated_files: None = None
    input_process_units: None = None
    output_process_units: None = None
    input_tensor_groups: None = None
    output_tensor_groups: None = None
    custom_metadata: tuple[CustomMetadata, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ModelMetadata(Table):
    """The root."""

    name: str
    description: str
    version: str
    subgraph_metadata: tuple[SubGraphMetadata, ...]
    author: str
    license: str
    associated_files: None = None
    min_parser_version: str
