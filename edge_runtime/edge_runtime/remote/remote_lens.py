"""A server's models, asked as a :class:`~edge_runtime.pipeline.Lens` is.

::

    from edge_runtime.remote import RemoteLens
    remote = RemoteLens("https://vision.example", key="...")
    match remote.depth("street.jpg"):
        case Ok(depth, provenance): ...
        case Unavailable(why, retry_after): ...
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from edge_runtime.errors import PocketLensError
from edge_runtime.outcomes import Unavailable, mapped
from edge_runtime.remote.asking import Prepared, Received, prepared, read_answer
from edge_runtime.remote.caller import Answered, Caller, Question
from edge_runtime.remote.capabilities import Capabilities, read_capabilities
from edge_runtime.remote.connections import Connections, Request
from edge_runtime.remote.remote_settings import RemoteSettings, check_seconds
from edge_runtime.remote.uploads import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edge_runtime.outcomes import Outcome
    from edge_runtime.painting import Style
    from edge_runtime.remote.asking import Field
    from edge_runtime.remote.connections import Reply
    from edge_runtime.remote.uploads import Opened, Shown
    from edge_runtime.results import (
        ClassMap,
        CutOut,
        Depth,
        Faces,
        Instances,
        Labels,
        Mask,
        Objects,
        Picture,
    )

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class How:
    """How a question is asked, whatever it is about.

    ``model`` and ``checkpoint``: other ones than the task's first.  ``seconds``: its
    deadline.  ``sha256``: of the file that has to answer.  ``full_size``: send every pixel of
    the photo, or (False) no more than the model can use; super-resolution, depth and cut
    send every pixel where it is not said, the others do not.
    ``hedge_after``: seconds without an answer after which it is sent once more.
    ``key``: makes attempts that are the same question, one (a new one each time).
    """

    model: str = ""
    checkpoint: str = ""
    seconds: float | None = None
    sha256: str = ""
    full_size: bool | None = None
    hedge_after: float | None = None
    key: str = ""

    def __post_init__(self) -> None:
        """Raises ``PocketLensError`` for what cannot be asked with."""
        if self.seconds is not None:
            check_seconds(self.seconds)
        if len(self.key) > 128 or not all(" " <= letter <= "~" for letter in self.key):
            raise PocketLensError(
                "a question's key is printable characters of ASCII, 128 at most: give a UUID"
            )


@dataclass(frozen=True)
class Content:
    """What is sent, and its type."""

    body: bytes
    media_type: str


class RemoteLens:
    """The tasks of a server.

    Each takes a photo, its path or its bytes, and returns an outcome; it raises only
    ``PhotoError`` for a photo that is none, and ``PocketLensError`` for what cannot be asked.
    Connections are kept open.  ``files`` says which file (SHA-256) has to answer for a model,
    by its id.  Safe to use from several threads.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str = "",
        settings: RemoteSettings | None = None,
        files: Mapping[str, str] | None = None,
    ) -> None:
        """Raises ``PocketLensError`` for a wrong URL, a key that others could read, or one that
        no header can hold."""
        self.settings = settings or RemoteSettings()
        self.files = dict(files or {})
        self._connections = Connections(
            url, self.settings.ca_file, self.settings.max_answer_bytes
        )
        if key and not self._connections.private:
            raise PocketLensError(
                f"a key would cross the network in clear: use https for {url}"
            )
        if not all("!" <= letter <= "~" for letter in key):
            raise PocketLensError(
                "the key has a blank, an end of line or a letter outside ASCII: give it without"
            )
        self._headers = {"Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._caller = Caller(self._connections, self.settings)
        self._capabilities: Capabilities | None = None

    def segment(self, photo: Shown, how: How | None = None) -> Outcome[Mask]:
        """The probability of a person at every pixel, in steps of 1/255."""
        return self._ask("segment", opened(photo), {}, how)

    def background(
        self, photo: Shown, background: str = "transparent", how: How | None = None
    ) -> Outcome[Picture]:
        """The person in front of another background, composed here: the server sees a small
        photo, and the picture has all pixels of the large one."""
        from edge_runtime import portrait, results  # noqa: PLC0415  only this task needs it

        shown = opened(photo)
        return mapped(
            self._ask("segment", shown, {}, how),
            lambda mask: results.Picture(
                pixels=portrait.composed(shown.photo, mask, background)
            ),
        )

    def faces(self, photo: Shown, how: How | None = None) -> Outcome[Faces]:
        """The faces with their boxes and six points."""
        return self._ask("faces", opened(photo), {}, how)

    def landmarks(self, photo: Shown, how: How | None = None) -> Outcome[Faces]:
        """The faces with 468 points each."""
        return self._ask("landmarks", opened(photo), {}, how)

    def smile(self, photo: Shown, how: How | None = None) -> Outcome[Faces]:
        """The faces with the probability of a smile and of each expression."""
        return self._ask("smile", opened(photo), {}, how)

    def style(
        self, photo: Shown, style: Style | None = None, how: How | None = None
    ) -> Outcome[Picture]:
        """The photo painted in a style; the server paints at its own size."""
        from edge_runtime import painting  # noqa: PLC0415  only this task needs it

        style, shown = style or painting.Style(), opened(photo)
        if style.size_hw is not None:
            raise PocketLensError("a server paints at its model's own size: leave size_hw out")
        along = {} if style.picture is None else {"style_image": opened(style.picture)}
        fields = {"style": style.mix if style.picture is None else ""}

        def finished(made: Picture) -> Picture:
            pixels = painting.finished(shown.photo.rgb, made.pixels, style)
            return replace(made, pixels=pixels)

        painted = self._ask("style", shown, fields, how, along)
        return _as_transparent(mapped(painted, finished), shown)

    def classify(self, photo: Shown, how: How | None = None) -> Outcome[Labels]:
        """What the photo shows: the best labels."""
        return self._ask("classify", opened(photo), {}, how)

    def detect(self, photo: Shown, how: How | None = None) -> Outcome[Objects]:
        """The objects with their boxes."""
        return self._ask("detect", opened(photo), {}, how)

    def depth(self, photo: Shown, how: How | None = None, **fields: Field) -> Outcome[Depth]:
        """How far every pixel is, to the millimetre; ``fields``: ``focal_length``, ``sky``
        (``far``: the sky is at the largest depth) and what else the server's model takes."""
        return self._ask("depth", opened(photo), fields, how)

    def super_resolution(
        self, photo: Shown, how: How | None = None, **fields: Field
    ) -> Outcome[Picture]:
        """The photo with more pixels; ``fields``: what the server's model takes."""
        shown = opened(photo)
        return _as_transparent(self._ask("super_resolution", shown, fields, how), shown)

    def instances(
        self, photo: Shown, how: How | None = None, **fields: Field
    ) -> Outcome[Instances]:
        """The objects with their masks; ``fields``: ``score``, ``classes`` and more."""
        return self._ask("instances", opened(photo), fields, how)

    def semantic_segmentation(
        self, photo: Shown, how: How | None = None, **fields: Field
    ) -> Outcome[ClassMap]:
        """The class of every pixel."""
        return self._ask("semantic_segmentation", opened(photo), fields, how)

    def cut(
        self,
        photo: Shown,
        objects: Sequence[str],
        how: How | None = None,
        **fields: Field,
    ) -> Outcome[CutOut]:
        """The objects of those names cut out; ``fields``: ``background``, ``score``,
        ``boxes``, ``names``.

        Degraded where the server had to do without its network for outlines.
        """
        names = (objects,) if isinstance(objects, str) else tuple(objects)
        shown = opened(photo)
        return _as_transparent(
            self._ask("cut", shown, {"objects": names, **fields}, how), shown
        )

    def send(
        self, question: Prepared, how: How | None = None
    ) -> Answered[Received] | Unavailable:
        """Ask what was prepared before, which may be by another process."""
        how = how or How()

        def read(reply: Reply) -> Received:
            return read_answer(
                question, reply, lambda model: how.sha256 or self.files.get(model, "")
            )

        content = Content(question.body, question.content_type)
        answered = self.post(question.path, content, read, how)
        if isinstance(answered, Unavailable):
            self._forget(answered)
        return answered

    def post(
        self, path: str, content: Content, read: Callable[[Reply], Answer], how: How
    ) -> Answered[Answer] | Unavailable:
        """Ask anything that is safe to repeat; all attempts carry one ``Idempotency-Key``.

        ``read`` raises ``Refusal`` for an answer that is none.
        """
        request = Request(
            method="POST",
            path=path,
            body=content.body,
            headers={
                **self._headers,
                "Content-Type": content.media_type,
                "Idempotency-Key": how.key or str(uuid.uuid4()),
            },
        )
        return self._answered(request, read, how)

    def models(
        self, *, fresh: bool = False, seconds: float = 2.0
    ) -> Capabilities | Unavailable:
        """What the server can do; asked anew where that is older than the settings say, or
        ``fresh`` is wanted."""
        known = self._capabilities
        if known is not None and not fresh and known.age < self.settings.models_seconds:
            return known
        request = Request(method="GET", path="/v1/models", headers=self._headers)
        answered = self._answered(request, read_capabilities, How(seconds=seconds))
        if isinstance(answered, Unavailable):
            return answered
        self._capabilities = answered.answer
        return answered.answer

    def close(self) -> None:
        """Close the connections; the next question opens one again."""
        self._connections.close()

    def _ask(
        self,
        name: str,
        photo: Opened,
        fields: Mapping[str, Field | None],
        how: How | None,
        pictures: Mapping[str, Opened] | None = None,
    ) -> Outcome[Any]:
        started = monotonic()
        how = how or How()
        said = {**fields, "model": how.model, "checkpoint": how.checkpoint}
        question = prepared(name, photo, said, full_size=how.full_size, pictures=pictures)
        seconds = self.settings.seconds if how.seconds is None else how.seconds
        left = max(seconds - (monotonic() - started), 0.0)
        answered = self.send(question, replace(how, seconds=left))
        if isinstance(answered, Unavailable):
            return answered
        return answered.answer.outcome(question, answered.attempts, answered.ms)

    def _answered(
        self, request: Request, read: Callable[[Reply], Answer], how: How
    ) -> Answered[Answer] | Unavailable:
        seconds = self.settings.seconds if how.seconds is None else how.seconds
        hedge = self.settings.hedge_after if how.hedge_after is None else how.hedge_after
        question = Question(request, read, monotonic() + seconds, hedge)
        return self._caller.ask(question)

    def _forget(self, refused: Unavailable) -> None:
        """What the server said of its models is stale where it now says otherwise."""
        if refused.code in {
            "weights-missing",
            "model-unhealthy",
            "model-not-found",
            "not-found",
        }:
            self._capabilities = None


def _as_transparent(outcome: Outcome[Answer], shown: Opened) -> Outcome[Answer]:
    """What was made of a photo, as transparent as that: the server was sent none of its
    transparency."""
    from edge_runtime.transparency import as_transparent  # noqa: PLC0415  few tasks need it

    return mapped(outcome, lambda made: as_transparent(made, shown.photo.alpha))
