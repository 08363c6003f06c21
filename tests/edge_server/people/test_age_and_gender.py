"""``/v1/age-and-gender`` switched on, with the real weights, on real photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_server.models.age_and_gender import APPEARANCE

PATH = "/v1/age-and-gender"
# The gender, and what the guess at the age may be: Eileen Collins was about forty, Barack Obama
# about fifty, Joe Biden about seventy.
PHOTOS = {
    "astronaut.png": ("female", 25, 50),
    "obama.jpg": ("male", 35, 60),
    "obama2.jpg": ("male", 35, 60),
    "obama3.jpg": ("male", 35, 60),
    "biden.jpg": ("male", 55, 80),
}


@pytest.fixture
def caller(pulled: Callable[..., Path], served: Callable[..., Any]) -> Any:
    pulled(APPEARANCE)
    return served(age_and_gender="yes")


def test_known_people_are_guessed_within_the_stated_range(caller: Any) -> None:
    for name, (gender, least, most) in PHOTOS.items():
        answer = caller.told("POST", PATH, image=Path(name))
        assert (answer["model"], answer["variant"]) == ("age-and-gender", "faceres")
        (face,) = answer["result"]["faces"]
        assert face["gender"]["label"] == gender, name
        assert 0.7 < face["gender"]["probability"] <= 1, name
        assert least < face["age"] < most, name
        assert 5 < face["age_spread"] < 20, name
        assert face["score"] > 0.95
        assert len(face["points"]) == 5
        left, top, right, bottom = face["box"]
        assert 0 <= left < right <= 480
        assert 0 <= top < bottom <= 480


def test_the_box_is_that_of_the_faces_task(caller: Any) -> None:
    told = {"image": Path("astronaut.png")}
    (guessed,) = caller.told("POST", PATH, **told)["result"]["faces"]
    faces = caller.told("POST", "/v1/faces", model="face-detection-mtcnn", **told)
    (found,) = faces["result"]["faces"]
    assert guessed | found == guessed


def test_two_faces_are_two_guesses_and_nobody_is_none(caller: Any) -> None:
    two = caller.told("POST", PATH, image=Path("two.png"))["result"]["faces"]
    assert [one["gender"]["label"] for one in two] == ["female", "female"]
    for nobody in ("coffee.png", "chelsea.png"):
        answer = caller.told("POST", PATH, image=Path(nobody))
        assert answer["result"] == {"faces": []}


def test_it_is_one_of_all_the_analyses_and_is_not_kept(caller: Any) -> None:
    asked: dict[str, Any] = {"image": Path("biden.jpg"), "analyses": "age-and-gender,faces"}
    for stored in ([], ["faces"]):
        answer = caller.told("POST", "/v1/analyze", **asked)
        (face,) = answer["results"]["age-and-gender"]["result"]["faces"]
        assert face["gender"]["label"] == "male"
        kept = [name for name, one in answer["results"].items() if one["stored"]]
        assert kept == stored


def test_over_the_inference_protocol_it_is_the_same_and_off_it_is_not_there(
    caller: Any, served: Callable[..., Any]
) -> None:
    assert caller.told("GET", "/v2/models/age-and-gender/ready")["ready"] is True
    off = served()
    off.problem("POST", PATH, "task-disabled", image=Path("biden.jpg"))


def test_what_is_no_photo_is_refused(caller: Any) -> None:
    caller.problem("POST", PATH, "bad-base64", image_base64="****")
    caller.problem("POST", PATH, "invalid-parameter", image=Path("biden.jpg"), age="30")
