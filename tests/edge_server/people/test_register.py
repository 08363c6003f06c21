"""People are enrolled, found, renamed, and forgotten to the last byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from sqlalchemy import event, text

from edge_server.people.collection import Collection
from edge_server.people.deciding import Deciding
from edge_server.people.records import Consent, SayParams
from edge_server.people.register import Register
from edge_server.people.rows import png_of, vector_bytes
from edge_server.problems import NotFound

Face: TypeAlias = Callable[..., Any]
YES = Consent(by="Ada herself", at="2026-11-20", note="the family album")


def test_who_is_enrolled_is_known(owner: Any, face: Face) -> None:
    register = Register(owner.own)
    ada = register.enrol("Ada", YES, face(1.0))
    assert (ada.name, ada.consent, ada.faces) == ("Ada", YES, 1)
    assert register.person(ada.id) == ada
    assert register.add(ada.id, face(1.2)).faces == 2
    grace = register.enrol("Grace", YES, face(5.0))
    assert [person.name for person in register.people().people] == ["Ada", "Grace"]
    known = register.known()
    assert sorted(known.people) == sorted([ada.id, ada.id, grace.id])
    assert set(known.names) == {"Ada", "Grace"}
    assert known.vectors.dtype == np.float32
    assert sorted(known.vectors[:, 0]) == pytest.approx([1.0, 1.2, 5.0])
    assert register.known(grace.id).vectors[:, 0] == pytest.approx([5.0])


def test_nobody_is_known_in_the_beginning(owner: Any) -> None:
    assert Register(owner.own).people().people == ()
    assert Register(owner.own).known().vectors.shape == (0, 128)


def test_a_person_is_renamed(owner: Any, face: Face) -> None:
    register = Register(owner.own)
    ada = register.enrol("Ada", YES, face(1.0))
    assert register.rename(ada.id, "Augusta Ada").name == "Augusta Ada"
    assert register.person(ada.id).name == "Augusta Ada"


def test_another_owner_sees_nobody(owner: Any, stranger: Any, face: Face) -> None:
    ada = Register(owner.own).enrol("Ada", YES, face(1.0))
    theirs = Register(stranger.own)
    assert theirs.people().people == ()
    assert theirs.known().people == ()
    for ask in (
        lambda: theirs.person(ada.id),
        lambda: theirs.rename(ada.id, "Mine"),
        lambda: theirs.add(ada.id, face(1.0)),
        lambda: theirs.known(ada.id),
        lambda: theirs.delete(ada.id),
    ):
        with pytest.raises(NotFound):
            ask()
    assert Register(owner.own).person(ada.id) == ada


def test_a_person_who_is_deleted_is_in_no_byte_of_the_database(owner: Any, face: Face) -> None:
    register, collection = Register(owner.own), Collection(owner.own)
    name, note = "Ada Lovelace of Ockham Park", "was asked at the analytical engine"
    seen = face(1.2345)
    ada = register.enrol(name, Consent(by=name, at="2026-11-20", note=note), seen)
    near = collection.collect(owner.photo(), [face(1.4567)]).faces[0]
    said = collection.collect(owner.photo(), [face(3.4567, left=12)]).faces[0]
    far = collection.collect(owner.photo(), [face(9.0)]).faces[0]
    Deciding(collection).say(SayParams(kind="person", clusters=(said.id,), person=ada.id))
    Deciding(collection).say(SayParams(kind="merge", clusters=(near.id, far.id)))
    traces = [
        *(word.encode() for word in (name, note, ada.id, near.id, said.id)),
        *(vector_bytes(face(place).vector)[:4] for place in (1.2345, 1.4567, 3.4567)),
        png_of(face(3.4567, left=12).chip)[41:],
    ]
    before = owner.bytes_on_disk()
    assert all(trace in before for trace in traces)

    register.delete(ada.id)

    after = owner.bytes_on_disk()
    assert [trace for trace in traces if trace in after] == []
    assert register.people().people == ()
    assert [cluster.id for cluster in collection.clusters().clusters] == [far.id]
    assert collection.decisions().decisions == ()
    with pytest.raises(NotFound):
        register.delete(ada.id)


def test_the_others_stay_when_one_is_deleted(owner: Any, face: Face) -> None:
    register, collection = Register(owner.own), Collection(owner.own)
    ada = register.enrol("Ada", YES, face(1.0))
    grace = register.enrol("Grace", YES, face(5.0))
    collection.collect(owner.photo(), [face(1.0), face(5.1, left=100)])
    register.delete(ada.id)
    assert [person.id for person in register.people().people] == [grace.id]
    left = collection.clusters().clusters
    assert [[face.box[0] for face in cluster.faces] for cluster in left] == [[100]]


def test_sqlite_writes_zeros_over_what_is_deleted(owner: Any) -> None:
    with owner.own.store.reading() as session:
        assert session.execute(text("PRAGMA secure_delete")).scalar() == 1


def test_a_list_of_people_reads_no_pictures(owner: Any, face: Face) -> None:
    register = Register(owner.own)
    for number in range(5):
        person = register.enrol(f"Person {number}", YES, face(float(number)))
        register.add(person.id, face(float(number)))
    asked: list[str] = []
    engine = owner.own.store.database._opened().engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert [person.faces for person in register.people().people] == [2] * 5
    selects = [one for one in asked if one.startswith("SELECT")]
    assert len(selects) == 2
    assert not any("chip" in one or "vector" in one for one in selects)
