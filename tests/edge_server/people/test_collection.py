"""Faces of photos that are kept, as groups in the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import event

from edge_server.people.collection import Collection, face_id
from edge_server.people.deciding import Deciding
from edge_server.people.records import Consent, SayParams
from edge_server.people.register import Register
from edge_server.people.rows import vector_bytes
from edge_server.problems import NotFound
from edge_server.settings import Settings
from edge_server.store.removing import forget
from edge_server.store.store import open_store
from edge_server.tasks.task import Own

Face: TypeAlias = Callable[..., Any]


def shape_of(collection: Collection) -> set[frozenset[str]]:
    clusters = collection.clusters().clusters
    assert all(cluster.id == min(face.id for face in cluster.faces) for cluster in clusters)
    return {frozenset(face.id for face in cluster.faces) for cluster in clusters}


def test_faces_are_told_from_left_to_right_and_grouped(owner: Any, face: Face) -> None:
    collection = Collection(owner.own)
    photo = owner.photo()
    first = collection.collect(photo, [face(5.0, left=90), face(1.0, left=10)])
    assert [one.box[0] for one in first.faces] == [10, 90]
    assert [one.photo for one in first.faces] == [photo.id] * 2
    second = collection.collect(owner.photo(), [face(1.1)]).faces[0]
    assert shape_of(collection) == {
        frozenset({first.faces[0].id, second.id}),
        frozenset({first.faces[1].id}),
    }
    assert collection.of_photo(photo.id).faces[0].cluster == second.cluster


def test_a_photo_is_collected_once(owner: Any, face: Face) -> None:
    collection, photo = Collection(owner.own), owner.photo()
    first = collection.collect(photo, [face(1.0)])
    assert collection.collect(photo, [face(1.0)]) == first
    assert len(shape_of(collection)) == 1


def test_the_database_has_the_same_groups_whatever_the_order(
    owner: Any, tmp_path: Path, face: Face
) -> None:
    """The same photos into a second server, backwards: the same groups, called the same."""
    places = [0.0, 0.3, 0.55, 0.9, 1.2, 1.5, 1.7, 4.0, 4.5, 5.0]
    photos = [[face(place), face(place + 0.35, left=99)] for place in places]
    other = open_store(Settings(data=str(tmp_path / "other")))
    assert other is not None
    again = replace(owner, own=Own(owner="me", store=other))
    told = []
    for someone, order in ((owner, range(10)), (again, [3, 9, 1, 0, 8, 2, 7, 4, 6, 5])):
        collection = Collection(someone.own)
        for number in order:
            collection.collect(someone.photo(number), photos[number])
        told.append(shape_of(collection))
    other.close()
    assert told[0] == told[1]
    assert 3 < len(told[0]) < 20


def test_ids_are_those_of_the_bytes(owner: Any, face: Face) -> None:
    photo = owner.photo()
    found = Collection(owner.own).collect(photo, [face(1.0)]).faces[0]
    assert found.id == face_id("me", photo.sha256, 0)


def test_faces_go_with_their_photo(owner: Any, face: Face) -> None:
    collection = Collection(owner.own)
    photos = [owner.photo() for _ in range(3)]
    ids = [
        collection.collect(photo, [face(0.5 * number)]).faces[0].id
        for number, photo in enumerate(photos)
    ]
    Deciding(collection).say(SayParams(kind="merge", clusters=(ids[0], ids[2])))
    assert shape_of(collection) == {frozenset(ids)}
    owner.own.store.delete("me", photos[1].id)
    assert shape_of(collection) == {frozenset({ids[0], ids[2]})}
    owner.own.store.delete("me", photos[2].id)
    assert shape_of(collection) == {frozenset({ids[0]})}
    assert collection.decisions().decisions == ()


def test_a_photo_that_is_deleted_leaves_no_byte_of_its_faces(owner: Any, face: Face) -> None:
    photos = [owner.photo() for _ in range(2)]
    traces = []
    for photo, place in zip(photos, (1.2345, 1.3456), strict=True):
        Collection(owner.own).collect(photo, [face(place)])
        traces.append(vector_bytes(face(place).vector)[:4])
    assert all(trace in owner.bytes_on_disk() for trace in traces)
    owner.own.store.delete("me", photos[0].id)
    assert [trace in owner.bytes_on_disk() for trace in traces] == [False, True]
    owner.own.store.expire(owner.own.store.clock() + 1)
    assert [trace in owner.bytes_on_disk() for trace in traces] == [False, False]


def test_faces_can_be_left_out_while_the_photo_stays(owner: Any, face: Face) -> None:
    collection = Collection(owner.own)
    photo, other = owner.photo(), owner.photo()
    collection.collect(photo, [face(1.0)])
    kept = collection.collect(other, [face(1.0)]).faces[0]
    collection.leave(photo.id)
    assert shape_of(collection) == {frozenset({kept.id})}
    assert owner.own.store.photo("me", photo.id) == photo
    for ask in (collection.leave, collection.of_photo):
        with pytest.raises(NotFound):
            ask(photo.id)


def test_a_chip_can_be_looked_at(owner: Any, face: Face) -> None:
    collection = Collection(owner.own)
    found = collection.collect(owner.photo(), [face(1.0)]).faces[0]
    assert collection.chip(found.id).startswith(b"\x89PNG")
    with pytest.raises(NotFound):
        collection.chip("0" * 32)


def test_another_owner_sees_nothing(owner: Any, stranger: Any, face: Face) -> None:
    collection, theirs = Collection(owner.own), Collection(stranger.own)
    photo = owner.photo()
    found = collection.collect(photo, [face(1.0)]).faces[0]
    ada = Register(owner.own).enrol("Ada", Consent(by="A", at="2026-01-01"), face(1.0))
    said = Deciding(collection).say(
        SayParams(kind="person", clusters=(found.id,), person=ada.id)
    )
    assert theirs.clusters().clusters == ()
    assert theirs.decisions().decisions == ()
    asks: list[Callable[[], object]] = [
        lambda: theirs.of_photo(photo.id),
        lambda: theirs.leave(photo.id),
        lambda: theirs.chip(found.id),
        lambda: theirs.undo(said.id),
        lambda: Deciding(theirs).say(SayParams(kind="merge", clusters=(found.id,))),
        lambda: Deciding(theirs).say(SayParams(kind="split", faces=(found.id,))),
    ]
    for ask in asks:
        with pytest.raises(NotFound):
            ask()
    assert collection.decisions().decisions == (said,)


def test_a_group_is_called_by_the_person_that_was_said_of_most_of_it(
    owner: Any, face: Face
) -> None:
    collection, register = Collection(owner.own), Register(owner.own)
    ids = [
        collection.collect(owner.photo(), [face(place)]).faces[0].id
        for place in (0.0, 0.1, 0.2, 9.0)
    ]
    ada = register.enrol("Ada", Consent(by="A", at="2026-01-01"), face(0.0))
    Deciding(collection).say(SayParams(kind="person", clusters=(ids[0],), person=ada.id))
    largest, other = collection.clusters().clusters
    assert largest.person is not None
    assert (largest.person.id, largest.person.name) == (ada.id, "Ada")
    assert other.person is None
    Deciding(collection).say(SayParams(kind="split", faces=(ids[2],)))
    whose = {len(one.faces): one.person for one in collection.clusters().clusters}
    assert whose[2] is not None
    assert whose[1] is None


def test_photos_that_come_at_the_same_time_are_all_grouped(owner: Any, face: Face) -> None:
    collection = Collection(owner.own)
    photos = [owner.photo() for _ in range(12)]
    with ThreadPoolExecutor(4) as threads:
        done = threads.map(lambda photo: collection.collect(photo, [face(1.0)]), photos)
        ids = {found.faces[0].id for found in done}
    assert shape_of(collection) == {frozenset(ids)}
    assert len(ids) == 12


def test_an_owner_who_is_forgotten_leaves_no_face(
    owner: Any, stranger: Any, face: Face
) -> None:
    Collection(owner.own).collect(owner.photo(), [face(1.2345)])
    theirs = Collection(stranger.own).collect(stranger.photo(), [face(2.0)]).faces[0]
    Register(owner.own).enrol("Ada", Consent(by="A", at="2026-01-01"), face(1.3456))
    traces = [vector_bytes(face(place).vector)[:4] for place in (1.2345, 1.3456)]
    assert all(trace in owner.bytes_on_disk() for trace in traces)
    forget(owner.own.store, "me")
    assert not any(trace in owner.bytes_on_disk() for trace in traces)
    assert Collection(owner.own).clusters().clusters == ()
    assert shape_of(Collection(stranger.own)) == {frozenset({theirs.id})}


def test_groups_are_told_without_reading_pictures(owner: Any, face: Face) -> None:
    collection = Collection(owner.own)
    for place in (0.0, 0.1, 5.0):
        collection.collect(owner.photo(), [face(place)])
    asked: list[str] = []
    engine = owner.own.store.database._opened().engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert len(collection.clusters().clusters) == 2
    assert asked
    assert not any("chip" in one or "vector" in one for one in asked)


def test_a_photo_that_is_deleted_while_faces_are_looked_for_is_not_found(
    owner: Any, face: Face
) -> None:
    photo = owner.photo()
    owner.own.store.delete(owner.own.owner, photo.id)
    collection = Collection(owner.own)
    with pytest.raises(NotFound, match="deleted"):
        collection.collect(photo, [face(0.0)])
    assert collection.clusters().clusters == ()
