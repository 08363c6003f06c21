"""What Pic Metric says of a photo: computed once for the same bytes and models, then kept."""

from __future__ import annotations

import base64
import hashlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from flask import request

from edge_runtime.spec import Record
from edge_runtime.typed_reading import from_json
from edge_server.api import wire
from edge_server.api.access import key_in_form, may_store, owner_of
from edge_server.parents.pages import wants_page
from edge_server.parents.taking_turns import TakingTurns
from edge_server.problems import Problem
from edge_server.store.records import MadePicture, Outcome
from edge_server.store.records import Question as KeptQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_runtime.results import Labels, Objects
    from edge_server.engine.interface import Answer, Deadline
    from edge_server.intake.upload import Upload
    from edge_server.parents.asking import Asker, Question
    from edge_server.store.store import Store

ANALYSIS = "pic-metric"
NO_FACES = "no_faces"  # what the project says in place of an address
_LOG = logging.getLogger("edge_server")
_PNG = "image/png"
_BEST = 3  # labels, as the project tells them


class PicMetric(Record, frozen=True, kw_only=True):
    """The project's answer: ``resnet`` and ``yolov3`` are JSON inside text, of shares and of
    percents; ``faces_source``, ``original`` and ``yolov3_source`` are addresses of pictures.
    """

    error: str
    faces_source: str
    hash: str
    original: str
    resnet: str
    yolov3: str
    yolov3_source: str


