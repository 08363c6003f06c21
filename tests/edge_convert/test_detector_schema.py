"""Slots of the schema as it is published: what MediaPipe reads is in ``tests/mediapipe``."""

from __future__ import annotations

from dataclasses import fields

import pytest

from edge_convert import detector_schema as schema
from edge_convert.flat_tables import Table


@pytest.mark.parametrize(
    ("table", "names", "count"),
    [
        (schema.FixedAnchor, {"x_center": 0, "y_center": 1, "width": 2, "height": 3}, 4),
        (
            schema.TensorsDecodingOptions,
            {
                "num_classes": 0,
                "num_coords": 2,
                "num_values_per_keypoint": 5,
                "x_scale": 6,
                "h_scale": 9,
                "apply_exponential_on_box_size": 10,
                "sigmoid_score": 11,
            },
            12,
        ),
        (
            schema.ObjectDetectorOptions,
            {"ssd_anchors_options": 1, "tensors_decoding_options": 2},
            3,
        ),
    ],
)
def test_fields_stand_in_the_order_of_the_schema(
    table: type[Table], names: dict[str, int], count: int
) -> None:
    order = [one.name for one in fields(table)]
    assert len(order) == count
    assert {name: order.index(name) for name in names} == names
