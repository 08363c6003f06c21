"""Many analyses of a photo in one question: ``/v1/analyze`` of a server.

::

    match ask_analyze(remote, "street.jpg", ["objects", "faces"]):
        case Analysed(values={"objects": Objects(objects=objects)}): ...
        case Unavailable(why): ...
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from edge_runtime.outcomes import Unavailable
from edge_runtime.remote import answers
from edge_runtime.remote.answer_records import AnalysisRecord, AnswerRecord
from edge_runtime.remote.remote_lens import Content, How, RemoteLens
from edge_runtime.remote.uploads import opened
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edge_runtime.remote.answer_records import FailedRecord
    from edge_runtime.remote.answers import Reading, Size
    from edge_runtime.remote.connections import Reply
    from edge_runtime.remote.uploads import Shown, Upload

_READERS: Mapping[str, Callable[[Reading], object]] = {
    "classify": answers.read_labels,
    "objects": answers.read_objects,
    "faces": answers.read_faces,
    "smile": answers.read_faces,
    "landmarks": answers.read_faces,
    "instances": answers.read_instances,
    "semantic-segmentation": answers.read_classes,
}


@dataclass(frozen=True, kw_only=True)
class Analysed:
    """What came of each analysis, by its name.

    ``values``: records of :mod:`edge_runtime.results` in the photo's pixels; of analyses that
    have none, the server's JSON, whose pixels are those of the photo that was sent.
    ``problems``: those that failed.  ``stored``: those that the server had kept.  ``models``:
    the id and the SHA-256 of what answered.  ``ms`` by stage, of the server.
    """

    values: Mapping[str, Any]
    problems: Mapping[str, Unavailable] = field(default_factory=dict)
    stored: frozenset[str] = frozenset()
    models: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    ms: Mapping[str, float] = field(default_factory=dict)


def ask_analyze(
    remote: RemoteLens,
    photo: Shown,
    analyses: Sequence[str] = (),
    *,
    keep: bool = True,
    how: How | None = None,
) -> Analysed | Unavailable:
    """What a server says of a photo: all that it can without being told more, or these.

    ``keep``: whether it may keep the photo and the results.  Every pixel is sent, without
    the photo's metadata.  Unavailable where nothing was answered.
    """
    upload = opened(photo).upload(None)
    said = {"analyses": ",".join(analyses), "keep": str(keep).lower(), "masks": "rle"}
    content = Content(upload.content, upload.media_type)
    read = partial(_read, upload)
    answered = remote.post(f"/v1/analyze?{urlencode(said)}", content, read, how or How())
    return answered if isinstance(answered, Unavailable) else answered.answer


def _read(upload: Upload, reply: Reply) -> Analysed:
    try:
        record = from_json(reply.body, AnalysisRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise answers.not_an_answer(str(error)) from None
    if record.image.size != upload.size_wh:
        raise answers.not_an_answer("it is about another photo")
    found = record.results
    return Analysed(
        values={name: _value(name, record, upload.photo_wh) for name in found},
        problems={name: _unavailable(one) for name, one in record.problems.items()},
        stored=frozenset(name for name, one in found.items() if one.stored),
        models={name: (one.model, one.sha256) for name, one in found.items()},
        ms=record.ms,
    )


def _value(name: str, record: AnalysisRecord, photo_wh: Size) -> object:
    finding = record.results[name]
    if name not in _READERS:
        return msgspec.json.decode(finding.result)
    answer = AnswerRecord(
        task=name,
        model=finding.model,
        variant=finding.variant,
        sha256=finding.sha256,
        device=finding.device,
        image=record.image,
        result=finding.result,
        ms=finding.ms,
    )
    return _READERS[name](answers.Reading(answer, photo_wh))


def _unavailable(problem: FailedRecord) -> Unavailable:
    retry_after = 0.0 if problem.retryable else None
    return Unavailable(problem.detail, retry_after, problem.code)
