"""The tables by which MediaPipe's ObjectDetector decodes boxes, with the schema's own names.

Source: ``object_detector_metadata_schema.fbs`` (V001) of MediaPipe Tasks, Apache-2.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_convert.flat_tables import Table

if TYPE_CHECKING:
    import numpy as np

DETECTOR = "DETECTOR_METADATA"


@dataclass(frozen=True, kw_only=True)
class FixedAnchor(Table):
    """A box that the graph's numbers are added to and multiplied with."""

    x_center: np.float32
    y_center: np.float32
    width: np.float32
    height: np.float32


@dataclass(frozen=True, kw_only=True)
class FixedAnchorsSchema(Table):
    """An anchor a candidate."""

    anchors: tuple[FixedAnchor, ...]


@dataclass(frozen=True, kw_only=True)
class SsdAnchorsOptions(Table):
    """Where anchors come from."""

    fixed_anchors_schema: FixedAnchorsSchema


@dataclass(frozen=True, kw_only=True)
class TensorsDecodingOptions(Table):
    """How the graph's numbers become boxes: y, x, height, width, in that order."""

    num_classes: np.int32
    num_boxes: np.int32
    num_coords: np.int32
    keypoint_coord_offset: np.int32 | None = None
    num_keypoints: np.int32 | None = None
    num_values_per_keypoint: np.int32
    x_scale: np.float32
    y_scale: np.float32
    w_scale: np.float32
    h_scale: np.float32
    apply_exponential_on_box_size: np.bool_
    sigmoid_score: np.bool_


@dataclass(frozen=True, kw_only=True)
class ObjectDetectorOptions(Table):
    """The root."""

    min_parser_version: str
    ssd_anchors_options: SsdAnchorsOptions
    tensors_decoding_options: TensorsDecodingOptions
