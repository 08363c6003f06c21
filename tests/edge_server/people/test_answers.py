"""What jobs have found of a person goes with the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import select

from edge_server.analysis.tables import Job, JobPhoto
from edge_server.people.records import Consent
from edge_server.people.register import Register
from edge_server.store.records import Outcome, Question

FACES = {"faces": {"result": {"faces": []}}}


def job_with(owner: Any, *answers: Any) -> None:
    with owner.own.store.session() as session:
        session.add(
            Job(
                id=owner.own.owner.ljust(32, "0"),
                owner=owner.own.owner,
                made=0.0,
                ended=1.0,
                state="done",
                analyses=["people"],
                keep=False,
                allow_truncated=False,
                ended_photos=len(answers),
                key=None,
                fingerprint="",
            )
        )
        session.flush()
        for number, answer in enumerate(answers):
            content = None if answer is None else msgspec.json.encode(answer)
            session.add(
                JobPhoto(
                    job_id=owner.own.owner.ljust(32, "0"),
                    number=number,
                    name="a.jpg",
                    sha256=None,
                    url="",
                    state="done",
                    tries=1,
                    due=0.0,
                    place=number + 1,
                    answer=content,
                )
            )


def answers_of(owner: Any) -> list[Any]:
    wanted = (
        select(JobPhoto).join(Job).where(Job.owner == owner.own.owner).order_by(JobPhoto.number)
    )
    with owner.own.store.reading() as session:
        kept = [photo.answer for photo in session.scalars(wanted)]
    return [None if answer is None else msgspec.json.decode(answer) for answer in kept]


def test_only_what_names_the_person_is_taken_out(
    owner: Any, stranger: Any, face: Callable[..., Any]
) -> None:
    register = Register(owner.own)
    consent = Consent(by="She", at="2026-11-20")
    ada = register.enrol("Ada", consent, face(0.0)).id
    grace = register.enrol("Grace", consent, face(9.0)).id

    def naming(person: str) -> dict[str, Any]:
        return {"results": FACES | {"people": {"result": {"faces": [{"person": person}]}}}}

    for someone in (owner, stranger):
        job_with(someone, naming(ada), naming(grace), {"results": FACES}, None)
    register.delete(ada)
    assert answers_of(owner) == [{"results": FACES}, naming(grace), {"results": FACES}, None]
    assert answers_of(stranger)[0] == naming(ada)  # a stranger has no such person to forget


def test_kept_answers_about_photos_go(owner: Any, face: Callable[..., Any]) -> None:
    register, store, photo = Register(owner.own), owner.own.store, owner.photo()
    ada = register.enrol("Ada", Consent(by="She", at="2026-11-20"), face(0.0)).id
    questions = [
        Question(analysis=name, parameters={}, versions={"m": "1"})
        for name in ("people", "faces")
    ]
    for question in questions:
        store.put_result("me", photo.sha256, question, Outcome(answer=b"{}"))
    register.delete(ada)
    left = [store.find_result("me", photo.sha256, question) for question in questions]
    assert [one is None for one in left] == [True, False]
