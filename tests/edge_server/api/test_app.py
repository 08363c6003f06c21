"""Every task on real photos, in every form, by the same bundle that the phone has."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime import Lens
from edge_runtime.transparency import fit_to_write
from edge_runtime.wire import result_record

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
LIGHT = (
    *("segment", "background", "filter", "faces", "landmarks", "smile"),
    *("classify", "objects", "style"),
)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("task", LIGHT)
def test_a_task_answers_as_json_and_as_picture(task: str, client: Callable[..., Any]) -> None:
    caller = client()
    record = caller.post(f"/v1/{task}", headers={"Accept": "application/json"}).get_json()
    assert record["task"] == task
    assert len(record["sha256"]) == 64
    assert record["image"]["size"] == [910, 1137]
    assert set(record["ms"]) == {"queued", "run", "total"}
    response = caller.post(f"/v1/{task}", headers={"Accept": "image/webp"})
    assert response.mimetype == "image/webp"
    assert list(opened(response.get_data()).size) == record["image"]["size"]
    assert record["sha256"] in response.headers["X-Model"]


@pytest.mark.parametrize(
    ("task", "ask"),
    [
        ("faces", lambda lens, photo: lens.faces(photo)),
        ("smile", lambda lens, photo: lens.smile(photo)),
        ("classify", lambda lens, photo: lens.classify(photo)),
        ("objects", lambda lens, photo: lens.detect(photo)),
    ],
)
@pytest.mark.parametrize("photo", ["obama.jpg", "motorcycle.png"])
def test_the_servers_answer_is_edge_runtimes(
    task: str, ask: Any, photo: str, client: Callable[..., Any]
) -> None:
    record = client().post(f"/v1/{task}", photo).get_json()
    expected = result_record(ask(Lens(), SAMPLES / photo).value)
    assert record["result"] == json.loads(json.dumps(expected))


def test_the_same_photo_by_every_way_has_the_same_answer(client: Callable[..., Any]) -> None:
    caller = client()
    content = (SAMPLES / "obama.jpg").read_bytes()
    text = base64.b64encode(content).decode()
    ways = [
        caller.post("/v1/faces"),
        caller.http.post("/v1/faces", data=content, content_type="image/jpeg"),
        caller.http.post("/v1/faces", json={"image_base64": text}),
        caller.http.post("/v1/faces", json={"image_base64": f"data:image/jpeg;base64,{text}"}),
        caller.http.post("/v1/faces", data={"image_base64": text}),
    ]
    results = [response.get_json()["result"] for response in ways]
    assert [result == results[0] for result in results] == [True] * len(ways)
    assert results[0]["faces"]


def test_a_picture_comes_inside_the_json_too(client: Callable[..., Any]) -> None:
    record = client().post("/v1/faces", picture="png").get_json()
    assert record["picture"]["type"] == "image/png"
    assert opened(base64.b64decode(record["picture"]["base64"])).size == (910, 1137)


def test_another_model_of_the_task_may_be_named(client: Callable[..., Any]) -> None:
    record = client().post("/v1/faces", model="face-detection-full").get_json()
    assert record["model"] == "face-detection-full"


def test_a_background_may_be_a_picture(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.post("/v1/background", background_image=SAMPLES / "coffee.png")
    cut = np.asarray(opened(caller.post("/v1/background").get_data()))
    swapped = np.asarray(opened(response.get_data()))
    assert (cut.shape[2], swapped.shape[2]) == (4, 3)
    empty = cut[..., 3] == 0
    assert empty.mean() > 0.2
    before = np.asarray(opened((SAMPLES / "obama.jpg").read_bytes()))
    assert (swapped[empty] != before[empty]).mean() > 0.5


def test_a_style_may_be_a_picture(client: Callable[..., Any]) -> None:
    style = SAMPLES / "flower.jpg"
    response = client().post("/v1/style", style_image=style, strength="0.8")
    assert response.headers["X-Model"].startswith("style-transfer-any;")


def test_a_background_never_reads_a_file_of_the_server(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.post("/v1/background", background=str(SAMPLES / "coffee.png"))
    caller.problem(response, 422, "unknown-name")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("POST", "/v1/nothing", 404, "not-found"),
        ("POST", "/v1/../../etc/passwd", 404, "not-found"),
        ("GET", "/v1/faces", 405, "method-not-allowed"),
        ("POST", "/v1/faces/", 404, "not-found"),
        ("POST", "/v1/models", 405, "method-not-allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    method: str, path: str, status: int, code: str, client: Callable[..., Any]
) -> None:
    caller = client()
    response = caller.http.open(path, method=method)
    caller.problem(response, status, code)
    assert (status == 405) == ("Allow" in response.headers)


@pytest.mark.parametrize(
    ("path", "given", "status", "code", "pointer"),
    [
        ("/v1/faces", {"model": "smile"}, 422, "invalid-parameter", None),
        ("/v1/faces", {"checkpoint": "x"}, 422, "invalid-parameter", None),
        ("/v1/faces", {"modle": "smile"}, 422, "invalid-parameter", "/modle"),
        ("/v1/faces", {"masks": "svg"}, 422, "invalid-parameter", "/masks"),
        ("/v1/style", {"strength": "2"}, 422, "invalid-parameter", "/strength"),
        ("/v1/style", {"strength": "nan"}, 422, "invalid-parameter", "/strength"),
        ("/v1/style", {"style": "3:x"}, 422, "invalid-parameter", None),
        ("/v1/style", {"style": "26"}, 422, "unknown-name", None),
        ("/v1/background", {"background": "sunny,nonsense"}, 422, "unknown-name", None),
        (
            "/v1/faces",
            {"allow_truncated": "maybe"},
            422,
            "invalid-parameter",
            "/allow_truncated",
        ),
        ("/v1/faces", {"image_url": "http://a"}, 400, "ambiguous-source", None),
    ],
)
def test_what_cannot_be_done_is_said(
    path: str,
    given: dict[str, str],
    status: int,
    code: str,
    pointer: str | None,
    client: Callable[..., Any],
) -> None:
    caller = client()
    record = caller.problem(caller.post(path, **given), status, code)
    assert (record["errors"][0]["pointer"] if pointer else None) == pointer


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing-image"),
        ({"image_base64": None}, "missing-image"),
        ({"image_base64": 5}, "bad-base64"),
        ({"image_base64": "****"}, "bad-base64"),
        ({"image_base64": "aa", "image_url": "http://a"}, "ambiguous-source"),
    ],
)
def test_json_without_an_image(
    body: dict[str, Any], code: str, client: Callable[..., Any]
) -> None:
    caller = client()
    caller.problem(caller.http.post("/v1/faces", json=body), 400, code)


def test_heavy_models_without_weights_say_what_to_run(client: Callable[..., Any]) -> None:
    caller = client()
    others = [task for task in caller.services.tasks if task.name != "cut" and not task.off]
    heavy = [task for task in others if task.heavy]
    assert heavy
    for task in heavy:
        record = caller.problem(caller.post(f"/v1/{task.name}"), 503, "weights-missing")
        # Of people the faces are looked for first, by another model.
        needed = {"people": "face-detection-mtcnn"}.get(task.name, task.models[0])
        assert f"edge-serve weights pull {needed}" in record["detail"]
        hint = "model=super-resolution-compact is at hand"
        assert (hint in record["detail"]) == (task.name == "super-resolution")


def small(path: Path, mode: str = "RGB", width: int = 150) -> Path:
    """A part of a sample that takes two windows; with ``RGBA`` half of it transparent."""
    with Image.open(SAMPLES / "astronaut.png") as image:
        part = image.convert(mode).crop((170, 60, 170 + width, 150))
    if mode == "RGBA":
        part.paste((200, 30, 30, 0), (0, 0, width // 2, 90))
    part.save(path)
    return path


@pytest.mark.parametrize(("mode", "scale"), [("RGB", 4), ("RGBA", 2)])
def test_the_phones_network_enlarges_as_edge_runtime_does(
    mode: str, scale: int, client: Callable[..., Any], tmp_path: Path
) -> None:
    path = small(tmp_path / "small.png", mode)
    asked = {"model": "super-resolution-compact", "scale": str(scale)}
    response = client().post("/v1/super-resolution", path, **asked)
    lens = Lens()
    np.testing.assert_array_equal(
        np.asarray(opened(response.get_data())),
        fit_to_write(lens.super_resolution(path, scale).value.pixels),
    )
    shipped = lens.bundle.file(lens.bundle.entry("super-resolution-compact"))[0]
    origin = f"super-resolution-compact; variant={shipped.variant}; sha256={shipped.sha256}"
    assert response.headers["X-Model"] == origin
    json_record = client().post(
        "/v1/super-resolution", path, headers={"Accept": "application/json"}, **asked
    )
    record = json_record.get_json()
    assert (record["model"], record["device"]) == ("super-resolution-compact", "cpu")


def test_what_the_phones_network_is_not_asked(
    client: Callable[..., Any], tmp_path: Path
) -> None:
    caller, path = client(), small(tmp_path / "small.png")
    asked = {"model": "super-resolution-compact"}
    response = caller.post("/v1/super-resolution", path, checkpoint="x4plus", **asked)
    assert "has no checkpoints" in caller.problem(response, 422, "invalid-parameter")["detail"]
    Image.new("1", (3000, 3000)).save(path)
    response = caller.post("/v1/super-resolution", path, **asked)
    caller.problem(response, 422, "output-too-large")
    small(path, width=342)
    caller.services.engine.warm([asked["model"]])  # who waits for a load is told that
    hurry = {"X-Deadline-Ms": "150"}
    response = caller.post("/v1/super-resolution", path, headers=hurry, **asked)
    caller.problem(response, 504, "deadline-exceeded")


def test_a_deadline_that_has_passed_costs_nothing(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.post("/v1/landmarks", headers={"X-Deadline-Ms": "1"})
    caller.problem(response, 504, "deadline-exceeded")
    wrong = caller.post("/v1/landmarks", headers={"X-Deadline-Ms": "soon"})
    caller.problem(wrong, 422, "invalid-parameter")


def test_a_bug_says_nothing_of_the_house(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = client()
    monkeypatch.setattr("edge_server.api.app.chosen", lambda *_: 1 / 0)
    record = caller.problem(caller.post("/v1/faces"), 500, "internal-error")
    assert "division" not in json.dumps(record)


def test_no_memory_is_no_bug(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = client()
    monkeypatch.setattr("edge_server.api.app.chosen", lambda *_: bytes(2**62))
    response = caller.post("/v1/faces")
    caller.problem(response, 503, "memory")
    assert int(response.headers["Retry-After"]) > 0


def test_a_request_has_a_name(client: Callable[..., Any]) -> None:
    caller = client()
    mine = caller.http.get("/healthz", headers={"X-Request-Id": "my-request-1"})
    assert mine.headers["X-Request-Id"] == "my-request-1"
    other = caller.http.get("/healthz", headers={"X-Request-Id": "a b;\tc"})
    assert other.headers["X-Request-Id"] != "a b;\tc"


def test_objects_are_cut_out_by_name_without_heavy_weights(client: Callable[..., Any]) -> None:
    caller = client()
    record = caller.post(
        "/v1/cut", "motorcycle.png", objects="motorbike", headers={"Accept": "application/json"}
    ).get_json()
    assert record["result"]["found"] == ["motorcycle"]
    assert record["result"]["method"] == "detector+segmenter+grabcut"
    pixels = np.asarray(
        opened(caller.post("/v1/cut", "motorcycle.png", objects="motorbike").get_data())
    )
    assert pixels.shape[2] == 4
    assert 0.05 < (pixels[..., 3] > 127).mean() < 0.7
    nothing = caller.post("/v1/cut", "motorcycle.png", objects="cat")
    assert not np.asarray(opened(nothing.get_data()))[..., 3].any()


def test_a_name_nobody_knows_lists_the_known(client: Callable[..., Any]) -> None:
    caller = client()
    record = caller.problem(caller.post("/v1/cut", objects="unicorn"), 422, "unknown-name")
    assert "person" in record["detail"]
    caller.problem(caller.post("/v1/cut"), 422, "invalid-parameter")
