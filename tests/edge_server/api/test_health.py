from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from edge_server.api.app import create_app


def test_alive_and_ready(client: Callable[..., Any]) -> None:
    caller = client()
    assert caller.http.get("/healthz").get_json() == {"status": "alive"}
    record = caller.http.get("/readyz").get_json()
    assert record["status"] == "ready"
    assert record["models"]["face-detection-short"] in {"idle", "ready"}
    assert record["models"]["depth-bts"] == "weights-missing"


def test_draining_is_not_ready(client: Callable[..., Any]) -> None:
    from dataclasses import replace

    app = create_app(replace(client().services, draining=lambda: True))
    response = app.test_client().get("/readyz")
    assert (response.status_code, response.get_json()["status"]) == (503, "draining")


def test_requests_are_counted_by_route_and_never_by_a_strangers_text(
    client: Callable[..., Any],
) -> None:
    caller = client()
    caller.post("/v1/faces")
    for path in ("/a", "/b", "/v1/c"):
        caller.http.get(path)
    caller.http.get("/v2/models/faces")
    for path in ("/v1/photos/a", "/v1/photos/b", "/v2/models/a", "/v2/models/b"):
        caller.http.get(path)
    text = caller.http.get("/metrics").get_data(as_text=True)
    families = {family.name: family for family in text_string_to_metric_families(text)}
    seen = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for sample in families["pocketlens_requests"].samples
        if sample.name.endswith("_total")
    }
    assert seen == {
        ("/v1/faces", "200"): 1,
        ("/v2/models/faces", "200"): 1,
        ("/v2/models/<name>", "404"): 2,
        ("/v1/photos/<photo_id>", "404"): 2,
        ("unknown", "404"): 3,
    }
