"""The owners' indexes: made from the database, held to it, and for large ones kept in files.

The database is the truth.  Before each search two numbers are asked of it; where they are not
those of the index, rows that are gone are forgotten and new ones loaded, whichever process
wrote them.  A graph's file saves building it after a start: one that is lost, damaged or old is
mended from the database.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import OrderedDict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import TYPE_CHECKING

import numpy as np

from edge_server.search.nearest import GRAPH_FROM, Graph, Plain
from edge_server.search.owner_index import OwnerIndex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edge_server.search.nearest import Nearest
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

    ``folder`` is where graphs are kept; ``graph_from``: as many vectors as a graph is for.
    """

    rows: Rows
    folder: Path
    graph_from: int = GRAPH_FROM
    _held: OrderedDict[str, _Held] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def index(self, owner: str) -> Iterator[OwnerIndex]:
        """The owner's index as the database is now; nobody else has it meanwhile."""
        held = self._of(owner)
        with held.lock:
            mark = self.rows.mark(owner)
            if held.index is None or self._outgrown(held.index, mark):
                held.index = self._begun(owner, mark)
            if held.index.mark != mark:
                self._mend(owner, held.index, mark)
            yield held.index

    def forget(self) -> None:
        """Drop everything from memory and from the folder."""
        with self._lock:
            self._held.clear()
        for path in self.folder.glob("*.usearch"):
            path.unlink(missing_ok=True)

    def _of(self, owner: str) -> _Held:
        with self._lock:
            held = self._held.setdefault(owner, _Held())
            self._held.move_to_end(owner)
            while len(self._held) > _OWNERS:
                self._held.popitem(last=False)
            return held

    def _outgrown(self, index: OwnerIndex, mark: Mark) -> bool:
        return isinstance(index.nearest, Plain) and mark.size >= self.graph_from

    def _begun(self, owner: str, mark: Mark) -> OwnerIndex:
        if mark.size < self.graph_from:
            return OwnerIndex(Plain())
        return OwnerIndex(self._loaded(owner))

    def _loaded(self, owner: str) -> Nearest:
        path = self._path(owner)
        if path.is_file():
            try:
                return Graph.load(path)
            except ValueError as error:
                _LOG.warning("an index of the search is made anew: %s", error)
                path.unlink(missing_ok=True)
        return Graph()

    def _mend(self, owner: str, index: OwnerIndex, mark: Mark) -> None:
        ids = self.rows.ids(owner)
        index.keep_only(ids)
        built = len(index.nearest.keys())
        for rows in self.rows.vectors(np.setdiff1d(ids, index.ids)):
            index.add(rows)
        index.mark = mark
        if isinstance(index.nearest, Graph) and len(index.nearest.keys()) != built:
            self._save(owner, index.nearest)

    def _save(self, owner: str, graph: Graph) -> None:
        """A file that cannot be written costs time at the next start, and nothing else."""
        path = self._path(owner)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            graph.save(unfinished)
            unfinished.replace(path)
        except (OSError, RuntimeError) as error:
            _LOG.warning("an index of the search is not kept: %s", type(error).__name__)
        finally:
            with suppress(OSError):
                unfinished.unlink()

    def _path(self, owner: str) -> Path:
        name = hashlib.sha256(f"{self.rows.version}/{owner}".encode()).hexdigest()[:32]
        return self.folder / f"{name}.usearch"
