from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"


@pytest.mark.parametrize(
    ("task", "accept", "given"),
    [
        ("faces", "*/*", "application/json"),
        ("faces", "image/*", "image/png"),
        ("faces", "image/jpeg, application/json;q=0.5", "image/jpeg"),
        ("segment", "*/*", "image/png"),
        ("segment", "application/json", "application/json"),
        ("background", "text/html,image/avif,image/webp,*/*;q=0.8", "image/webp"),
        ("background", "image/jpeg, image/webp;q=0.5", "image/webp"),  # it is transparent
        ("background", "image/jpeg;q=0.5, */*;q=0.1", "image/png"),
        ("background", "image/jpeg, application/json;q=0.5", "image/jpeg"),
    ],
)
def test_accept_chooses(task: str, accept: str, given: str, client: Callable[..., Any]) -> None:
    assert client().post(f"/v1/{task}", headers={"Accept": accept}).mimetype == given


def test_what_nobody_can_give_is_said_before_anything_is_computed(
    client: Callable[..., Any],
) -> None:
    caller = client()
    before = caller.http.get("/readyz").get_json()
    response = caller.post("/v1/faces", headers={"Accept": "text/html"})
    record = caller.problem(response, 406, "not-acceptable")
    assert "application/json" in record["detail"]
    assert caller.http.get("/readyz").get_json() == before


JPEG = {"Accept": "image/jpeg"}
ON_WHITE = "transparency_on_white"


def half_transparent(folder: Path) -> str:
    """A photo whose left half nobody sees."""
    photo = Image.open(SAMPLES / "astronaut.png").convert("RGB").resize((96, 96))
    photo.putalpha(Image.fromarray(np.repeat(np.uint8([[0, 255]]), 48, 1).repeat(96, 0)))
    photo.save(folder / "half.png")
    return str(folder / "half.png")


@pytest.mark.parametrize(
    ("task", "asked"),
    [
        ("background", {}),
        ("background", {"background": "blur"}),
        ("style", {}),
        ("super-resolution", {"model": "super-resolution-compact", "scale": "2"}),
    ],
)
def test_what_is_transparent_is_on_white_for_who_takes_jpeg_alone_and_that_is_said(
    task: str, asked: dict[str, str], client: Callable[..., Any], tmp_path: Path
) -> None:
    caller, photo = client(), half_transparent(tmp_path)
    answer = caller.post(f"/v1/{task}", photo, **asked, headers=JPEG)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["X-Warnings"] == ON_WHITE
    seen = np.asarray(Image.open(BytesIO(answer.get_data()))).astype(int)
    kept = caller.post(f"/v1/{task}", photo, **asked, headers={"Accept": "image/png"})
    assert "X-Warnings" not in kept.headers
    rgba = Image.open(BytesIO(kept.get_data()))
    assert rgba.mode == "RGBA"
    white = Image.new("RGBA", rgba.size, "white")
    white.alpha_composite(rgba)
    assert abs(seen - np.asarray(white.convert("RGB"))).mean() < 5
    assert (seen[:, :40] > 240).mean() > 0.99


def test_inside_json_it_is_on_white_too_and_said_there(client: Callable[..., Any]) -> None:
    def warned(**asked: str) -> tuple[list[str], str | None]:
        answer = client().post(
            "/v1/background", **asked, headers={"Accept": "application/json"}
        )
        return answer.get_json()["image"]["warnings"], answer.headers.get("X-Warnings")

    assert warned(picture="jpeg") == ([ON_WHITE], ON_WHITE)
    assert warned(picture="webp") == warned() == ([], None)
    assert warned(picture="jpeg", background="white") == ([], None)


def test_the_document_says_what_becomes_of_the_transparency(
    client: Callable[..., Any],
) -> None:
    paths = client().http.get("/v1/openapi.json").get_json()["paths"]
    said = {
        path
        for path, operations in paths.items()
        if ON_WHITE in str(operations.get("post", {}).get("responses"))
    }
    assert {
        f"/v1/{task}" for task in ("background", "style", "super-resolution", "cut")
    } <= said
    assert not {"/v1/faces", "/v1/segment", "/v1/depth"} & said


def test_a_photo_comes_back_without_its_metadata_and_otherwise_as_it_was(
    client: Callable[..., Any],
) -> None:
    caller = client()
    sent = (SAMPLES / "obama.jpg").read_bytes()
    asked = caller.post("/v1/properties", headers={"Accept": "image/jpeg"})
    clean = asked.get_data()
    assert (asked.status_code, asked.mimetype) == (200, "image/jpeg")
    assert b"Canon" in sent
    assert b"Canon" not in clean
    before, after = (np.asarray(Image.open(BytesIO(data))) for data in (sent, clean))
    assert np.array_equal(before, after)
    in_json = caller.post("/v1/properties", picture="jpeg").get_json()["picture"]
    assert base64.b64decode(in_json["base64"]) == clean
    other = caller.post("/v1/properties", headers={"Accept": "image/png"}).get_data()
    assert np.array_equal(np.asarray(Image.open(BytesIO(other))), before)
    assert not Image.open(BytesIO(other)).getexif()
