"""``/v1/people`` with the real weights: enrolled, identified, verified, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

OBAMA = Path("obama.jpg")
OTHER = Path("obama3.jpg")
ASTRONAUT = Path("astronaut.png")
NOBODY = Path("coffee.png")
YES = {"consent_by": "The person", "consent_at": "2026-11-20"}
TODAY = datetime.now(UTC).date()


@pytest.fixture
def caller(served: Callable[..., Any]) -> Any:
    return served()


def enrol(caller: Any, name: str, photo: Path) -> str:
    told = caller.told("POST", "/v1/people/enrolments", 201, name=name, image=photo, **YES)
    return str(told["id"])


def test_who_was_enrolled_is_found_in_another_photo_and_others_are_not(caller: Any) -> None:
    unknown = caller.told("POST", "/v1/people", image=OTHER)["result"]
    assert [(one["name"], one["distance"]) for one in unknown["faces"]] == [("unknown", None)]

    person = enrol(caller, "Barack Obama", OBAMA)
    enrol(caller, "Eileen Collins", ASTRONAUT)
    answer = caller.told("POST", "/v1/people", image=OTHER)
    (found,) = answer["result"]["faces"]
    assert (found["person"], found["name"]) == (person, "Barack Obama")
    assert found["distance"] == pytest.approx(0.340, abs=0.01)
    # in the whole photo, of 1434 pixels, [634, 249, 914, 612]
    assert found["box"] == pytest.approx([130, 51, 188, 126], abs=4)
    assert answer["model"] == "face-recognition"

    (stranger,) = caller.told("POST", "/v1/people", image=Path("biden.jpg"))["result"]["faces"]
    assert (stranger["person"], stranger["name"]) == (None, "unknown")
    assert stranger["distance"] > 0.7
    assert caller.told("POST", "/v1/people", image=NOBODY)["result"]["faces"] == []


def test_two_photos_are_verified_and_a_photo_against_a_person(caller: Any) -> None:
    path = "/v1/people/verify"
    same = caller.told("POST", path, image=OBAMA, other=OTHER)
    assert same["same"]
    assert same["distance"] == pytest.approx(0.340, abs=0.01)
    assert same["threshold"] == 0.6
    other = caller.told("POST", path, image=OBAMA, other=ASTRONAUT)
    assert not other["same"]
    assert other["distance"] == pytest.approx(0.870, abs=0.01)
    person = enrol(caller, "Eileen Collins", ASTRONAUT)
    assert caller.told("POST", path, image=ASTRONAUT, person=person)["distance"] == 0
    assert not caller.told("POST", path, image=OBAMA, person=person)["same"]
    for given in ({}, {"other": OTHER, "person": person}):
        caller.problem("POST", path, "invalid-parameter", image=OBAMA, **given)
    caller.problem("POST", path, "no-face", image=OBAMA, other=NOBODY)
    caller.problem("POST", path, "missing-image", other=OTHER)


def test_a_person_is_seen_renamed_and_deleted(caller: Any) -> None:
    person = enrol(caller, "B. Obama", OBAMA)
    more = caller.told("POST", "/v1/people/enrolments", 201, person=person, image=OTHER)
    assert (more["id"], more["faces"]) == (person, 2)
    assert more["consent"] == {"by": "The person", "at": "2026-11-20", "note": ""}
    one = f"/v1/people/{person}"
    assert caller.told("PATCH", one, name="Barack Obama")["name"] == "Barack Obama"
    assert caller.told("GET", "/v1/people")["people"] == [caller.told("GET", one)]
    assert caller.send("DELETE", one).status_code == 204
    assert caller.told("GET", "/v1/people") == {"people": []}
    for method in ("GET", "DELETE"):
        caller.problem(method, one, "not-found")
    (face,) = caller.told("POST", "/v1/people", image=OBAMA)["result"]["faces"]
    assert face["person"] is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "invalid-parameter"),
        ({"name": "Ada"}, "consent-missing"),
        ({"name": "Ada", "consent_by": "Ada"}, "consent-missing"),
        ({"name": "Ada", "consent_at": "2026-11-20"}, "consent-missing"),
        ({"name": "Ada", **YES, "consent_by": " "}, "invalid-parameter"),
        ({"name": "\n", **YES}, "invalid-parameter"),
        ({"name": "A" * 201, **YES}, "invalid-parameter"),
        ({"name": "Ada", **YES, "consent_at": "yesterday"}, "invalid-parameter"),
        ({"name": "Ada", **YES, "consent_at": "2026-02-30"}, "invalid-parameter"),
        (
            {"name": "Ada", **YES, "consent_at": str(TODAY + timedelta(days=3))},
            "invalid-parameter",
        ),
        ({"person": "0" * 32}, "not-found"),
        ({"person": "nobody"}, "invalid-parameter"),
        ({"person": "0" * 32, "name": "Ada"}, "invalid-parameter"),
        ({"nickname": "Ada"}, "invalid-parameter"),
    ],
)
def test_nobody_is_enrolled_who_did_not_agree(
    caller: Any, given: dict[str, str], code: str
) -> None:
    caller.problem("POST", "/v1/people/enrolments", code, image=OBAMA, **given)
    assert caller.told("GET", "/v1/people") == {"people": []}


def test_a_photo_of_one_face_is_wanted(caller: Any) -> None:
    path, named = "/v1/people/enrolments", {"name": "Ada", **YES}
    caller.problem("POST", path, "no-face", image=NOBODY, **named)
    caller.problem("POST", path, "missing-image", **named)
    problem = caller.problem("POST", path, "several-faces", image=Path("two.png"), **named)
    assert (problem["limit"], problem["actual"]) == (1, 2)
    assert caller.told("GET", "/v1/people") == {"people": []}


def test_a_picture_has_the_names(caller: Any) -> None:
    drawn = []
    for _ in range(2):
        png = {"Accept": "image/png"}
        answer = caller.send("POST", "/v1/people", image=ASTRONAUT, headers=png)
        drawn.append(Image.open(BytesIO(answer.get_data())).convert("RGB"))
        enrol(caller, "Eileen Collins", ASTRONAUT)
    assert drawn[0].size == drawn[1].size == (480, 480)
    assert drawn[0].tobytes() != drawn[1].tobytes()  # "unknown" became a name


QUESTIONS = (
    ("GET", "/v1/people"),
    ("POST", "/v1/people"),
    ("POST", "/v1/people/enrolments"),
    ("POST", "/v1/people/verify"),
    ("GET", f"/v1/people/{'0' * 32}"),
    ("PATCH", f"/v1/people/{'0' * 32}"),
    ("DELETE", f"/v1/people/{'0' * 32}"),
    ("GET", f"/v1/people/{'0' * 32}/chip"),
    ("POST", "/v1/people/faces"),
    ("GET", f"/v1/people/faces/{'0' * 32}/chip"),
    ("GET", f"/v1/people/photos/{'0' * 32}"),
    ("POST", f"/v1/people/photos/{'0' * 32}"),
    ("DELETE", f"/v1/people/photos/{'0' * 32}"),
    ("GET", "/v1/people/clusters"),
    ("GET", "/v1/people/decisions"),
    ("POST", "/v1/people/decisions"),
    ("DELETE", f"/v1/people/decisions/{'0' * 32}"),
)


@pytest.mark.parametrize(("method", "path"), QUESTIONS)
def test_no_key_no_answer(served: Callable[..., Any], method: str, path: str) -> None:
    given = {"require_keys": "yes"}
    served(**given).problem(method, path, "unauthenticated", image=OBAMA)
    served("infer", **given).problem(method, path, "forbidden", image=OBAMA)


def test_every_address_of_people_was_asked_without_a_key(caller: Any) -> None:
    asked = {(method, path.replace("0" * 32, "ID")) for method, path in QUESTIONS}
    rules = caller.http.application.url_map.iter_rules()
    there = {
        (method, "/".join("ID" if part.startswith("<") else part for part in parts))
        for rule in rules
        if (parts := rule.rule.split("/"))[:3] == ["", "v1", "people"]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == asked


def test_what_one_key_enrols_another_does_not_know(served: Callable[..., Any]) -> None:
    mine, theirs = (
        served("infer", "store", require_keys="yes"),
        served("infer", "store", require_keys="yes"),
    )
    person = enrol(mine, "Barack Obama", OBAMA)
    assert theirs.told("GET", "/v1/people") == {"people": []}
    theirs.problem("GET", f"/v1/people/{person}", "not-found")
    theirs.problem("DELETE", f"/v1/people/{person}", "not-found")
    (face,) = theirs.told("POST", "/v1/people", image=OTHER)["result"]["faces"]
    assert (face["person"], face["distance"]) == (None, None)
    assert mine.told("GET", f"/v1/people/{person}")["name"] == "Barack Obama"


def test_who_is_there_is_a_part_of_everything_at_once(served: Callable[..., Any]) -> None:
    given = {"require_keys": "yes"}
    mine, theirs, infer = (
        served("infer", "store", **given),
        served("infer", "store", **given),
        served("infer", **given),
    )
    enrol(mine, "Barack Obama", OBAMA)
    for caller, name in ((mine, "Barack Obama"), (theirs, "unknown"), (mine, "Barack Obama")):
        told = caller.told("POST", "/v1/analyze", image=OTHER, analyses="people")
        (found,) = told["results"]["people"]["result"]["faces"]
        assert found["name"] == name
    told = infer.told("POST", "/v1/analyze", image=OTHER, analyses="people,faces")
    assert set(told["results"]) == {"faces"}
    assert told["problems"]["people"]["code"] == "forbidden"


def test_a_server_that_keeps_nothing_knows_nobody(served: Callable[..., Any]) -> None:
    caller = served(store="no")
    caller.problem("GET", "/v1/people", "store-disabled")
    caller.problem("POST", "/v1/people", "forbidden", image=OBAMA)
    caller.problem("POST", "/v1/people/faces", "store-disabled", image=OBAMA)


def test_the_same_attempt_enrols_once(caller: Any) -> None:
    key = {"Idempotency-Key": "one-attempt", "Content-Type": "image/png"}
    said = "name=E.+Collins&consent_by=she&consent_at=2026-11-20"
    content = (_samples() / ASTRONAUT).read_bytes()
    answers = [
        caller.http.post(f"/v1/people/enrolments?{said}", data=content, headers=key)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_data() == answers[1].get_data()
    assert len(caller.told("GET", "/v1/people")["people"]) == 1


def _samples() -> Path:
    return Path(__file__).parents[3] / "calibration" / "data" / "samples"
