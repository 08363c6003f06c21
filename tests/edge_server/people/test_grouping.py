"""Groups in the database are those of the faces that are there, whatever happened elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from edge_server.people import grouping
from edge_server.people.collection import Collection
from edge_server.people.deciding import Deciding
from edge_server.people.faces import FaceSet
from edge_server.people.records import SayParams
from edge_server.people.rows import vector_of
from edge_server.people.tables import CollectedFace
from edge_server.problems import Contradiction, InvalidParameter

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
    ids = chain(owner, face, 0.0, 0.4, 0.85)
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


def test_a_photo_that_goes_changes_only_what_was_beside_it(
    owner: Any, face: Face, monkeypatch: Any
) -> None:
    photos = [owner.photo() for _ in range(5)]
    collection = Collection(owner.own)
    ids = [
        collection.collect(photo, [face(place)]).faces[0].id
        for photo, place in zip(photos, (0.0, 0.3, 5.0, 5.3, 9.0), strict=True)
    ]
    asked: list[int] = []
    around = grouping.groups_around

    def counted(*given: Any) -> dict[str, str]:
        found = around(*given)
        asked.append(len(found))
        return found

    monkeypatch.setattr(grouping, "groups_around", counted)
    monkeypatch.delattr(grouping, "groups")
    owner.own.store.delete("me", photos[0].id)
    assert [len(one.faces) for one in collection.clusters().clusters] == [2, 1, 1]
    assert asked == [1]
    owner.own.store.delete("me", photos[4].id)
    collection.clusters()
    assert asked == [1]  # nobody was beside it
    assert set(cluster_of(owner)) == set(ids[1:4])


def test_groups_of_another_method_are_computed_anew(
    owner: Any, face: Face, monkeypatch: Any
) -> None:
    ids = chain(owner, face, 0.0, 0.3, 9.0)
    before = cluster_of(owner)
    with owner.own.store.session() as session:
        session.execute(update(CollectedFace).values(cluster=CollectedFace.id))
    assert len(set(cluster_of(owner).values())) == 3
    monkeypatch.setattr(grouping, "METHOD", "another")
    assert len(Collection(owner.own).clusters().clusters) == 2
    assert cluster_of(owner) == before
    assert set(before) == set(ids)


@pytest.mark.parametrize("seed", range(3))
def test_after_whatever_happened_the_groups_are_those_of_all_faces(
    owner: Any, face: Face, seed: int
) -> None:
    """Photos that come, go by themselves or leave their faces, decisions and their undoing:
    the database has the groups of everything anew."""
    draws, collection = np.random.default_rng(seed), Collection(owner.own)
    photos = []
    for _ in range(40):
        what = draws.choice(["collect", "collect", "delete", "leave", "merge", "split", "undo"])
        said = collection.decisions().decisions
        clusters = collection.clusters().clusters
        if what == "collect" or len(clusters) < 3:
            photos.append(owner.photo())
            places = draws.choice([0.0, 1.5, 5.0], 2, replace=False) + draws.normal(0, 0.3, 2)
            collection.collect(photos[-1], [face(places[0], 10), face(places[1], 60)])
        elif what == "delete":
            owner.own.store.delete("me", photos.pop(int(draws.integers(len(photos)))).id)
        elif what == "leave":
            collection.leave(photos.pop(int(draws.integers(len(photos)))).id)
        elif what == "undo" and said:
            collection.undo(said[int(draws.integers(len(said)))].id)
        else:
            few = draws.choice(len(clusters), 2, replace=False)
            faces = tuple(one.id for one in clusters[0].faces[:1])
            merge = SayParams(kind="merge", clusters=tuple(clusters[at].id for at in few))
            with suppress(Contradiction, InvalidParameter):
                split = SayParams(kind="split", faces=faces)
                Deciding(collection).say(merge if what == "merge" else split)
        collection.clusters()
        with owner.own.store.reading() as session:
            rows = session.execute(
                select(CollectedFace.id, CollectedFace.photo_id, CollectedFace.vector)
            ).all()
            rules = [rule for _, rule in grouping.rules_of(session, "me")]
        whole = FaceSet.of((row.id, row.photo_id, vector_of(row.vector)) for row in rows)
        assert cluster_of(owner) == grouping.groups(whole, rules)
