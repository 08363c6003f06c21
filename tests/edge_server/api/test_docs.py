from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


def test_every_task_and_parameter_is_on_the_page(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.http.get("/docs")
    page = response.get_data(as_text=True)
    for task in caller.services.tasks:
        assert f"POST /v1/{task.name}" in page
        for name in task.params.__struct_fields__:
            assert f"<code>{name}</code>" in page
    assert "script" not in page
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', page) == []
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert caller.http.get("/docs/docs.css").mimetype == "text/css"
