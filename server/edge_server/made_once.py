"""Properties that are made once, in whichever thread asks first."""

from __future__ import annotations

from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

Value = TypeVar("Value")


class made_once(cached_property[Value]):  # noqa: N801  named as what it stands for
    """``functools.cached_property`` with the lock that it has had until Python 3.11.

    Later ones let each thread that asks at first make a value of its own: what runs threads or
    keeps count must not be there twice.
    """

    def __init__(self, make: Callable[[Any], Value]) -> None:
        super().__init__(make)
        self._making = RLock()

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Value: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | Value:
        """The value, made now where it was not; afterwards nobody comes here any more."""
        if instance is None:
            return self
        with self._making:
            return super().__get__(instance, owner)
