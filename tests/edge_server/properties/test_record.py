from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from edge_runtime.images import Photo
from edge_server.intake.location import Location
from edge_server.properties.facts import Scene
from edge_server.properties.measuring import measured
from edge_server.properties.record import properties_record

FOUND = measured(Photo(np.full((20, 30, 3), (255, 0, 0), np.uint8)))


def test_what_is_not_known_is_null() -> None:
    record = properties_record(FOUND)
    assert record["size"] == [30, 20]
    assert [record[name] for name in ("format", "bytes", "taken", "scene")] == [None] * 4
    assert record["camera"]["make"] is None
    assert record["colours"] == [
        {"name": "red", "hex": "#ff0000", "share": 1.0, "distance": 0.0}
    ]
    assert "location" not in record
    json.dumps(record, allow_nan=False)


def test_a_place_and_a_scene_are_written_where_they_are_known() -> None:
    place = Location(latitude=48.858222222, longitude=2.2945, altitude=35.04)
    scene = Scene(place="outdoor", confidence=0.91234, words=(("park", 0.5),))
    record = properties_record(replace(FOUND, location=place, scene=scene))
    assert record["location"] == {"latitude": 48.858222, "longitude": 2.2945, "altitude": 35.0}
    assert record["scene"] == {
        "place": "outdoor",
        "confidence": 0.9123,
        "words": [{"word": "park", "score": 0.5}],
    }
