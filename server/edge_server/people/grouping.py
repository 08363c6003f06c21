"""The groups of an owner's collected faces as they stand in the database.

Each change computes again what it touches, inside its own transaction; where faces went
elsewhere (their photo was deleted, or grew too old), the fingerprint tells, and everything
is computed again before it is next looked at.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, select, update

from edge_server.people.clustering import LIMIT, FaceSet, groups_around, parts_around
from edge_server.people.matching import distance_of
from edge_server.people.rows import vector_of
from edge_server.people.rules import Rule, faces_of, without
from edge_server.people.tables import CollectedFace, Decision, Grouping

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session


def rules_of(session: Session, owner: str) -> list[tuple[Decision, Rule]]:
    """What the owner has said, the oldest first."""
    found = session.scalars(
        select(Decision).where(Decision.owner == owner).order_by(Decision.number)
    )
    return [(one, rule_of(one)) for one in found]


def rule_of(decision: Decision) -> Rule:
    """What it says of faces."""
    rule: Rule = msgspec.convert(decision.rule, Rule)
    return rule


def is_settled(session: Session, owner: str) -> bool:
    """Whether the groups are those of the faces that are here."""
    return _kept(session, owner) == _fingerprint(session, owner)


def settle(session: Session, owner: str) -> None:
    """See that they are: what was said of faces that are gone is dropped, and all groups
    are computed anew, if anything went elsewhere."""
    if is_settled(session, owner):
        return
    here = set(session.scalars(select(CollectedFace.id).where(CollectedFace.owner == owner)))
    gone = {id_ for _, rule in rules_of(session, owner) for id_ in faces_of(rule)} - here
    _drop_from_rules(session, owner, frozenset(gone))
    regroup(session, owner, here)


def regroup(session: Session, owner: str, starts: Iterable[str]) -> None:
    """Compute again what these faces touch, and write down what changed."""
    session.flush()
    faces, before = _faces(session, owner)
    rules = [rule for _, rule in rules_of(session, owner)]
    for id_, cluster in groups_around(faces, sorted(starts), rules).items():
        if before[id_] != cluster:
            _move(session, id_, cluster)
    _settled(session, owner)


def forget(session: Session, owner: str, person_id: str, vectors: NDArray[np.float32]) -> None:
    """Take away every collected face of a person: those in groups that were said to be
    theirs, and those near to their vectors [N, 128]."""
    rules = rules_of(session, owner)
    said = {id_ for one, rule in rules if one.person_id == person_id for id_ in faces_of(rule)}
    rows = session.execute(
        select(CollectedFace.id, CollectedFace.cluster, CollectedFace.vector).where(
            CollectedFace.owner == owner
        )
    ).all()
    theirs = {row.cluster for row in rows if row.id in said}
    gone = {
        row.id
        for row in rows
        if row.cluster in theirs or _is_near(vector_of(row.vector), vectors)
    }
    session.execute(delete(Decision).where(Decision.person_id == person_id))
    remove(session, owner, frozenset(gone))


def remove(session: Session, owner: str, gone: frozenset[str]) -> None:
    """Take faces away, what was said of them too, and group what they leave behind."""
    faces, _ = _faces(session, owner)
    rules = [rule for _, rule in rules_of(session, owner)]
    touched = {id_ for part in parts_around(faces, sorted(gone), rules) for id_ in part.ids}
    session.execute(delete(CollectedFace).where(CollectedFace.id.in_(gone)))
    _drop_from_rules(session, owner, gone)
    regroup(session, owner, touched - gone)


def _faces(session: Session, owner: str) -> tuple[FaceSet, dict[str, str]]:
    """All of the owner's, and the group that each is in."""
    rows = session.execute(
        select(
            CollectedFace.id,
            CollectedFace.photo_id,
            CollectedFace.vector,
            CollectedFace.cluster,
        ).where(CollectedFace.owner == owner)
    ).all()
    faces = FaceSet.of((row.id, row.photo_id, vector_of(row.vector)) for row in rows)
    return faces, {row.id: row.cluster for row in rows}


def _is_near(vector: NDArray[np.float32], vectors: NDArray[np.float32]) -> bool:
    return bool(len(vectors)) and distance_of(vector, vectors) <= LIMIT


def _drop_from_rules(session: Session, owner: str, gone: frozenset[str]) -> None:
    for decision, rule in rules_of(session, owner):
        if gone.isdisjoint(faces_of(rule)):
            continue
        left = without(rule, gone)
        if left is None:
            session.delete(decision)
        else:
            decision.rule = msgspec.to_builtins(left)
    session.flush()


def _move(session: Session, id_: str, cluster: str) -> None:
    session.execute(
        update(CollectedFace).where(CollectedFace.id == id_).values(cluster=cluster)
    )


def _settled(session: Session, owner: str) -> None:
    session.flush()
    session.merge(Grouping(owner=owner, fingerprint=_fingerprint(session, owner)))
    session.flush()


def _kept(session: Session, owner: str) -> str:
    found = session.get(Grouping, owner)
    return found.fingerprint if found else _digest((), ())


def _fingerprint(session: Session, owner: str) -> str:
    faces = select(CollectedFace.id).where(CollectedFace.owner == owner)
    said = select(Decision.id).where(Decision.owner == owner)
    return _digest(session.scalars(faces).all(), session.scalars(said).all())


def _digest(faces: Sequence[str], decisions: Sequence[str]) -> str:
    text = " ".join((*sorted(faces), "|", *sorted(decisions)))
    return hashlib.sha256(text.encode()).hexdigest()
