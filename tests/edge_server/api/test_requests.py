from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge_server.api.requests import known_names


def test_every_field_of_a_task_is_known(client: Callable[..., Any]) -> None:
    tasks = {task.name: task for task in client().services.tasks}
    assert {
        "image",
        "image_url",
        "style_image_base64",
        "strength",
        "model",
        "masks",
    } <= known_names(tasks["style"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"image_base64": ["aa", "bb"]}, "duplicate-field"),
        ({"model": ["smile", "smile"], "image_base64": "aa"}, "duplicate-field"),
        ({"image": "*** no file ***"}, "bad-base64"),
    ],
)
def test_a_form_says_each_thing_once(
    given: dict[str, Any], code: str, client: Callable[..., Any]
) -> None:
    caller = client()
    caller.problem(caller.http.post("/v1/smile", data=given), 400, code)
