"""Slots of the schema as it is published: what MediaPipe reads is in ``tests/mediapipe``."""

from __future__ import annotations

from dataclasses import fields

import pytest

from edge_convert import metadata_schema as schema
from edge_convert.flat_tables import Table


@pytest.mark.parametrize(
    ("table", "names", "count"),
    [
        (schema.ModelMetadata, {"name": 0, "subgraph_metadata": 3, "min_parser_version": 7}, 8),
        (schema.SubGraphMetadata, {"output_tensor_metadata": 3, "custom_metadata": 9}, 10),
        (schema.TensorMetadata, {"content": 3, "stats": 5, "associated_files": 6}, 7),
        (schema.AssociatedFile, {"name": 0, "type": 2, "version": 4}, 5),
        (schema.Stats, {"max": 0, "min": 1}, 2),
        (schema.NormalizationOptions, {"mean": 0, "std": 1}, 2),
        (schema.ImageSize, {"width": 0, "height": 1}, 2),
    ],
)
def test_fields_stand_in_the_order_of_the_schema(
    table: type[Table], names: dict[str, int], count: int
) -> None:
    order = [one.name for one in fields(table)]
    assert len(order) == count
    assert {name: order.index(name) for name in names} == names


def test_members_of_unions_have_the_numbers_of_the_schema() -> None:
    members = (schema.FeatureProperties, schema.ImageProperties, schema.BoundingBoxProperties)
    assert [member.member for member in members] == [1, 2, 3]
    assert schema.NormalizationOptions.member == 1
    assert schema.Content.unions == {"content_properties"}
    assert schema.ProcessUnit.unions == {"options"}
