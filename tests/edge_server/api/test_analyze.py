"""Everything at once, on real photos: one answer, events, one picture, and from the store."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from PIL import Image

from edge_server.asgi.bridge import CALLER, Caller
from edge_server.problems import WeightsMissing

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
EVENTS = {"Accept": "text/event-stream"}
LIGHT = ("objects", "classify", "smile", "faces")
NAMED = ",".join(LIGHT)


def events(text: str) -> list[tuple[str, Any]]:
    """Names and data, in order; comments left out."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line[0] != ":")
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("photo", ["obama.jpg", "motorcycle.png"])
def test_each_result_is_that_of_its_own_address(photo: str, client: Callable[..., Any]) -> None:
    caller = client()
    record = caller.post("/v1/analyze", photo, analyses=f"{NAMED},segment").get_json()
    assert list(record["results"]) == [*LIGHT, "segment"]
    assert (record["problems"], record["skipped"], record["warnings"]) == ({}, [], [])
    for name, found in record["results"].items():
        alone = caller.post(
            f"/v1/{name}", photo, headers={"Accept": "application/json"}
        ).get_json()
        assert found["result"] == alone["result"], name
        for field in ("model", "variant", "sha256"):
            assert found[field] == alone[field]
        assert record["image"] == alone["image"]
        assert set(found["ms"]) == {"queued", "run"}


def test_without_names_all_that_is_here_is_made_and_the_rest_is_told(
    client: Callable[..., Any],
) -> None:
    record = client().post("/v1/analyze").get_json()
    assert set(LIGHT) <= set(record["results"])
    assert not {"segment", "landmarks", "depth"} & set(record["results"])
    assert record["problems"] == {}
    for name in record["skipped"]:
        assert name not in record["results"]


def test_what_has_no_weights_is_its_problem_with_the_command(
    client: Callable[..., Any],
) -> None:
    caller = client()
    record = caller.post("/v1/analyze", analyses="depth,faces").get_json()
    assert list(record["results"]) == ["faces"]
    problem = record["problems"]["depth"]
    assert (problem["status"], problem["code"]) == (503, "weights-missing")
    assert "edge-serve weights pull depth-bts" in problem["detail"]
    alone = caller.post("/v1/analyze", analyses="depth")
    told = caller.problem(alone, 503, WeightsMissing.code)
    assert "edge-serve weights pull" in told["detail"]
    assert "Retry-After" in alone.headers


