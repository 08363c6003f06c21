"""Files that are made to be measured: each mix of precisions is tried at most once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec

from edge_calibration.recipes import recipe_for
from edge_calibration.search.scoring import Scored
from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edge_calibration.recipes import Precision, Recipe
    from edge_calibration.search.journal import Journal

    Mix: TypeAlias = Mapping[str, Precision]
    Found = TypeVar("Found")


class Alone(Record, frozen=True, kw_only=True):
    """A file's size, and its loss on few views."""

    bytes: int
    loss: float


class Full(Record, frozen=True, kw_only=True):
    """A file's size, and everything about its quality."""

    bytes: int
    scored: Scored


@dataclass(frozen=True, kw_only=True)
class Measures:
    """How files are made and measured: ``make`` builds a recipe's file, ``quick`` tells the
    mean squared difference of its outputs, ``full`` everything, ``time`` the time of a run
    over the float32 file's."""

    make: Callable[[Recipe], Path]
    quick: Callable[[Path], float]
    full: Callable[[Path], Scored]
    time: Callable[[Path], float]


class Trials:
    """Mixes of one model, measured, and kept in a journal.

    The file of a trial is deleted as soon as it has been measured.
    """

    def __init__(self, model: str, version: str, measures: Measures, journal: Journal) -> None:
        self._model, self._version = model, version
        self._measures = measures
        self._journal = journal
        self._scored: dict[str, tuple[Mix, Full]] = {}

    @property
    def scored(self) -> list[tuple[Mix, Full]]:
        """Every mix whose quality was asked for, in that order."""
        return list(self._scored.values())

    def recipe(self, mix: Mix) -> Recipe:
        """The recipe that a mix is."""
        return recipe_for(self._model, self._version, mix)

    def alone(self, mix: Mix) -> Alone:
        """Size and loss on few views."""

        def measure(path: Path) -> Alone:
            return Alone(bytes=path.stat().st_size, loss=self._measures.quick(path))

        return self._remembered("alone", mix, Alone, measure)

    def full(self, mix: Mix) -> Full:
        """Size and quality; counts as a trial."""

        def measure(path: Path) -> Full:
            return Full(bytes=path.stat().st_size, scored=self._measures.full(path))

        found = self._remembered("full", mix, Full, measure)
        self._scored[_key("full", mix)] = mix, found
        return found

    def time(self, mix: Mix) -> float:
        """The time of a run over the float32 file's."""
        return self._remembered("time", mix, float, self._measures.time)

    def _remembered(
        self,
        what: str,
        mix: Mix,
        kind: type[Found],
        measure: Callable[[Path], Found],
    ) -> Found:
        def work() -> Found:
            path = self._measures.make(self.recipe(mix))
            try:
                return measure(path)
            finally:
                path.unlink(missing_ok=True)

        return self._journal.remembered(_key(what, mix), kind, work)


def _key(what: str, mix: Mix) -> str:
    chosen = sorted((layer, is_) for layer, is_ in mix.items() if is_ != "float")
    return f"{what} {hashlib.sha256(msgspec.json.encode(chosen)).hexdigest()[:24]}"
