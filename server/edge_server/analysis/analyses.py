"""What counts as an analysis: tasks by their names, and which are made without being named."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from edge_runtime.spec import Record
from edge_server.problems import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edge_server.engine.interface import Engine
    from edge_server.tasks.task import Task

ALL = "all"


class Analysis(Record, frozen=True, kw_only=True):
    """A task that says something of a photo without being told anything else.

    ``by_name``: it is made only where it is named.  ``lasting``: the same photo has the same
    answer until a model of it changes, so that it may be kept.  ``own``: it asks what the
    caller has stored.  ``beside`` are the models that it asks beside its own.
    """

    task: str
    by_name: bool = False
    lasting: bool = True
    own: bool = False
    beside: tuple[str, ...] = ()


_FACES = ("face-detection-short",)
# Those that take longest come first: what is begun last ends last.
ANALYSES = (
    Analysis(task="caption"),
    Analysis(task="text"),
    Analysis(task="people", lasting=False, own=True, beside=("face-detection-mtcnn",)),
    Analysis(task="age-and-gender", lasting=False, beside=("face-detection-mtcnn",)),
    Analysis(task="properties"),
    Analysis(task="objects"),
    Analysis(task="classify"),
    Analysis(task="smile", beside=_FACES),
    Analysis(task="faces"),
    Analysis(task="landmarks", beside=_FACES, by_name=True),
    Analysis(task="segment", by_name=True),
    Analysis(task="instances", by_name=True),
    Analysis(task="semantic-segmentation", by_name=True),
    Analysis(task="depth", by_name=True),
)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The analyses to make, in the order of ``ANALYSES``; ``skipped`` were not named, and
    have no weights here.
    """

    analyses: tuple[str, ...]
    skipped: tuple[str, ...] = ()


def known_analyses(tasks: Sequence[Task]) -> dict[str, Analysis]:
    """The analyses that there are tasks for, in their order."""
    here = {task.name for task in tasks}
    return {one.task: one for one in ANALYSES if one.task in here}


@dataclass(frozen=True)
class Analyses:
    """The analyses that there are tasks for."""

    tasks: Mapping[str, Task]
    known: Mapping[str, Analysis]
    engine: Engine

    @classmethod
    def of(cls, tasks: Sequence[Task], engine: Engine) -> Analyses:
        """Those of these tasks."""
        return cls({task.name: task for task in tasks}, known_analyses(tasks), engine)

    def chosen(self, names: Sequence[str], *, own: bool = True) -> Chosen:
        """What these names stand for: none is everything that can be made here, is switched
        on and need not be named, ``all`` is everything.  ``own``: whether the caller has
        stored things.  Raises ``UnknownName``.
        """
        wanted = {name.strip() for name in names if name.strip()}
        for name in sorted(wanted - {ALL, *self.known}):
            raise self._unknown(name)
        if wanted:
            return Chosen(analyses=tuple(x for x in self.known if x in wanted or ALL in wanted))
        unasked = [
            name
            for name, one in self.known.items()
            if not (one.by_name or self.tasks[name].off) and (own or not one.own)
        ]
        here = tuple(name for name in unasked if self.versions(name) is not None)
        return Chosen(
            analyses=here, skipped=tuple(name for name in unasked if name not in here)
        )

    def heavy(self, names: Sequence[str]) -> bool:
        """Whether a heavy model is among them."""
        return any(self.tasks[name].heavy for name in names)

    def versions(self, name: str) -> Mapping[str, str] | None:
        """The models that an analysis asks, each with its hash; None where one is not here."""
        asked = (*self.tasks[name].models[:1], *self.known[name].beside)
        found = {model: self.engine.version(model) for model in asked}
        here = {model: sha256 for model, sha256 in found.items() if sha256 is not None}
        return here if len(here) == len(found) else None

    def _unknown(self, name: str) -> UnknownName:
        near = get_close_matches(name, self.known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(self.known)}"
        return UnknownName(f"{name[:100]!r} is no analysis; {hint}")
