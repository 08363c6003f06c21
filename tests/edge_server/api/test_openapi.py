from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from openapi_spec_validator import validate

# Pages, files, and what another document describes.
UNWRITTEN = ("/docs", "/metrics", "/v1/openapi.json", "/v2", "/page/config.json", "/page/<")
UNWRITTEN += ("/bundle", "/runtime")


def test_the_document_is_openapi_and_whole(client: Callable[..., Any]) -> None:
    caller = client()
    document = caller.http.get("/v1/openapi.json").get_json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    routes = {
        re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in caller.http.application.url_map.iter_rules()
        if not rule.rule.startswith(UNWRITTEN)
    }
    assert set(document["paths"]) == routes


def test_parameters_have_their_ranges(client: Callable[..., Any]) -> None:
    document = client().http.get("/v1/openapi.json").get_json()
    found = {
        p["name"]: p["schema"] for p in document["paths"]["/v1/style"]["post"]["parameters"]
    }
    assert (found["strength"]["minimum"], found["strength"]["maximum"]) == (0, 1)
    assert found["masks"]["enum"] == ["none", "png", "rle"]
    assert "style-transfer" in found["model"]["enum"]
