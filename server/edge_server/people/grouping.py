"""The groups of an owner's collected faces as they stand in the database.

Each change computes again what it touches, inside its own transaction.  Where faces went
elsewhere (their photo was deleted, or grew too old), the number of faces that their group had
tells, and the group is computed again before it is next looked at.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, func, insert, select, update

from edge_runtime.typed_reading import converted
from edge_server.people.clustering import groups, groups_around
from edge_server.people.faces import FaceSet
from edge_server.people.matching import distance_of
from edge_server.people.rows import vector_of
from edge_server.people.rules import Rule, faces_of, without
from edge_server.people.spans import LIMIT
from edge_server.people.tables import CollectedFace, Decision, Grouping, GroupSize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.orm import InstrumentedAttribute, Session

METHOD = "2"  # another number when the groups of the same faces change
_AT_ONCE = 500


def rules_of(session: Session, owner: str) -> list[tuple[Decision, Rule]]:
    """What the owner has said, the oldest first."""
    found = session.scalars(
        select(Decision).where(Decision.owner == owner).order_by(Decision.number)
    )
    return [(one, rule_of(one)) for one in found]


def rule_of(decision: Decision) -> Rule:
    """What it says of faces."""
    rule: Rule = converted(decision.rule, Rule)
    return rule


def is_settled(session: Session, owner: str) -> bool:
    """Whether the groups are those of the faces that are here."""
    return _is_known(session, owner) and _sizes(session, owner) == _kept(session, owner)


def settle(session: Session, owner: str) -> None:
    """See that they are: what was said of faces that are gone is dropped, and the groups that
    these were in are computed again."""
    if not _is_known(session, owner):
        _regroup_all(session, owner)
        return
    sizes, kept = _sizes(session, owner), _kept(session, owner)
    changed = {name for name in {*sizes, *kept} if sizes.get(name) != kept.get(name)}
    if not changed:
        return
    starts = set(_faces_where(session, owner, CollectedFace.cluster, changed))
    spoken = {id_ for _, rule in rules_of(session, owner) for id_ in faces_of(rule)}
    gone = spoken.difference(_faces_where(session, owner, CollectedFace.id, spoken))
    starts |= _drop_from_rules(session, owner, frozenset(gone))
    regroup(session, owner, starts)


def regroup(session: Session, owner: str, starts: Iterable[str]) -> None:
    """Compute again the groups of these faces, and of those that these touch, and write down
    what changed."""
    session.flush()
    wanted = sorted(starts)
    if wanted:
        faces, before = _faces(session, owner)
        rules = [rule for _, rule in rules_of(session, owner)]
        _move(session, before, groups_around(faces, before, wanted, rules))
    _settled(session, owner)


def _regroup_all(session: Session, owner: str) -> None:
    here = set(session.scalars(select(CollectedFace.id).where(CollectedFace.owner == owner)))
    gone = {id_ for _, rule in rules_of(session, owner) for id_ in faces_of(rule)} - here
    _drop_from_rules(session, owner, frozenset(gone))
    faces, before = _faces(session, owner)
    _move(session, before, groups(faces, [rule for _, rule in rules_of(session, owner)]))
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
    wanted = sorted(gone)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        session.execute(delete(CollectedFace).where(CollectedFace.id.in_(part)))
    settle(session, owner)


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


def _faces_where(
    session: Session, owner: str, column: InstrumentedAttribute[str], values: set[str]
) -> Iterator[str]:
    """The ids of the owner's faces of which the column has any of these values."""
    wanted = sorted(values)
    for start in range(0, len(wanted), _AT_ONCE):
        part = column.in_(wanted[start : start + _AT_ONCE])
        yield from session.scalars(
            select(CollectedFace.id).where(CollectedFace.owner == owner, part)
        )


def _is_near(vector: NDArray[np.float32], vectors: NDArray[np.float32]) -> bool:
    return bool(len(vectors)) and distance_of(vector, vectors) <= LIMIT


def _drop_from_rules(session: Session, owner: str, gone: frozenset[str]) -> set[str]:
    """The faces that were spoken of together with those that are gone."""
    beside: set[str] = set()
    for decision, rule in rules_of(session, owner):
        if gone.isdisjoint(faces_of(rule)):
            continue
        beside.update(faces_of(rule))
        left = without(rule, gone, alone=decision.person_id is not None)
        if left is None:
            session.delete(decision)
        else:
            decision.rule = msgspec.to_builtins(left)
    session.flush()
    return beside - gone


def _move(session: Session, before: dict[str, str], now: dict[str, str]) -> None:
    moved = [
        {"id": id_, "cluster": cluster}
        for id_, cluster in now.items()
        if before[id_] != cluster
    ]
    if moved:
        session.execute(update(CollectedFace), moved)


def _settled(session: Session, owner: str) -> None:
    """Write down that the groups are those of the faces that are here."""
    session.flush()
    sizes, kept = _sizes(session, owner), _kept(session, owner)
    changed = sorted(name for name in {*sizes, *kept} if sizes.get(name) != kept.get(name))
    for start in range(0, len(changed), _AT_ONCE):
        part = changed[start : start + _AT_ONCE]
        session.execute(
            delete(GroupSize).where(GroupSize.owner == owner, GroupSize.cluster.in_(part))
        )
        if new := [
            {"owner": owner, "cluster": name, "faces": sizes[name]}
            for name in part
            if name in sizes
        ]:
            session.execute(insert(GroupSize), new)
    session.merge(Grouping(owner=owner, fingerprint=_fingerprint(session, owner)))
    session.flush()


def _sizes(session: Session, owner: str) -> dict[str, int]:
    """How many faces each group has."""
    found = session.execute(
        select(CollectedFace.cluster, func.count().label("faces"))
        .where(CollectedFace.owner == owner)
        .group_by(CollectedFace.cluster)
    )
    return {row.cluster: row.faces for row in found}


def _kept(session: Session, owner: str) -> dict[str, int]:
    """How many each had when it was computed."""
    found = session.execute(
        select(GroupSize.cluster, GroupSize.faces).where(GroupSize.owner == owner)
    )
    return {row.cluster: row.faces for row in found}


def _is_known(session: Session, owner: str) -> bool:
    """Whether groups were computed by this method and these decisions, or there is nothing."""
    found = session.get(Grouping, owner)
    if found is None:
        return not _sizes(session, owner)
    return found.fingerprint == _fingerprint(session, owner)


def _fingerprint(session: Session, owner: str) -> str:
    said: Sequence[str] = session.scalars(
        select(Decision.id).where(Decision.owner == owner)
    ).all()
    return hashlib.sha256(" ".join((METHOD, *sorted(said))).encode()).hexdigest()
