"""What the server answers when it does not answer: every problem by its stable code.

Each class is one ``type`` of problem details (RFC 9457); its code is part of the API and
never changes.  ``detail`` is text for the caller: what was wrong and what to do, never a
path, a traceback, an address that was resolved, or another library's words.

Which status when: 400 the request cannot be parsed; 413 too many bytes; 415 a format that
is not taken; 422 parsed, but this image, URL or parameter cannot be used; 408 the body
came too slowly; 429 this key asks too often; 503 the server cannot take it now; 504 taken,
but past its deadline; 502 and 504 also where the fault is the remote URL's; 500 only for a
bug of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from edge_runtime.errors import PocketLensError


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field: a JSON pointer (RFC 6901) to it, and a sentence."""

    pointer: str
    message: str


class Problem(PocketLensError):
    """The root.  A class's ``code`` is its name in kebab case, its ``title`` its docstring.

    ``limit`` and ``actual`` where a limit was hit, in the unit that
    ``detail`` names; ``retry_after`` in whole seconds where it may be tried again.
    """

    code: ClassVar[str] = "internal-error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "A bug in the server"
    retryable: ClassVar[bool] = False

    def __init_subclass__(cls, *, status: int, retryable: bool = False) -> None:
        cls.code = re.sub(r"(?<!^)([A-Z])", r"-\1", cls.__name__).lower()
        cls.title = (cls.__doc__ or cls.__name__).rstrip(".")
        cls.status, cls.retryable = status, retryable

    def __init__(
        self,
        detail: str,
        *,
        limit: float | None = None,
        actual: float | None = None,
        retry_after: int | None = None,
        faults: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.limit = limit
        self.actual = actual
        self.retry_after = retry_after
        self.faults = faults


class MalformedMultipart(Problem, status=400):
    """The multipart body cannot be parsed."""


class MalformedJson(Problem, status=400):
    """The JSON body cannot be parsed."""


class MalformedRequest(Problem, status=400):
    """The request cannot be parsed."""


class MissingImage(Problem, status=400):
    """The request has no image."""


class MissingDump(Problem, status=400):
    """The request has no dump."""


class EmptyImage(Problem, status=400):
    """The image has no bytes."""


class DuplicateField(Problem, status=400):
    """A field is there twice."""


class AmbiguousSource(Problem, status=400):
    """More than one source of the image is given."""


class BadBase64(Problem, status=400):
    """The text is not base64."""


class BadHost(Problem, status=400):
    """The Host header is not this server's."""


class Unauthenticated(Problem, status=401):
    """A key is needed."""


class Forbidden(Problem, status=403):
    """The key may not do this."""


class UrlInputDisabled(Problem, status=403):
    """URLs are not taken by this server."""


class TaskDisabled(Problem, status=403):
    """The task is not switched on by this server."""


class StoreDisabled(Problem, status=403):
    """Nothing is kept by this server."""


class NotFound(Problem, status=404):
    """There is nothing at this address."""


class ModelNotFound(Problem, status=404):
    """There is no such model."""


class MethodNotAllowed(Problem, status=405):
    """The address does not take this method."""


class NotAcceptable(Problem, status=406):
    """No form of the answer is acceptable."""


class BodyTimeout(Problem, status=408):
    """The body came too slowly."""


class BodyTooLarge(Problem, status=413):
    """The body has too many bytes."""


class TooManyParts(Problem, status=413):
    """The form has too many parts."""


class FieldTooLarge(Problem, status=413):
    """A text field has too many bytes."""


class UnsupportedMediaType(Problem, status=415):
    """The content type is not taken."""


class UnsupportedImageFormat(Problem, status=415):
    """The bytes are not an image format that is taken."""


class ContentEncodingUnsupported(Problem, status=415):
    """The body is compressed."""


class ImageTruncated(Problem, status=422):
    """The image is cut short."""


class ImageUndecodable(Problem, status=422):
    """The image is damaged."""


class ImageTooLarge(Problem, status=422):
    """The image has too many pixels."""


class ImageTooSmall(Problem, status=422):
    """The image has too few pixels."""


class ImageTooComplex(Problem, status=422):
    """The image would take too long to decode."""


class OutputTooLarge(Problem, status=422):
    """The answer would have too many pixels."""


class InvalidParameter(Problem, status=422):
    """A parameter is not valid."""


class InvalidRoi(Problem, status=422):
    """The region is not inside the image."""


class UnknownName(Problem, status=422):
    """A name is not known."""


class DumpUnusable(Problem, status=422):
    """The dump cannot be read or compared."""


class DumpTooLarge(Problem, status=422):
    """The dump is over a limit."""


class UnknownModelFile(Problem, status=422):
    """The model file is not known here."""


class ConsentMissing(Problem, status=422):
    """It is not said that the person agrees."""


class NoFace(Problem, status=422):
    """The photo has no face."""


class SeveralFaces(Problem, status=422):
    """The photo has more than one face."""


class Contradiction(Problem, status=422):
    """What is said of faces cannot be true."""


class IdempotencyKeyReused(Problem, status=422):
    """The idempotency key belongs to another request."""


class UrlNotAllowed(Problem, status=422):
    """The URL may not be fetched."""


class UrlNotFound(Problem, status=422):
    """There is nothing at the URL."""


class UrlUnresolvable(Problem, status=422):
    """The URL's host does not exist."""


class TooManyRedirects(Problem, status=422):
    """The URL redirects too often."""


class SourceTooLarge(Problem, status=422):
    """The URL has too many bytes."""


class HeadersTooLarge(Problem, status=431):
    """The address and the headers have too many bytes."""


class RateLimited(Problem, status=429, retryable=True):
    """Too many requests with this key."""


class ModelOutputInvalid(Problem, status=502):
    """The model gave something that is not an answer."""


class BadUpstream(Problem, status=502):
    """The URL's server gave no image."""


class Overloaded(Problem, status=503, retryable=True):
    """The server is busy."""


class Draining(Problem, status=503, retryable=True):
    """The server is shutting down."""


class Loading(Problem, status=503, retryable=True):
    """The model is being loaded."""


class WeightsMissing(Problem, status=503):
    """The model's weights are not here."""


class ModelUnhealthy(Problem, status=503):
    """The model has failed."""


class WorkerLost(Problem, status=503, retryable=True):
    """The process that computed was lost."""


class GpuMemory(Problem, status=503, retryable=True):
    """The accelerator is out of memory."""


class Memory(Problem, status=503, retryable=True):
    """The machine is out of memory."""


class StorageBusy(Problem, status=503, retryable=True):
    """The store is locked."""


class StorageFull(Problem, status=503):
    """The store is full."""


class StorageUnavailable(Problem, status=503, retryable=True):
    """The store cannot be reached."""


class DeadlineExceeded(Problem, status=504, retryable=True):
    """The deadline passed."""


class SourceTimeout(Problem, status=504, retryable=True):
    """The URL's server was too slow."""


class Cancelled(Problem, status=499):
    """The caller hung up."""


def problems() -> tuple[type[Problem], ...]:
    """Every class of problem, by status, then by code."""
    found: set[type[Problem]] = {Problem, *Problem.__subclasses__()}
    return tuple(sorted(found, key=lambda kind: (kind.status, kind.code)))
