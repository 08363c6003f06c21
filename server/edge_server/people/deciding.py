"""What a user says of groups: that two are one person, that one is two, whose it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_server.people.grouping import rules_of, settle
from edge_server.people.rows import owned_person
from edge_server.people.rules import Apart, Rule, Together
from edge_server.problems import Contradiction, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from edge_server.people.collection import Collection
    from edge_server.people.records import DecisionRecord, SayParams
    from edge_server.people.tables import CollectedFace


@dataclass(frozen=True)
class Deciding:
    """Over the collected faces of one owner."""

    collection: Collection

    def say(self, said: SayParams) -> DecisionRecord:
        """Write it down; raises ``NotFound``, ``InvalidParameter`` or ``Contradiction``."""
        own = self.collection.own
        with own.store.session() as session:
            own.store.database.lock_owner(session, own.owner)
            settle(session, own.owner)
            if said.kind == "split":
                return self.collection.decide(session, self._split(session, said.faces))
            if said.kind is None:
                raise InvalidParameter("kind is missing: say merge, split or person")
            if said.kind == "merge":
                return self.collection.decide(session, self._merged(session, said.clusters))
            person = owned_person(session, own.owner, said.person or "")
            return self.name(session, said.clusters, person.id)

    def name(self, session: Session, clusters: tuple[str, ...], person: str) -> DecisionRecord:
        """These groups are that person's, with those that were said to be theirs before."""
        rule = self._of_person(session, clusters, person)
        return self.collection.decide(session, rule, person)

    def _split(self, session: Session, faces: tuple[str, ...]) -> Rule:
        if not faces:
            raise InvalidParameter("split needs faces: name those of the other person")
        members = {face.id for face in self.collection.members(session, faces[0])}
        others = members.difference(faces)
        if not members.issuperset(faces) or not others:
            raise InvalidParameter(
                "the faces are not a part of one group: name some of its faces, not all"
            )
        return Apart(faces=tuple(sorted(set(faces))), others=tuple(sorted(others)))

    def _merged(self, session: Session, clusters: tuple[str, ...]) -> Rule:
        faces = self._members(session, clusters)
        if len({face.cluster for face in faces}) < 2:
            raise InvalidParameter("merge needs two groups or more: name a face of each")
        return _together(faces)

    def _of_person(self, session: Session, clusters: tuple[str, ...], person: str) -> Rule:
        if not clusters:
            raise InvalidParameter("person needs clusters: name a face of each")
        said = (
            rule.faces[0]
            for decision, rule in rules_of(session, self.collection.own.owner)
            if decision.person_id == person
        )
        return _together(self._members(session, (*clusters, *said)))

    def _members(self, session: Session, clusters: Iterable[str]) -> list[CollectedFace]:
        found = {
            face.id: face for id_ in clusters for face in self.collection.members(session, id_)
        }
        return [found[id_] for id_ in sorted(found)]


def _together(faces: list[CollectedFace]) -> Rule:
    photo, count = Counter(face.photo_id for face in faces).most_common(1)[0]
    if count > 1:
        raise Contradiction(
            f"{count} of these faces are in one photo ({photo}), so that they are {count} "
            "people: split first what is wrong",
        )
    return Together(faces=tuple(face.id for face in faces))
