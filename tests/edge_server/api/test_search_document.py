from __future__ import annotations

from edge_server.api.search_document import search_paths, search_schemas


def test_the_ranges_and_the_records_are_in_the_document() -> None:
    header = {"in": "header", "name": "X-Deadline-Ms"}
    paths = search_paths([header], {"404": {"description": "none"}})
    operation = paths["/v1/search/{photo_id}"]["get"]
    found = {one["name"]: one.get("schema", {}) for one in operation["parameters"]}
    assert (found["limit"]["minimum"], found["limit"]["maximum"]) == (1, 100)
    assert found["kind"]["enum"] == ["alike", "exact", "near"]
    assert set(operation["responses"]) == {"200", "404"}
    assert {"Found", "Match", "Transform"} <= set(search_schemas())
