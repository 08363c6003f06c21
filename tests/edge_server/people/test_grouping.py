"""Groups in the database are those of the faces that are there, whatever happened elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import delete, select

from edge_server.people import grouping
from edge_server.people.collection import Collection
from edge_server.people.deciding import Deciding
from edge_server.people.records import SayParams
from edge_server.people.tables import CollectedFace

Face: TypeAlias = Callable[..., Any]


def chain(owner: Any, face: Face, *places: float) -> list[str]:
    """Faces on a line, each in a photo of its own: their ids."""
    collection = Collection(owner.own)
    return [collection.collect(owner.photo(), [face(at)]).faces[0].id for at in places]


def cluster_of(owner: Any) -> dict[str, str]:
    with owner.own.store.reading() as session:
        rows = session.execute(select(CollectedFace.id, CollectedFace.cluster)).all()
    return {row.id: row.cluster for row in rows}


def test_an_owner_without_faces_is_settled(owner: Any) -> None:
    with owner.own.store.reading() as session:
        assert grouping.is_settled(session, "me")


def test_faces_that_went_elsewhere_are_noticed(owner: Any, face: Face) -> None:
    ids = chain(owner, face, 0.0, 0.4, 0.8)
    before = cluster_of(owner)
    assert len(set(before.values())) == 2
    with owner.own.store.session() as session:
        session.execute(delete(CollectedFace).where(CollectedFace.id == ids[1]))
    with owner.own.store.session() as session:
        assert not grouping.is_settled(session, "me")
        grouping.settle(session, "me")
        assert grouping.is_settled(session, "me")
    assert cluster_of(owner) == {ids[0]: ids[0], ids[2]: ids[2]}


def test_only_what_is_touched_is_computed_again(
    owner: Any, face: Face, monkeypatch: Any
) -> None:
    chain(owner, face, 0.0, 0.4, 9.0)
    asked: list[int] = []
    whole = grouping.groups_around

    def counted(*given: Any) -> dict[str, str]:
        found = whole(*given)
        asked.append(len(found))
        return found

    monkeypatch.setattr(grouping, "groups_around", counted)
    chain(owner, face, 9.2)
    assert asked == [2]


def test_a_face_that_is_removed_takes_what_was_said_of_it_along(owner: Any, face: Face) -> None:
    ids = chain(owner, face, 0.0, 3.0, 6.0)
    said = Deciding(Collection(owner.own)).say(SayParams(kind="merge", clusters=tuple(ids)))
    with owner.own.store.session() as session:
        grouping.remove(session, "me", frozenset({ids[1]}))
    left = Collection(owner.own).decisions().decisions
    assert [one.id for one in left] == [said.id]
    assert set(left[0].faces) == {ids[0], ids[2]}
    assert set(cluster_of(owner).values()) == {min(ids[0], ids[2])}


def test_what_is_near_to_a_person_is_forgotten_with_them(owner: Any, face: Face) -> None:
    ids = chain(owner, face, 0.0, 0.5, 2.0)
    vectors = np.stack([face(0.55).vector, face(5.0).vector])
    with owner.own.store.session() as session:
        grouping.forget(session, "me", "f" * 32, vectors)
    assert set(cluster_of(owner)) == {ids[2]}
