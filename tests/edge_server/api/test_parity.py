"""``POST /v1/parity`` over the real bundle: what is wrong with a dump, told by the server."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from edge_runtime import Lens
from edge_runtime.doctor.writing import DumpedPhoto, dumped, zipped
from edge_runtime.images import open_photo
from edge_runtime.tracing import Request

PHOTOS = Path(__file__).parents[3] / "mobile_assets" / "golden" / "photos"
PHOTO = "astronaut.png"
ZIP = "application/zip"


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


@pytest.fixture(scope="module")
def dump(lens: Lens) -> Callable[..., dict[str, bytes]]:
    """The files of a right run on a golden photo."""
    known: dict[str, dict[str, bytes]] = {}

    def made(model: str = "portrait-segmentation", *, keep: bool = False) -> dict[str, bytes]:
        key = f"{model} {keep}"
        if key not in known:
            content = (PHOTOS / PHOTO).read_bytes()
            photo = DumpedPhoto(name=PHOTO, content=content, keep=keep)
            known[key] = dumped(lens, model, Request(photo=open_photo(content)), photo)
        return dict(known[key])

    return made


def changed(files: dict[str, bytes], step: str, change: Callable[[Any], Any]) -> bytes:
    """The ZIP file of a run whose step gave something else; nothing after it is kept."""
    head = json.loads(files["dump.json"])
    at = next(i for i, stage in enumerate(head["stages"]) if stage["step"] == step)
    head["stages"] = head["stages"][: at + 1]
    del head["result"]
    values = head["stages"][at]["values"][0]
    array = np.frombuffer(files[values["path"]], values["dtype"]).reshape(values["shape"])
    other = np.ascontiguousarray(change(array.copy()))
    values |= {"sha256": "", "shape": list(other.shape)}
    return zipped(
        files | {"dump.json": json.dumps(head).encode(), values["path"]: other.tobytes()}
    )


def with_head(files: dict[str, bytes], **changes: Any) -> bytes:
    head = json.loads(files["dump.json"]) | changes
    return zipped(files | {"dump.json": json.dumps(head).encode()})


def post(caller: Any, content: bytes, query: str = "", **headers: str) -> Any:
    return caller.http.post(
        f"/v1/parity{query}", data=content, content_type=ZIP, headers=headers
    )


def test_a_healthy_dump(client: Callable[..., Any], dump: Any) -> None:
    response = post(client(), zipped(dump()))
    parity = response.get_json()
    assert response.status_code == 200
    assert (parity["healthy"], parity["first"], parity["findings"]) == (True, None, [])
    assert parity["rerun"].startswith("litert ")
    assert parity["teacher"] is None
    assert {stage["verdict"] for stage in parity["stages"]} == {"agrees"}
    for stage in parity["stages"]:
        assert stage["max_abs"] <= stage["allowed_max"]
    assert set(parity["ms"]) == {"queued", "run", "total"}


def test_a_mistake_is_named_with_what_to_do(client: Callable[..., Any], dump: Any) -> None:
    content = changed(dump(), "resize", lambda pixels: pixels[..., ::-1])
    parity = post(client(), content).get_json()
    assert parity["healthy"] is False
    assert parity["first"]["step"] == "resize"
    assert parity["first"]["max_abs"] > parity["first"]["allowed_max"]
    assert parity["findings"][0]["diagnosis"] == "bgr"
    assert parity["findings"][0]["do"]


def test_nan_of_a_delegate_is_diagnosed(client: Callable[..., Any], dump: Any) -> None:
    content = changed(dump(), "run", lambda array: np.full_like(array, np.nan))
    parity = post(client(), content).get_json()
    assert parity["findings"][0]["diagnosis"] == "not-a-number"
    assert parity["first"]["max_abs"] is None  # JSON has no infinity


def test_a_form_with_the_photo_beside(
    client: Callable[..., Any], dump: Any, tmp_path: Path
) -> None:
    path = tmp_path / "dump.zip"
    path.write_bytes(zipped(dump()))
    other = client().post("/v1/parity", "obama.jpg", dump=path)
    record = client().problem(other, 422, "dump-unusable")
    assert "the photo is not the" in record["detail"]
    photo = (PHOTOS / PHOTO).read_bytes()
    files = {"dump": path.read_bytes(), "image": photo}
    sent = {name: FileStorage(io.BytesIO(of), name) for name, of in files.items()}
    boundary, body = encode_multipart(sent)
    kind = f'multipart/form-data; boundary="{boundary}"'
    response = client().http.post("/v1/parity", data=body, content_type=kind)
    assert response.get_json()["healthy"] is True


def test_another_file_is_a_problem_that_lists_what_is_known(
    client: Callable[..., Any], dump: Any
) -> None:
    caller = client()
    record = caller.problem(
        post(caller, with_head(dump(), sha256="00" * 32)), 422, "unknown-model-file"
    )
    files = caller.services.bundle.entry("portrait-segmentation").files
    listed = " ".join(fault["message"] for fault in record["errors"])
    assert all(file.sha256 in listed for file in files)
    record = caller.problem(
        post(caller, with_head(dump(), model="moods")), 422, "unknown-model-file"
    )
    assert "portrait-segmentation" in record["detail"]
    caller.problem(post(caller, with_head(dump(), sha256="")), 422, "unknown-model-file")


def test_what_is_no_dump_is_refused(client: Callable[..., Any], dump: Any) -> None:
    caller = client()
    caller.problem(caller.http.post("/v1/parity"), 400, "missing-dump")
    caller.problem(caller.post("/v1/parity"), 400, "missing-dump")
    caller.problem(post(caller, b"PK nothing"), 422, "dump-unusable")
    caller.problem(post(caller, zipped(dump()), "?teecher=1"), 422, "invalid-parameter")
    refused = post(caller, zipped(dump()), Accept="image/png")
    caller.problem(refused, 406, "not-acceptable")
    bomb = zipped(dump() | {"bomb.bin": bytes(200 * 2**20)})
    record = caller.problem(post(caller, bomb), 422, "dump-too-large")
    assert record["actual"] > record["limit"]


def test_a_photo_in_the_dump_passes_the_same_door_as_any(
    client: Callable[..., Any], dump: Any
) -> None:
    files = dump(keep=True)
    caller = client()
    assert post(caller, zipped(files)).status_code == 200
    files[f"photo/{PHOTO}"] = b"nonsense"
    caller.problem(post(caller, zipped(files)), 415, "unsupported-image-format")
    small = client(max_pixels=1000)
    small.problem(post(small, zipped(dump(keep=True))), 422, "image-too-large")


def test_a_stage_of_another_program_is_refused(client: Callable[..., Any], dump: Any) -> None:
    caller = client()
    head = json.loads(dump()["dump.json"])
    head["stages"][1]["step"] = "nms"
    record = caller.problem(
        post(caller, with_head(dump(), stages=head["stages"])), 422, "dump-unusable"
    )
    assert "'nms'" in record["detail"]


def test_a_deadline_ends_the_work(client: Callable[..., Any], dump: Any) -> None:
    caller = client()
    content = changed(dump("style-transfer"), "run", lambda a: a[:, ::-1])
    caller.problem(post(caller, content, **{"X-Deadline-Ms": "60"}), 504, "deadline-exceeded")
    assert post(caller, zipped(dump())).status_code == 200


def test_without_the_weights_of_the_teacher_the_rest_is_answered(
    client: Callable[..., Any], dump: Any
) -> None:
    caller = client()
    parity = post(caller, zipped(dump(keep=True)), "?teacher=true").get_json()
    assert parity["healthy"] is True
    assert parity["teacher"]["value"] is None
    assert parity["teacher"]["command"] == "edge-serve weights pull semantic-segmentation"
    parity = post(caller, zipped(dump()), "?teacher=true").get_json()
    assert "send it as image" in parity["teacher"]["says"]
    parity = post(caller, zipped(dump("smile")), "?teacher=true").get_json()
    assert "no heavy model" in parity["teacher"]["says"]


def test_mutated_dumps_are_answered_or_refused(client: Callable[..., Any], dump: Any) -> None:
    """Bytes, numbers and JSON of three models are changed at random: never a bug."""
    rng = np.random.default_rng(7)
    caller = client(requests_per_minute=0)
    seen = set()
    for round_ in range(15):
        files = dump(("smile", "face-detection-short", "image-classification")[round_ % 3])
        response = post(caller, _mutated(files, rng), **{"X-Deadline-Ms": "20000"})
        seen.add(response.status_code)
        assert response.status_code in {200, 422}, response.get_data(as_text=True)
    assert seen == {200, 422}


def _mutated(files: dict[str, bytes], rng: Any) -> bytes:
    head = json.loads(files["dump.json"])
    for stage in head["stages"]:
        for values in stage["values"]:
            values["sha256"] = ""
    stage = head["stages"][rng.integers(len(head["stages"]))]
    values = stage["values"][rng.integers(len(stage["values"]))]
    array = np.frombuffer(files[values["path"]], values["dtype"]).copy()
    how = rng.integers(5)
    if how == 0 and array.dtype.kind == "f":
        array[rng.integers(array.size)] = rng.choice([np.nan, np.inf, 1e30, -1e30])
    elif how == 1:
        array[:] = 0
    elif how == 2:
        values["shape"] = values["shape"][::-1]
    elif how == 3:
        head["stages"].remove(stage)
    else:
        values["dtype"], stage["index"] = "int8", stage["index"] + 1
    files = files | {values["path"]: array.tobytes()}
    return zipped(files | {"dump.json": json.dumps(head).encode()})
