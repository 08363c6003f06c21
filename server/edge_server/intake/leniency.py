"""Reading past the end of a cut image: a switch of Pillow's, made safe for threads.

Pillow's ``LOAD_TRUNCATED_IMAGES`` is one variable for the whole process.  Set to true for
one request, it would let half pictures through for every other.  So it becomes an object
whose truth is a context variable: true only where ``leniently()`` is entered.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from PIL import ImageFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_LENIENT: ContextVar[bool] = ContextVar("lenient", default=False)


class _Switch:
    def __bool__(self) -> bool:
        return _LENIENT.get()


@contextmanager
def leniently() -> Iterator[None]:
    """Within this block, in this thread, what is missing of a picture is filled in."""
    if not isinstance(cast("Any", ImageFile.LOAD_TRUNCATED_IMAGES), _Switch):
        ImageFile.LOAD_TRUNCATED_IMAGES = cast("Any", _Switch())
    token = _LENIENT.set(True)
    try:
        yield
    finally:
        _LENIENT.reset(token)
