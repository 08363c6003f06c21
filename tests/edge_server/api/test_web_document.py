from __future__ import annotations

from edge_server.api.openapi import problem_responses
from edge_server.api.web_document import page_paths


def test_a_photo_is_sent_in_every_way_in_which_a_task_takes_one() -> None:
    operation = page_paths(problem_responses())["/page/photo"]["post"]
    content = operation["requestBody"]["content"]
    assert set(content["multipart/form-data"]["schema"]["properties"]) == {
        "image",
        "image_base64",
        "image_url",
    }
    assert set(content["application/json"]["schema"]["properties"]) == {
        "image_base64",
        "image_url",
    }
    assert "image/jpeg" in content
    assert list(operation["responses"]["200"]["content"]) == ["image/png"]
    assert {"415", "422"} <= set(operation["responses"])