def test_events_come_for_each_analysis_and_then_the_end(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.post(
        "/v1/analyze", analyses=f"{NAMED},depth", picture="webp", headers=EVENTS
    )
    assert response.mimetype == "text/event-stream"
    assert "Content-Length" not in response.headers
    found = events(response.get_data(as_text=True))
    names = [name for name, _ in found]
    assert (names[0], names[-2:]) == ("image", ["picture", "done"])
    assert sorted(names[1:-2]) == ["problem", *["result"] * 4]
    assert found[0][1]["analyses"] == [*LIGHT, "depth"]
    results = {data["name"]: data for name, data in found if name == "result"}
    whole = caller.post("/v1/analyze", analyses=NAMED, keep="false").get_json()
    for name, data in results.items():
        assert data["result"] == whole["results"][name]["result"]
    problem = next(data for name, data in found if name == "problem")
    assert (problem["name"], problem["problem"]["code"]) == ("depth", "weights-missing")
    done = found[-1][1]
    assert (sorted(done["results"]), done["problems"]) == (sorted(LIGHT), ["depth"])
    picture = opened(base64.b64decode(found[-2][1]["base64"]))
    assert (picture.format, picture.size) == ("WEBP", (910, 1137))


@pytest.mark.parametrize("kind", ["png", "webp", "jpeg"])
def test_one_picture_has_everything(kind: str, client: Callable[..., Any]) -> None:
    caller = client()
    drawn = caller.post(
        "/v1/analyze", "astronaut.png", headers={"Accept": f"image/{kind}"}, analyses=NAMED
    )
    assert drawn.mimetype == f"image/{kind}"
    assert opened(drawn.get_data()).size == (512, 512)
    record = caller.post(
        "/v1/analyze", "astronaut.png", picture=kind, analyses=NAMED
    ).get_json()
    assert base64.b64decode(record["picture"]["base64"]) == drawn.get_data()


def test_the_second_time_is_from_the_store_and_takes_no_20_ms(
    client: Callable[..., Any],
) -> None:
    caller = client()
    first = caller.post("/v1/analyze", analyses=NAMED)
    assert "X-Stored" not in first.headers
    took = [1000.0]
    while min(took) >= 20 and len(took) < 100:  # of a busy machine, the best time counts
        began = perf_counter()
        again = caller.post("/v1/analyze", analyses=NAMED)
        took.append(1000 * (perf_counter() - began))
    assert set(again.headers["X-Stored"].split(", ")) == set(LIGHT)
    assert min(took) < 20, median(took)
    record, before = again.get_json(), first.get_json()
    assert "decode" not in record["ms"]
    for name in LIGHT:
        assert record["results"][name] == before["results"][name] | {"stored": True}
    assert record["image"] == before["image"]


def test_a_new_version_of_a_model_is_asked_anew(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = client()
    caller.post("/v1/analyze", analyses="classify,faces")
    analyses = caller.services.analyst.analyses
    old = type(analyses).versions
    monkeypatch.setattr(
        type(analyses),
        "versions",
        lambda self, name: (
            dict(old(self, name) or {}, newer="1") if name == "classify" else old(self, name)
        ),
    )
    record = caller.post("/v1/analyze", analyses="classify,faces").get_json()
    stored = {name: one["stored"] for name, one in record["results"].items()}
    assert stored == {"classify": False, "faces": True}


def test_nothing_is_kept_where_it_is_not_wanted(client: Callable[..., Any]) -> None:
    caller = client()
    for _ in range(2):
        response = caller.post("/v1/analyze", analyses="faces", keep="false")
        assert "X-Stored" not in response.headers
    assert caller.http.get("/v1/photos").get_json()["photos"] == []
    unable = client(store="no")
    assert unable.post("/v1/analyze", analyses="faces").status_code == 200


def test_what_one_key_has_kept_is_not_anothers(client: Callable[..., Any]) -> None:
    caller = client(require_keys="yes")
    keys = [caller.services.keys.add(name, ("infer", "store")) for name in ("one", "other")]
    poor = caller.services.keys.add("poor", ("infer",))

    def stored(key: str) -> bool:
        headers = {"Authorization": f"Bearer {key}"}
        response = caller.post("/v1/analyze", analyses="faces", headers=headers)
        assert response.status_code == 200
        return "X-Stored" in response.headers

    assert [stored(keys[0]), stored(keys[0])] == [False, True]
    assert [stored(keys[1]), stored(keys[1])] == [False, True]
    assert [stored(poor), stored(poor)] == [False, False]
    caller.problem(caller.post("/v1/analyze"), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"analyses": "face"}, 422, "unknown-name"),
        ({"analyses": "style"}, 422, "unknown-name"),
        ({"masks": "gold"}, 422, "invalid-parameter"),
        ({"picture": "gif"}, 422, "invalid-parameter"),
        ({"keep": "perhaps"}, 422, "invalid-parameter"),
        ({"style": "3"}, 422, "invalid-parameter"),
        ({"headers": {"Accept": "audio/ogg"}}, 406, "not-acceptable"),
        ({"headers": {"X-Deadline-Ms": "soon"}}, 422, "invalid-parameter"),
    ],
)
def test_what_cannot_be_asked(
    given: Any, status: int, code: str, client: Callable[..., Any]
) -> None:
    caller = client()
    caller.problem(caller.post("/v1/analyze", **given), status, code)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream", "image/png"])
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "empty-image"),
        (b"hello", 415, "unsupported-image-format"),
        (b"\xff\xd8\xff\xe0" + bytes(80), 422, "image-truncated"),
    ],
)
def test_what_is_no_photo_is_refused_before_the_first_event(
    accept: str, content: bytes, status: int, code: str, client: Callable[..., Any]
) -> None:
    caller = client()
    response = caller.http.post(
        "/v1/analyze", data=content, content_type="image/jpeg", headers={"Accept": accept}
    )
    caller.problem(response, status, code)


def test_there_has_to_be_a_photo(client: Callable[..., Any]) -> None:
    caller = client()
    caller.problem(caller.http.post("/v1/analyze", json={}), 400, "missing-image")


def test_the_place_at_the_gate_is_given_back_once_the_events_have_ended(
    client: Callable[..., Any],
) -> None:
    caller = client(threads=1)  # two places
    gate = caller.services.gates[False]
    response = caller.post("/v1/analyze", analyses="faces", headers=EVENTS)
    assert gate._inside == 1
    assert events(response.get_data(as_text=True))[-1][0] == "done"
    response.close()
    assert gate._inside == 0
    refused = caller.post("/v1/analyze", "SOURCE.md", headers=EVENTS)
    caller.problem(refused, 415, "unsupported-image-format")
    assert gate._inside == 0


def test_one_idempotency_key_is_one_answer_also_in_events(client: Callable[..., Any]) -> None:
    caller = client()
    answers = []
    for _ in range(2):
        with caller.http.post(
            "/v1/analyze?analyses=faces&keep=false",
            data=(SAMPLES / "obama.jpg").read_bytes(),
            content_type="image/jpeg",
            headers=EVENTS | {"Idempotency-Key": "once"},
        ) as response:
            answers.append((response.get_data(), "Idempotency-Replayed" in response.headers))
    assert [replayed for _, replayed in answers] == [False, True]
    assert answers[0][0] == answers[1][0]


def test_who_hangs_up_stops_what_he_asked_for(client: Callable[..., Any]) -> None:
    caller, gone = client(), Caller()
    response = caller.http.post(
        "/v1/analyze?analyses=faces,classify&keep=false",
        data=(SAMPLES / "obama.jpg").read_bytes(),
        content_type="image/jpeg",
        headers=EVENTS,
        environ_overrides={CALLER: gone},
    )
    parts = response.iter_encoded()
    assert b"event: image" in next(parts)
    gone.leave()
    assert b"event: done" not in b"".join(parts)
    response.close()


def test_the_deadline_is_that_of_every_analysis(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.post("/v1/analyze", analyses="faces", headers={"X-Deadline-Ms": "1"})
    caller.problem(response, 504, "deadline-exceeded")
