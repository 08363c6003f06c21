"""Every error that PocketLens raises on purpose.

::

    PocketLensError
    ├── PhotoError             the bytes are not a photo that can be used
    │   ├── PhotoNotFound      no file there, or it may not be read
    │   ├── PhotoUnreadable    not an image, empty, truncated
    │   └── PhotoTooLarge      over the byte or pixel limit
    ├── VideoError             a video or a camera that cannot be read, or a film not written
    │   └── VideoIncomplete    it ended early or lost pictures: what there was is kept
    ├── DatasetError           a set of photos: empty, mostly unreadable, other labels
    ├── BundleError            the models on disk
    │   ├── BundleNotFound     no manifest where one was looked for
    │   ├── BundleTampered     a file is missing or its hash differs
    │   └── SchemaTooNew       the manifest is of a later PocketLens
    ├── UnknownName            a model, variant, style, word or task that does not exist
    ├── SpecError              a spec or a recipe that contradicts itself
    ├── WeightsError           weights missing, or not the ones the spec names
    ├── ConversionError        a converter failed
    ├── VerificationError      two implementations differ by more than the gate
    ├── BackendError           what runs the graphs failed, or gives wrong numbers
    ├── DumpError              what an app wrote down for the doctor cannot be read
    │   └── DumpTooLarge       over a limit on what is taken from strangers
    └── NoAnswer               a value was wanted of an outcome that has none

The message is one line and says what to do next.  The command lines print it and exit
with status 1; nothing else of ours ends in a traceback.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edge_runtime.outcomes import Unavailable


class PocketLensError(Exception):
    """The root: catch this to catch everything that is our doing."""


class PhotoError(PocketLensError):
    """A photo cannot be used."""


class PhotoNotFound(PhotoError):
    """There is no file at that path, or it may not be read."""


class PhotoUnreadable(PhotoError):
    """The bytes are not an image, or not all of one."""


class PhotoTooLarge(PhotoError):
    """The image is over the byte or pixel limit."""


class VideoError(PocketLensError):
    """A video or a camera cannot be read, or a film cannot be written."""


class VideoIncomplete(VideoError):
    """A video ended early or lost pictures; what was made of it until then is kept."""


class DatasetError(PocketLensError):
    """A set of photos or its labels cannot be used."""


class BundleError(PocketLensError):
    """The models on disk cannot be used."""


class BundleNotFound(BundleError):
    """No manifest where one was looked for."""


class BundleTampered(BundleError):
    """A file of the bundle is missing or is not the one that the manifest names."""


class SchemaTooNew(BundleError):
    """The manifest was written by a later PocketLens."""


class UnknownName(PocketLensError):
    """A name that does not exist; the message lists those that do."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        super().__init__(f"unknown {kind} {name!r}{hint}; known: {', '.join(names) or 'none'}")
        self.kind = kind
        self.name = name
        self.known = tuple(names)


class SpecError(PocketLensError):
    """A spec or a recipe contradicts itself; the message names the field."""


class WeightsError(PocketLensError):
    """Weights are missing, or are not the ones that the spec names."""


class ConversionError(PocketLensError):
    """A converter failed; the message names the model, the format and the cause."""


class VerificationError(PocketLensError):
    """Two implementations differ by more than the gate allows."""


class BackendError(PocketLensError):
    """What runs the graphs failed, or gives wrong numbers; the message says what to use."""


class NoAnswer(PocketLensError):
    """A value was wanted where neither device nor server gave one; the message says why.

    ``outcome`` is what there was instead, where it is known.
    """

    def __init__(self, message: str, outcome: Unavailable | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome


class DumpError(PocketLensError):
    """What an app wrote down about a run cannot be read, or not be compared."""


class DumpTooLarge(DumpError):
    """A dump of a stranger is over a limit: ``limit`` and ``actual`` in the message's unit."""

    def __init__(self, message: str, limit: int, actual: int) -> None:
        super().__init__(message)
        self.limit, self.actual = limit, actual
