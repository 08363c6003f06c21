from __future__ import annotations

from typing import Any

from edge_server.parents.cloud_vision import MODELS
from edge_server.parents.document import parent_paths, parent_schemas

PROBLEMS = {
    "400": {"description": "bad", "content": {"application/problem+json": {}}},
    "429": {"description": "often", "content": {"application/problem+json": {}}},
    "503": {"description": "busy", "content": {"application/problem+json": {}}},
}
PATHS = parent_paths(PROBLEMS)


def operations() -> dict[str, Any]:
    return {one["operationId"]: one for path in PATHS.values() for one in path.values()}


def test_every_operation_is_tagged_and_has_a_name_of_its_own() -> None:
    found = operations()
    assert len(found) == sum(len(path) for path in PATHS.values())
    assert {tag for one in found.values() for tag in one["tags"]} == {"parents"}


def test_the_models_are_those_there_are() -> None:
    (model,) = [one for one in operations()["img2img"]["parameters"] if one["name"] == "model"]
    assert model["schema"]["enum"] == list(MODELS)


def test_an_error_is_documented_in_the_shape_that_it_has() -> None:
    shapes = {
        name: one["responses"]["400"]["content"]
        for name, one in operations().items()
        if "requestBody" in one
    }
    sentence = {
        "application/json": {"schema": {"$ref": "#/components/schemas/SentenceProblem"}}
    }
    flag = {"application/json": {"schema": {"$ref": "#/components/schemas/FlagProblem"}}}
    assert shapes["img2img"] == shapes["picMetric"] == shapes["doDataScience"] == sentence
    assert shapes["objectCut"] == flag
    assert shapes["smartFilter"] == PROBLEMS["400"]["content"]


def test_the_shapes_are_problem_details_and_more() -> None:
    problem = {"properties": {"detail": {"type": "string"}}, "required": ["detail"]}
    made = parent_schemas(problem)
    assert made["SentenceProblem"]["required"] == ["detail", "error"]
    assert made["FlagProblem"]["required"] == ["detail", "error", "message"]
    assert problem["required"] == ["detail"]
    assert set(made["PicMetric"]["required"]) >= {"error", "hash", "resnet", "yolov3_source"}
