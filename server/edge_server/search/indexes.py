"""The owners' indexes: made from the database, held to it, and for large ones kept in files.

The database is the truth.  Before each search two numbers are asked of it; where they are not
those of the index, rows that are gone are forgotten and new ones loaded, whichever process
wrote them.  A graph's file saves building it after a start: what it has not is compared one by
one, and where it is lost or damaged, that is everything, until the graph was made anew.
"""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.outputs import beside
from edge_server.search.nearest import GRAPH_FROM, Graph, Nearest
from edge_server.search.owner_index import OwnerIndex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edge_server.search.rows import Mark, Rows

_LOG = logging.getLogger("edge_server")
_OWNERS = 64  # whose indexes stay in memory


@dataclass
class _Held:
    lock: RLock = field(default_factory=RLock)
    index: OwnerIndex | None = None


@dataclass
class Indexes:
    """Indexes by owner; any number of threads may use them.

    ``folder`` is where graphs are kept; ``graph_from``: as many vectors beside a graph are to
    be put into it; ``due``: the owners of whose index that is so.
    """

    rows: Rows
    folder: Path
    graph_from: int = GRAPH_FROM
    due: set[str] = field(default_factory=set)
    _held: OrderedDict[str, _Held] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def index(self, owner: str) -> Iterator[OwnerIndex]:
        """The owner's index as the database is now; nobody else has it meanwhile."""
        held = self._of(owner)
        with held.lock:
            mark = self.rows.mark(owner)
            if held.index is None:
                held.index = OwnerIndex(Nearest(self._loaded(owner)))
            if held.index.mark != mark:
                self._mend(owner, held.index, mark)
            yield held.index
            self._look(owner, held.index)

    def next_due(self) -> str | None:
        """Some owner of whose index much is beside its graph, if there is one."""
        with self._lock:
            return min(self.due, default=None)

    def save(self, owner: str, graph: Graph) -> None:
        """Write the owner's graph.  A file that cannot be written costs time at the next start,
        and nothing else."""
        path = self._path(owner)
        unfinished = beside(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            graph.save(unfinished)
            unfinished.replace(path)
        except (OSError, RuntimeError) as error:
            _LOG.warning("an index of the search is not kept: %s", type(error).__name__)
        finally:
            with suppress(OSError):
                unfinished.unlink()

    def forget(self) -> None:
        """Drop everything from memory and from the folder."""
        with self._lock:
            self._held.clear()
            self.due.clear()
        for path in self.folder.glob("*.usearch"):
            path.unlink(missing_ok=True)

    def _of(self, owner: str) -> _Held:
        with self._lock:
            held = self._held.setdefault(owner, _Held())
            self._held.move_to_end(owner)
            while len(self._held) > _OWNERS:
                self._held.popitem(last=False)
            return held

    def _loaded(self, owner: str) -> Graph | None:
        path = self._path(owner)
        if path.is_file():
            try:
                return Graph.load(path)
            except ValueError as error:
                _LOG.warning("an index of the search is made anew: %s", error)
                path.unlink(missing_ok=True)
        return None

    def _mend(self, owner: str, index: OwnerIndex, mark: Mark) -> None:
        new = np.setdiff1d(self.rows.ids(owner, after=index.mark.last), index.ids)
        if not index.mark.last or len(index) + len(new) != mark.size:  # some went
            ids = self.rows.ids(owner)
            index.keep_only(ids)
            new = np.setdiff1d(ids, index.ids)
        for rows in self.rows.vectors(new):
            index.add(rows)
        index.mark = mark

    def _look(self, owner: str, index: OwnerIndex) -> None:
        """Whether its graph is to be added to."""
        with self._lock:
            if len(index.nearest.beside.keys()) >= self.graph_from:
                self.due.add(owner)
            else:
                self.due.discard(owner)

    def _path(self, owner: str) -> Path:
        name = hashlib.sha256(f"{self.rows.version}/{owner}".encode()).hexdigest()[:32]
        return self.folder / f"{name}.usearch"
