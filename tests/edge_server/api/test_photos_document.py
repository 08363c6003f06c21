from __future__ import annotations

from typing import Any

from edge_server.api.openapi import problem_responses
from edge_server.api.photos_document import photo_paths, photo_schemas
from edge_server.store.records import PhotoRecord, Search


def operations() -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, methods in photo_paths(problem_responses()).items()
        for method, operation in methods.items()
    }


def test_every_operation_has_a_name_of_its_own_and_its_problems() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert len(set(names)) == len(names) == 7
    for operation in operations().values():
        assert {"404", "503"} <= set(operation["responses"])
        assert set(operation["responses"]) & {"200", "201", "204"}


def test_a_search_has_its_ranges() -> None:
    parameters = operations()["get /v1/photos"]["parameters"]
    schemas = {parameter["name"]: parameter["schema"] for parameter in parameters}
    assert set(schemas) == set(Search.__struct_fields__)
    assert (schemas["limit"]["minimum"], schemas["limit"]["maximum"]) == (1, 200)


def test_the_documents_schema_is_the_photos_and_more() -> None:
    schemas = photo_schemas()
    assert set(schemas["PhotoRecord"]["properties"]) == set(PhotoRecord.__struct_fields__)
    assert set(schemas["KeptDocument"]["required"]) == {
        *PhotoRecord.__struct_fields__,
        "results",
    }
