"""Jobs as their owner sees them: made, followed, ended, and never another's."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PATH = "/v1/analyze/batch"
EVENTS = {"Accept": "text/event-stream"}
PHOTOS = ("page.png", "coffee.png", "SOURCE.md", "chelsea.png")


def begun(caller: Any, photos: tuple[str, ...] = PHOTOS, **headers: str) -> Any:
    files = [(BytesIO((SAMPLES / name).read_bytes()), name) for name in photos]
    boundary, body = encode_multipart(
        MultiDict(
            [*(("image", FileStorage(*x)) for x in files), ("analyses", "classify,faces")]
        )
    )
    kind = f'multipart/form-data; boundary="{boundary}"'
    return caller.http.post(PATH, data=body, content_type=kind, headers=headers)


def followed(caller: Any, path: str, **headers: str) -> list[dict[str, Any]]:
    """The events, each with its id."""
    response = caller.http.get(path, headers=EVENTS | headers)
    assert response.mimetype == "text/event-stream"
    found = []
    for block in response.get_data(as_text=True).strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line[0] != ":")
        if fields:
            found.append(fields | {"data": json.loads(fields["data"])})
    return found


def test_a_batch_is_answered_at_once_and_worked_off(client: Callable[..., Any]) -> None:
    caller = client()
    response = begun(caller)
    record = response.get_json()
    assert (response.status_code, record["total"]) == (202, 4)
    assert response.location == f"/v1/jobs/{record['id']}"
    followed(caller, response.location)
    job = caller.http.get(response.location).get_json()
    assert (job["state"], job["done"], job["failed"]) == ("done", 3, 1)
    for photo, name in zip(job["photos"], PHOTOS, strict=True):
        assert photo["name"] == name
        if name == "SOURCE.md":
            assert photo["answer"]["problem"]["code"] == "unsupported-image-format"
            continue
        alone = caller.post("/v1/analyze", name, analyses="classify,faces").get_json()
        assert all(one["stored"] for one in alone["results"].values())
        for analysis, found in photo["answer"]["results"].items():
            assert found["result"] == alone["results"][analysis]["result"]


def test_who_follows_hears_of_each_photo_once_and_can_come_back(
    client: Callable[..., Any],
) -> None:
    caller = client()
    path = begun(caller).location
    heard = followed(caller, path)
    photos = [one for one in heard if one["event"] == "photo"]
    assert sorted(one["data"]["number"] for one in photos) == [0, 1, 2, 3]
    assert [one["id"] for one in photos] == ["1", "2", "3", "4"]
    assert [one["data"]["place"] for one in photos] == [1, 2, 3, 4]
    assert (heard[-1]["event"], heard[-1]["data"]["state"]) == ("done", "done")
    counts = [
        x["data"]["done"] + x["data"]["failed"] for x in heard if x["event"] == "progress"
    ]
    assert counts == sorted(counts)
    again = followed(caller, path, **{"Last-Event-ID": "3"})
    assert [one["data"] for one in again if one["event"] == "photo"] == [photos[3]["data"]]
    bare = followed(caller, f"{path}?answers=false", **{"Last-Event-ID": "nonsense"})
    assert [x["data"]["answer"] for x in bare if x["event"] == "photo"] == [None] * 4


def test_a_job_that_has_ended_is_deleted(client: Callable[..., Any]) -> None:
    caller = client()
    path = begun(caller, PHOTOS[:1]).location
    followed(caller, path)
    assert caller.http.delete(path).status_code == 204
    caller.problem(caller.http.get(path), 404, "not-found")
    caller.problem(caller.http.delete(path), 404, "not-found")
    assert len(caller.http.get("/v1/photos").get_json()["photos"]) == 1  # what was kept stays


def test_a_job_that_runs_is_cancelled(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = client()
    monkeypatch.setattr(caller.services.jobs, "start", lambda: None)  # nobody works
    path = begun(caller).location
    record = caller.http.delete(path).get_json()
    assert (record["state"], record["cancelled"]) == ("cancelled", 4)
    heard = followed(caller, path)
    assert [one["event"] for one in heard] == ["progress", "done"]
    assert caller.http.delete(path).status_code == 204


def test_pages_of_jobs(client: Callable[..., Any]) -> None:
    caller = client()
    made = [begun(caller, PHOTOS[:1]).get_json()["id"] for _ in range(3)]
    page = caller.http.get("/v1/jobs?limit=2").get_json()
    rest = caller.http.get(f"/v1/jobs?limit=2&after={page['next']}").get_json()
    assert [one["id"] for one in page["jobs"] + rest["jobs"]] == made[::-1]
    assert rest["next"] == ""


def test_what_one_key_has_sent_is_not_anothers(client: Callable[..., Any]) -> None:
    caller = client(require_keys="yes")
    mine, others, poor = (
        {"Authorization": f"Bearer {caller.services.keys.add(name, scopes)}"}
        for name, scopes in (
            ("mine", ("infer", "store")),
            ("others", ("infer", "store")),
            ("poor", ("infer",)),
        )
    )
    path = begun(caller, PHOTOS[:1], **mine).location
    for method in (caller.http.get, caller.http.delete):
        caller.problem(method(path, headers=others), 404, "not-found")
    assert caller.http.get("/v1/jobs", headers=others).get_json()["jobs"] == []
    assert caller.http.get(path, headers=mine).status_code == 200
    caller.problem(begun(caller, PHOTOS[:1], **poor), 403, "forbidden")
    caller.problem(begun(caller, PHOTOS[:1]), 401, "unauthenticated")
    caller.problem(caller.http.get("/v1/jobs"), 401, "unauthenticated")


def test_the_same_key_makes_one_job_also_after_a_restart(client: Callable[..., Any]) -> None:
    content = (SAMPLES / "page.png").read_bytes()

    def send(caller: Any, key: str, analyses: str = "faces") -> Any:
        return caller.http.post(
            f"{PATH}?analyses={analyses}",
            data=content,
            content_type="image/png",
            headers={"Idempotency-Key": key},
        )

    caller = client()
    first = send(caller, "a")
    again = send(caller, "a")
    assert (again.status_code, again.location) == (202, first.location)
    assert again.headers["Idempotency-Replayed"] == "true"
    restarted = client()  # the same folder, nothing in memory
    assert send(restarted, "a").location == first.location
    assert send(restarted, "b").location != first.location
    other = client()
    other.problem(send(other, "a", "classify"), 422, "idempotency-key-reused")


def test_only_so_many_jobs_run(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = client(running_jobs=2)
    monkeypatch.setattr(caller.services.jobs, "start", lambda: None)
    for _ in range(2):
        assert begun(caller, PHOTOS[:1]).status_code == 202
    record = caller.problem(begun(caller, PHOTOS[:1]), 429, "rate-limited")
    assert record["limit"] == 2


def test_only_so_many_follow_at_once(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = client()
    monkeypatch.setattr(caller.services.jobs, "start", lambda: None)
    path = begun(caller, PHOTOS[:1]).location
    listening = [caller.http.get(path, headers=EVENTS) for _ in range(16)]
    caller.problem(caller.http.get(path, headers=EVENTS), 503, "overloaded")
    listening[0].close()
    caller.http.delete(path)
    assert followed(caller, path)[-1]["event"] == "done"
    for one in listening:
        one.close()


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/v1/jobs?limit=0", {}, 422, "invalid-parameter"),
        ("/v1/jobs?limit=many", {}, 422, "invalid-parameter"),
        ("/v1/jobs?page=2", {}, 422, "invalid-parameter"),
        ("/v1/jobs?after=nothing", {}, 404, "not-found"),
        ("/v1/jobs/nothing", {}, 404, "not-found"),
        ("/v1/jobs/nothing", EVENTS, 404, "not-found"),
        ("/v1/jobs/nothing", {"Accept": "image/png"}, 406, "not-acceptable"),
        ("/v1/jobs/nothing?answers=2", {}, 422, "invalid-parameter"),
    ],
)
def test_what_cannot_be_asked(
    path: str, headers: Any, status: int, code: str, client: Callable[..., Any]
) -> None:
    caller = client()
    caller.problem(caller.http.get(path, headers=headers), status, code)
