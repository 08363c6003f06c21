"""Whom a group shows is enrolled by one of its faces, and the group is theirs, or neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from edge_server.people.collection import Collection
from edge_server.people.naming import Naming
from edge_server.people.records import Consent
from edge_server.people.register import Register
from edge_server.problems import Contradiction, NotFound

Face: TypeAlias = Callable[..., Any]
YES = Consent(by="Ada herself", at="2026-11-20")


@pytest.fixture
def collected(owner: Any, face: Face) -> tuple[Collection, dict[str, str]]:
    """Two near each other, one far off in a photo with the second."""
    collection = Collection(owner.own)
    ids = {"a": collection.collect(owner.photo(), [face(0.0)]).faces[0].id}
    both = collection.collect(owner.photo(), [face(0.1), face(7.0, left=90)]).faces
    return collection, ids | {"b": both[0].id, "x": both[1].id}


def names(collection: Collection) -> dict[str, str]:
    """Of each face the name of its group."""
    return {
        face.id: group.person.name if group.person else ""
        for group in collection.clusters().clusters
        for face in group.faces
    }


def test_the_group_has_the_name_and_the_person_its_face(collected: Any) -> None:
    collection, ids = collected
    ada = Naming(collection).enrol("Ada", YES, ids["a"])
    assert (ada.name, ada.consent, ada.faces) == ("Ada", YES, 1)
    assert names(collection) == {ids["a"]: "Ada", ids["b"]: "Ada", ids["x"]: ""}
    register = Register(collection.own)
    assert register.known(ada.id).vectors[:, 0] == pytest.approx([0.0])
    assert register.chip(ada.id) == collection.chip(ids["a"])
    register.delete(ada.id)
    assert names(collection) == {ids["x"]: ""}


def test_another_face_of_one_who_is_known(collected: Any, owner: Any, face: Face) -> None:
    collection, ids = collected
    far = collection.collect(owner.photo(), [face(2.0)]).faces[0].id
    ada = Naming(collection).enrol("Ada", YES, ids["a"])
    assert Naming(collection).add(ada.id, far).faces == 2
    assert names(collection)[far] == "Ada"
    assert len(collection.clusters().clusters) == 2


def test_where_the_group_cannot_be_theirs_nothing_changes(collected: Any) -> None:
    collection, ids = collected
    ada = Naming(collection).enrol("Ada", YES, ids["a"])
    before = collection.clusters(), collection.decisions()
    with pytest.raises(Contradiction):
        Naming(collection).add(ada.id, ids["x"])  # in one photo with her
    with pytest.raises(NotFound):
        Naming(collection).enrol("Grace", YES, "0" * 32)
    assert (collection.clusters(), collection.decisions()) == before
    register = Register(collection.own)
    assert [(one.name, one.faces) for one in register.people().people] == [("Ada", 1)]


def test_another_owners_face_names_nobody(collected: Any, stranger: Any) -> None:
    _, ids = collected
    theirs = Naming(Collection(stranger.own))
    with pytest.raises(NotFound):
        theirs.enrol("Ada", YES, ids["a"])
    assert Register(stranger.own).people().people == ()


def test_a_name_stays_with_the_last_face(collected: Any) -> None:
    collection, ids = collected
    Naming(collection).enrol("Ada", YES, ids["a"])
    own = collection.own
    photo = next(
        face for face in collection.clusters().clusters[0].faces if face.id == ids["b"]
    )
    own.store.delete(own.owner, photo.photo)
    assert names(collection) == {ids["a"]: "Ada"}
    collection.leave(collection.clusters().clusters[0].faces[0].photo)
    assert (names(collection), collection.decisions().decisions) == ({}, ())
