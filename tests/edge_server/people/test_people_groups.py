"""Faces of real photos, collected over REST: one group a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

PHOTOS = ("obama.jpg", "biden.jpg", "obama2.jpg", "astronaut.png", "obama3.jpg")


def collected(caller: Any) -> dict[str, str]:
    """The face of each photo by the photo's name."""
    ids = {}
    for name in PHOTOS:
        told = caller.told("POST", "/v1/people/faces", 201, image=Path(name))
        (face,) = told["faces"]
        ids[name.partition(".")[0]] = face["id"]
    return ids


def groups(caller: Any, ids: dict[str, str]) -> set[frozenset[str]]:
    names = {id_: name for name, id_ in ids.items()}
    clusters = caller.told("GET", "/v1/people/clusters")["clusters"]
    return {frozenset(names[face["id"]] for face in one["faces"]) for one in clusters}


def test_real_photos_are_one_group_a_person_and_what_is_said_holds(
    served: Callable[..., Any],
) -> None:
    caller = served()
    ids = collected(caller)
    apart = {frozenset({"biden"}), frozenset({"astronaut"})}
    whole = {frozenset({"obama", "obama2", "obama3"})} | apart
    assert groups(caller, ids) == whole

    path = "/v1/people/decisions"
    split = caller.told("POST", path, 201, kind="split", faces=[ids["obama2"]])
    halves = {frozenset({"obama", "obama3"}), frozenset({"obama2"})}
    assert groups(caller, ids) == halves | apart
    merge = caller.told("POST", path, 201, kind="merge", clusters=[ids["obama2"], ids["biden"]])
    assert frozenset({"obama2", "biden"}) in groups(caller, ids)
    told = caller.told("GET", path)["decisions"]
    assert [one["id"] for one in told] == [merge["id"], split["id"]]
    for said in (merge, split):
        assert caller.send("DELETE", f"{path}/{said['id']}").status_code == 204
    assert groups(caller, ids) == whole

    named = {"name": "Barack Obama", "consent_by": "he", "consent_at": "2026-11-20"}
    image = Path("obama.jpg")
    person = caller.told("POST", "/v1/people/enrolments", 201, image=image, **named)["id"]
    caller.told("POST", path, 201, kind="person", clusters=[ids["obama"]], person=person)
    largest = caller.told("GET", "/v1/people/clusters")["clusters"][0]
    assert largest["person"] == {"id": person, "name": "Barack Obama"}
    photo = largest["faces"][0]["photo"]
    assert caller.told("GET", f"/v1/people/photos/{photo}")["faces"][0] in largest["faces"]
    chip = caller.send("GET", f"/v1/people/faces/{ids['obama']}/chip")
    assert (chip.status_code, chip.mimetype) == (200, "image/png")

    assert caller.send("DELETE", f"/v1/people/{person}").status_code == 204
    left = {name: id_ for name, id_ in ids.items() if not name.startswith("obama")}
    assert groups(caller, left) == apart
    assert caller.told("GET", path)["decisions"] == []


def test_a_photo_that_is_kept_is_looked_at_and_its_face_made_known(
    served: Callable[..., Any],
) -> None:
    caller = served()
    kept = caller.told("POST", "/v1/photos", 201, image=Path("astronaut.png"))["photo"]["id"]
    path = f"/v1/people/photos/{kept}"
    told = caller.told("POST", path, 201)
    assert told == caller.told("GET", path) == caller.told("POST", path, 201)
    (face,) = told["faces"]
    caller.problem("POST", f"/v1/people/photos/{'0' * 32}", "not-found")

    given = {"name": "Eileen Collins", "face": face["id"]}
    caller.problem("POST", "/v1/people/enrolments", "consent-missing", **given)
    given |= {"consent_by": "she", "consent_at": "2026-11-20"}
    both = {"image": Path("astronaut.png"), **given}
    caller.problem("POST", "/v1/people/enrolments", "invalid-parameter", **both)
    assert caller.told("GET", "/v1/people") == {"people": []}
    person = caller.told("POST", "/v1/people/enrolments", 201, **given)["id"]
    (group,) = caller.told("GET", "/v1/people/clusters")["clusters"]
    assert group["person"] == {"id": person, "name": "Eileen Collins"}
    chips = [
        caller.send("GET", f"/v1/people/{one}/chip") for one in (person, f"faces/{face['id']}")
    ]
    assert chips[0].mimetype == "image/png"
    assert chips[0].get_data() == chips[1].get_data()
    found = caller.told("POST", "/v1/people", image=Path("astronaut.png"))["result"]["faces"]
    assert [(one["name"], one["distance"]) for one in found] == [("Eileen Collins", 0)]
    given = {"person": person, "face": face["id"]}
    assert caller.told("POST", "/v1/people/enrolments", 201, **given)["faces"] == 2


def test_faces_go_with_their_photo_or_by_themselves(served: Callable[..., Any]) -> None:
    caller = served()
    told = caller.told("POST", "/v1/people/faces", 201, image=Path("astronaut.png"))
    again = caller.told("POST", "/v1/people/faces", 201, image=Path("astronaut.png"))
    assert again == told
    path = f"/v1/people/photos/{told['photo']}"
    assert caller.send("DELETE", path).status_code == 204
    caller.problem("GET", path, "not-found")
    assert caller.send("GET", f"/v1/photos/{told['photo']}").status_code == 200
    assert caller.told("POST", "/v1/people/faces", 201, image=Path("astronaut.png")) == told
    assert caller.send("DELETE", f"/v1/photos/{told['photo']}").status_code == 204
    assert caller.told("GET", "/v1/people/clusters") == {"clusters": []}
    empty = caller.told("POST", "/v1/people/faces", 201, image=Path("coffee.png"))
    assert empty["faces"] == []