class Seen(Record, frozen=True, kw_only=True):
    """What is kept beside the pictures: numbers as the project writes them."""

    resnet: dict[str, str]
    yolov3: dict[str, str]
    faces: int


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A photo that was looked at: its MD5 and the addresses of its pictures."""

    seen: Seen
    md5: str
    original: str
    pictures: Mapping[str, str]
    error: str = ""

    def answer(self) -> PicMetric:
        """As the project says it."""
        return PicMetric(
            error=self.error,
            faces_source=self.pictures["faces"] if self.seen.faces else NO_FACES,
            hash=self.md5,
            original=self.original,
            resnet=msgspec.json.encode(self.seen.resnet).decode(),
            yolov3=msgspec.json.encode(self.seen.yolov3).decode(),
            yolov3_source=self.pictures["yolov3"],
        )


@dataclass(frozen=True)
class Looker:
    """Looks at photos, and at what is kept of them."""

    asker: Asker
    turns: TakingTurns = field(default_factory=TakingTurns)

    def questions(self) -> tuple[Question, ...]:
        """Labels, objects and faces, each by a heavy model where its weights are here."""
        return tuple(self.asker.best(name) for name in ("classify", "objects", "faces"))

    def look(self, content: bytes, deadline: Deadline) -> Looked:
        """What is kept of these bytes; what is not, is computed and kept."""
        store = self.asker.services.store if may_store() else None
        if store is None:
            return _unkept(*self._computed(content, deadline))
        keeper = _Keeper(store, owner_of(), self._kept_question())
        sha256 = hashlib.sha256(content).hexdigest()
        with self.turns.alone((keeper.owner, sha256), deadline):
            try:
                found = keeper.found(sha256)
            except Problem as problem:
                return _unkept(*self._computed(content, deadline), _why(problem))
            return found or self._new(keeper, content, deadline)

    def _new(self, keeper: _Keeper, content: bytes, deadline: Deadline) -> Looked:
        upload, outcome = self._computed(content, deadline)
        try:
            kept = keeper.kept(upload, outcome)
        except Problem as problem:  # what was computed is answered all the same
            return _unkept(upload, outcome, _why(problem))
        return kept or _unkept(upload, outcome)

    def _kept_question(self) -> KeptQuestion:
        models = [self.asker.model_of(question) for question in self.questions()]
        versions = {name: self.asker.services.engine.version(name) or "" for name in models}
        return KeptQuestion(analysis=ANALYSIS, versions=versions)

    def _computed(self, content: bytes, deadline: Deadline) -> tuple[Upload, Outcome]:
        upload = self.asker.services.intake.from_bytes(content)
        labels, objects, faces = (
            self.asker.ask(question, upload, deadline) for question in self.questions()
        )
        seen = Seen(
            resnet=_shares(labels.value),
            yolov3=_percents(objects.value),
            faces=len(faces.value.faces),
        )
        drawn = [self._drawn("yolov3", "objects", upload, objects)]
        if seen.faces:
            drawn.append(self._drawn("faces", "faces", upload, faces))
        return upload, Outcome(answer=msgspec.json.encode(seen), pictures=tuple(drawn))

    def _drawn(self, name: str, task: str, upload: Upload, answer: Answer) -> MadePicture:
        draw: Any = self.asker.task(task).draw
        pixels = draw(upload.photo.rgb, answer.value)
        return MadePicture(name=name, media_type=_PNG, content=wire.encoded(pixels, _PNG))


@dataclass(frozen=True)
class _Keeper:
    """The store, as one owner and one question see it."""

    store: Store
    owner: str
    question: KeptQuestion

    def found(self, sha256: str) -> Looked | None:
        """What is kept of these bytes by the same models."""
        photo = self.store.find(self.owner, sha256)
        if photo is None:
            return None
        document = self.store.document(self.owner, photo.id)
        result = next((one for one in document["results"] if self._is_it(one)), None)
        if result is None:
            return None
        return Looked(
            seen=from_json(result["answer"], Seen),
            md5=photo.md5,
            original=_absolute(f"/v1/photos/{photo.id}/original"),
            pictures={one["name"]: self._picture(photo.id, one) for one in result["pictures"]},
        )

    def kept(self, upload: Upload, outcome: Outcome) -> Looked | None:
        """Keep the photo and what was seen; None where it was deleted meanwhile."""
        self.store.keep(self.owner, upload)
        self.store.put_result(self.owner, upload.sha256, self.question, outcome)
        return self.found(upload.sha256)

    def _picture(self, photo_id: str, picture: Mapping[str, Any]) -> str:
        """Its address; itself for a page whose browser has no key to ask for it with."""
        url = str(picture["url"])
        if not (key_in_form() and wants_page()):
            return _absolute(url)
        picture_id = url.rpartition("/")[2]
        return _data_uri(self.store.picture(self.owner, photo_id, picture_id).content)

    def _is_it(self, result: Mapping[str, Any]) -> bool:
        wanted = (self.question.analysis, self.question.versions)
        return (result["analysis"], result["versions"]) == wanted


def _unkept(upload: Upload, outcome: Outcome, error: str = "") -> Looked:
    """The pictures in the answer itself, where nothing may be kept."""
    return Looked(
        seen=from_json(outcome.answer, Seen),
        md5=upload.md5,
        original=_data_uri(wire.encoded(upload.photo.rgb, _PNG)),
        pictures={one.name: _data_uri(one.content) for one in outcome.pictures},
        error=error,
    )


def _why(problem: Problem) -> str:
    _LOG.warning("a photo could not be kept: %s", problem.code)
    return f"not kept: {problem.detail}"


def _shares(labels: Labels) -> dict[str, str]:
    """The best labels as the network of the project names them: the first name of each."""
    best = ((one.label.partition(",")[0], one.score) for one in labels.labels[:_BEST])
    return {label.replace(" ", "_"): f"{score:.7f}" for label, score in best}


def _percents(objects: Objects) -> dict[str, str]:
    """How sure the surest of each kind is."""
    least_first = sorted(objects.objects, key=lambda one: one.score)
    return {one.label: f"{100 * one.score:.4f}" for one in least_first}


def _absolute(path: str) -> str:
    return request.host_url.rstrip("/") + path


def _data_uri(content: bytes) -> str:
    return f"data:{_PNG};base64,{base64.b64encode(content).decode()}"
