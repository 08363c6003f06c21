"""What is said of groups holds, contradicts nothing, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from edge_server.people.collection import Collection
from edge_server.people.deciding import Deciding
from edge_server.people.records import Consent, SayParams
from edge_server.people.register import Register
from edge_server.problems import Contradiction, InvalidParameter, NotFound

Face: TypeAlias = Callable[..., Any]


@pytest.fixture
def collected(owner: Any, face: Face) -> tuple[Collection, dict[str, str]]:
    """Three near each other, two far off, one of them in a photo with the first."""
    collection = Collection(owner.own)
    both = collection.collect(owner.photo(), [face(0.0), face(7.0, left=90)]).faces
    ids = {"a": both[0].id, "x": both[1].id}
    for name, place in (("b", 0.1), ("c", 0.2), ("y", 7.1)):
        ids[name] = collection.collect(owner.photo(), [face(place)]).faces[0].id
    return collection, ids


def groups(collection: Collection, ids: dict[str, str]) -> set[str]:
    names = {id_: name for name, id_ in ids.items()}
    return {
        "".join(sorted(names[face.id] for face in cluster.faces))
        for cluster in collection.clusters().clusters
    }


def test_a_split_holds_and_can_be_taken_back(collected: Any) -> None:
    collection, ids = collected
    assert groups(collection, ids) == {"abc", "xy"}
    said = Deciding(collection).say(SayParams(kind="split", faces=(ids["b"],)))
    assert said.kind == "split"
    assert groups(collection, ids) == {"ac", "b", "xy"}
    collection.undo(said.id)
    assert groups(collection, ids) == {"abc", "xy"}
    assert collection.decisions().decisions == ()


def test_a_merge_holds_and_can_be_taken_back(collected: Any) -> None:
    collection, ids = collected
    split = Deciding(collection).say(SayParams(kind="split", faces=(ids["x"],)))
    merge = Deciding(collection).say(SayParams(kind="merge", clusters=(ids["y"], ids["c"])))
    assert groups(collection, ids) == {"abcy", "x"}
    assert [one.id for one in collection.decisions().decisions] == [merge.id, split.id]
    collection.undo(merge.id)
    assert groups(collection, ids) == {"abc", "x", "y"}
    collection.undo(split.id)
    assert groups(collection, ids) == {"abc", "xy"}
    with pytest.raises(NotFound):
        collection.undo(split.id)


def test_a_face_that_comes_later_finds_what_was_said(
    collected: Any, owner: Any, face: Face
) -> None:
    collection, ids = collected
    Deciding(collection).say(SayParams(kind="split", faces=(ids["x"],)))
    Deciding(collection).say(SayParams(kind="merge", clusters=(ids["y"], ids["c"])))
    ids["n"] = collection.collect(owner.photo(), [face(7.12)]).faces[0].id
    assert groups(collection, ids) in ({"abcny", "x"}, {"abcy", "nx"})
    assert groups(collection, ids) == {"abcny", "x"}  # y is nearer than x


def test_two_of_one_photo_cannot_be_merged(collected: Any) -> None:
    collection, ids = collected
    with pytest.raises(Contradiction, match="2 people"):
        Deciding(collection).say(SayParams(kind="merge", clusters=(ids["a"], ids["y"])))
    assert groups(collection, ids) == {"abc", "xy"}
    assert collection.decisions().decisions == ()


def test_all_groups_of_a_person_become_one(collected: Any, owner: Any, face: Face) -> None:
    collection, ids = collected
    ada = Register(owner.own).enrol("Ada", Consent(by="A", at="2026-01-01"), face(0.0))
    ids["z"] = collection.collect(owner.photo(), [face(20.0)]).faces[0].id
    for name in ("b", "z"):
        Deciding(collection).say(SayParams(kind="person", clusters=(ids[name],), person=ada.id))
    assert groups(collection, ids) == {"abcz", "xy"}
    whose = [one.person.name for one in collection.clusters().clusters if one.person]
    assert whose == ["Ada"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (SayParams(), InvalidParameter),
        (SayParams(kind="merge"), InvalidParameter),
        (SayParams(kind="merge", clusters=("a",)), InvalidParameter),
        (SayParams(kind="merge", clusters=("a", "b")), InvalidParameter),
        (SayParams(kind="merge", clusters=("a", "gone")), NotFound),
        (SayParams(kind="split"), InvalidParameter),
        (SayParams(kind="split", faces=("a", "b", "c")), InvalidParameter),
        (SayParams(kind="split", faces=("a", "x")), InvalidParameter),
        (SayParams(kind="split", faces=("gone",)), NotFound),
        (SayParams(kind="person", clusters=("a",)), NotFound),
        (SayParams(kind="person", clusters=("a",), person="gone"), NotFound),
    ],
)
def test_what_cannot_be_said(collected: Any, said: SayParams, error: type) -> None:
    collection, ids = collected

    def real(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(ids.get(name, name) for name in names)

    asked = SayParams(
        kind=said.kind,
        clusters=real(said.clusters),
        faces=real(said.faces),
        person=said.person,
    )
    with pytest.raises(error):
        Deciding(collection).say(asked)
    assert collection.decisions().decisions == ()


def test_a_person_is_said_of_groups(collected: Any, owner: Any, face: Face) -> None:
    collection, _ = collected
    ada = Register(owner.own).enrol("Ada", Consent(by="A", at="2026-01-01"), face(0.0))
    with pytest.raises(InvalidParameter, match="needs clusters"):
        Deciding(collection).say(SayParams(kind="person", person=ada.id))
