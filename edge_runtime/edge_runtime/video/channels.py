"""What hands things from one thread to the next: bounded, in order, and it always ends."""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Item = TypeVar("Item")
_AWAKE = 0.5


class Channel(Generic[Item]):
    """At most ``depth`` items between one thread that puts and one that iterates.

    A full channel makes the writer wait, or, where it ``drops``, gives up its oldest item:
    then what is read is never older than ``depth`` items, however slow the reader is.
    ``dropped`` counts those.
    """

    def __init__(self, depth: int, *, drops: bool = False) -> None:
        self.dropped = 0
        self._depth, self._drops = depth, drops
        self._items: deque[Item] = deque()
        self._changed = Condition()
        self._finished = self._left = False
        self._error: BaseException | None = None

    def put(self, item: Item) -> bool:
        """Hand an item over; false where the reader has left and no more are wanted."""
        with self._changed:
            if self._drops and len(self._items) >= self._depth:
                self._items.popleft()
                self.dropped += 1
            while len(self._items) >= self._depth and not self._left:
                self._changed.wait()
            if self._left:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def finish(self, error: BaseException | None = None) -> None:
        """The last item was put; the reader is given the ``error`` after all of them."""
        with self._changed:
            self._finished, self._error = True, error
            self._changed.notify_all()

    def leave(self) -> None:
        """The reader wants no more: what waits is let go, and so is the writer."""
        with self._changed:
            self._left = True
            self._items.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Item]:
        while True:
            with self._changed:
                while not (self._items or self._finished or self._left):
                    self._changed.wait(_AWAKE)  # else Windows would not see Ctrl-C
                if self._left:
                    return
                if not self._items:
                    if self._error is not None:
                        raise self._error
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item
