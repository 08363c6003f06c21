from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from jsonschema_rs import validator_for


def schema_of(page: Any, name: str) -> Any:
    return page["components"]["schemas"][name] | {"components": page["components"]}


def test_every_address_of_jobs_is_in_the_document(client: Callable[..., Any]) -> None:
    paths = client().http.get("/v1/openapi.json").get_json()["paths"]
    assert set(paths["/v1/analyze/batch"]["post"]["responses"]) >= {"202", "413", "422", "429"}
    assert "Location" in paths["/v1/analyze/batch"]["post"]["responses"]["202"]["headers"]
    assert set(paths["/v1/jobs"]) == {"get"}
    assert set(paths["/v1/jobs/{job_id}"]) == {"get", "delete"}
    assert (
        "text/event-stream"
        in (paths["/v1/jobs/{job_id}"]["get"]["responses"]["200"]["content"])
    )


def test_what_is_told_of_jobs_is_what_the_document_says(client: Callable[..., Any]) -> None:
    caller = client()
    page = caller.http.get("/v1/openapi.json").get_json()
    made = caller.http.post(
        "/v1/analyze/batch", data={"image": (BytesIO(b"nothing"), "a.jpg"), "analyses": "faces"}
    )
    validator_for(schema_of(page, "JobRecord")).validate(made.get_json())
    caller.http.get(made.location, headers={"Accept": "text/event-stream"}).get_data()
    job = caller.http.get(made.location).get_json()
    assert job["photos"][0]["state"] == "failed"
    validator_for(schema_of(page, "Job")).validate(job)
    listed = caller.http.get("/v1/jobs").get_json()
    validator_for(schema_of(page, "JobPage")).validate(listed)
