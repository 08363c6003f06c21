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
        ("background", "image/jpeg, application/json;q=0.5", "application/json"),
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


def test_a_transparent_jpeg_is_refused(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.post("/v1/background", headers={"Accept": "image/jpeg"})
    caller.problem(response, 406, "not-acceptable")
    coloured = caller.post(
        "/v1/background", background="white", headers={"Accept": "image/jpeg"}
    )
    assert coloured.mimetype == "image/jpeg"


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
