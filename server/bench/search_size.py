"""How reverse image search behaves with 1,000, 10,000 and 50,000 photos.

``python server/bench/search_size.py``: the photos of ``calibration/data`` are described; the
rest are made up of theirs: a vector between two of them with noise, a hash of its own, a look
(what copies are compared by) of one of them.  Rows are written to a store of their own, as the
server writes them.  Prints what a new photo costs, what each step of a search takes, what a
start from the database takes, the file of the graph and the memory, and how many of the
nearest 31 are found.  Where no graph is made by itself one is made for the comparison.  Takes
minutes, and a gigabyte of a temporary folder.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from search import DATA, changed
from sqlalchemy import insert

from edge_runtime.bundle import Bundle
from edge_runtime.images import Photo
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.intake.intake import Intake
from edge_server.search.finding import COMPARED, Asked, candidates
from edge_server.search.nearest import Graph, Plain
from edge_server.search.packing import pack, pack_vector
from edge_server.search.records import SearchParams
from edge_server.search.searcher import Searcher, Sought
from edge_server.search.tables import SearchVector
from edge_server.store.blobs import open_blobs
from edge_server.store.database import Database
from edge_server.store.store import Store
from edge_server.store.tables import Blob
from edge_server.store.tables import Photo as PhotoRow
from edge_server.tasks.light import light_servables

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_server.search.description import Description

OWNER = "bench"
_SEARCHES, _ADDED = 100, 20
_AT_ONCE = 1000


@dataclass
class Times:
    """Milliseconds, by what took them, and those of the processor."""

    spent: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def of(self, what: str, act: Callable[[], Any]) -> Any:
        """Do it."""
        wall, processor = time.perf_counter(), time.process_time()
        told = act()
        took = 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)
        self.spent.setdefault(what, []).append(took)
        return told

    def tell(self) -> None:
        """Print medians and, of many, the 99th of a hundred."""
        for what, spent in self.spent.items():
            median, high = np.median(spent, axis=0), np.percentile(spent, 99, axis=0)
            many = f", p99 {high[0]:.1f} ({high[1]:.1f})" if len(spent) > 9 else ""
            print(f"  {what:40} {median[0]:9.1f} ms (processor {median[1]:.1f}){many}")


class Making:
    """Rows of photos that there never were, like those of real ones."""

    def __init__(self, real: list[Description]) -> None:
        self._draws = np.random.default_rng(0)
        self._real, self._made = real, 0
        self._vectors = np.stack([one.vector for one in real])
        self._looks = [pack(one.look) for one in real]

    def vectors(self, count: int) -> np.typing.NDArray[np.float32]:
        """Unit vectors, float32 [count, 256]."""
        one, other = self._draws.integers(0, len(self._real), (2, count))
        share = self._draws.uniform(0, 0.5, (count, 1))
        mixed = (1 - share) * self._vectors[one] + share * self._vectors[other]
        mixed += self._draws.standard_normal(mixed.shape) * 0.03
        return (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)

    def write(self, store: Store, version: str, count: int) -> None:
        """So many more rows."""
        for start in range(self._made, self._made + count, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, self._made + count))
            vectors = self.vectors(len(numbers))
            rows = [self._row(at, vectors[at - start], version) for at in numbers]
            with store.session() as session:
                session.execute(insert(Blob), [_blob(at) for at in numbers])
                session.execute(insert(PhotoRow), [_photo(at) for at in numbers])
                session.execute(insert(SearchVector), rows)
        self._made += count

    def _row(self, number: int, vector: Any, version: str) -> dict[str, Any]:
        return {
            "photo_id": f"{number:032x}",
            "owner": OWNER,
            "version": version,
            "pixels": f"{number:064x}",
            "hash": self._draws.bytes(8),
            "vector": pack_vector(vector),
            "look": self._looks[number % len(self._looks)],
        }


def _blob(number: int) -> dict[str, Any]:
    return {"sha256": f"{number:064x}", "md5": f"{number:032x}", "size": 1, "made": 0.0}


def _photo(number: int) -> dict[str, Any]:
    row = dict.fromkeys(("format", "make", "model", "taken"), "")
    known = {"id": f"{number:032x}", "owner": OWNER, "sha256": f"{number:064x}"}
    return row | known | {"kept": 0.0, "width": 640, "height": 480, "tags": {}}


def memory() -> float:
    """MiB of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def measure(
    searcher: Searcher, making: Making, asked: list[Asked], photos: list[Photo]
) -> None:
    """Everything at the present size."""
    times, rows = Times(), searcher.rows
    for at in range(_SEARCHES):
        times.of("state of the rows", lambda: rows.mark(OWNER))
        times.of("what is pending", lambda: rows.counts(OWNER))
        with searcher.indexes.index(OWNER) as index:
            one = asked[at % len(asked)]
            times.of("candidates", lambda: candidates(index, one, COMPARED + 1))  # noqa: B023
        if at < 20:
            sought = Sought(
                owner=OWNER,
                photo=photos[at % len(photos)],
                sha256="",
                params=SearchParams(),
                deadline=Deadline.after(600),
            )
            times.of("a whole search", lambda: searcher.search(sought))  # noqa: B023
    for _ in range(_ADDED):
        times.of(
            "a photo's rows written", lambda: making.write(searcher.store, rows.version, 1)
        )
        times.of("look for what is not described", lambda: rows.pending(None, "", 50))
        times.of("first search after a photo came", lambda: _touch(searcher))
    times.tell()


def _touch(searcher: Searcher) -> int:
    with searcher.indexes.index(OWNER) as index:
        return len(index)


def start(searcher: Searcher, times: Times) -> Searcher:
    """A searcher as it is after a start, its index made from the database."""
    again = Searcher(
        store=searcher.store,
        engine=searcher.engine,
        intake=searcher.intake,
        folder=searcher.folder,
    )
    before = memory()
    times.of("first search after a start: the index", lambda: _touch(again))
    print(f"  the index takes {memory() - before:.0f} MiB")
    return again


def begin(searcher: Searcher) -> None:
    """What is due after a start goes on beside searches."""
    searcher.folding.wake()
    began = time.perf_counter()
    searcher.folding.settle(600)
    print(f"  the graph was made beside it in {time.perf_counter() - began:.1f} s")


def graph(making: Making, count: int, folder: Path) -> None:
    """A graph against comparing with all."""
    times, plain, made = Times(), Plain(), Graph()
    keys, vectors, asked = np.arange(count), making.vectors(count), making.vectors(_SEARCHES)
    plain.add(keys, vectors)
    before = memory()
    times.of("graph: made", lambda: made.add(keys, vectors))
    size, path = memory() - before, folder / "graph"
    times.of("graph: written", lambda: made.save(path))
    times.of("graph: read", lambda: Graph.load(path))
    found = 0
    for one in asked:
        exact = times.of("comparing with all: 31", lambda: plain.best(one, 31))  # noqa: B023
        near = times.of("graph: 31", lambda: made.best(one, 31))  # noqa: B023
        found += len({key for key, _ in exact} & {key for key, _ in near})
    times.tell()
    print(
        f"  graph: {size:.0f} MiB, file {path.stat().st_size / 2**20:.1f} MiB, "
        f"recall {found / 31 / len(asked):.3f}"
    )


def main() -> None:
    """Describe, make up, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,50000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    engine = LocalEngine(light_servables(Bundle.open()))
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder}/store.sqlite", seconds=60)
        store = Store(database, open_blobs(f"{folder}/blobs"))
        searcher = Searcher(
            store=store, engine=engine, intake=Intake(), folder=folder / "search"
        )
        paths = sorted(DATA.rglob("*.jpg"))
        real = [_described(searcher, np.asarray(_opened(path))) for path in paths]
        making = Making([one.description for one in real])
        some = [np.asarray(_opened(path)) for path in paths[::20]]
        altered = [rgb for photo in some for _, rgb in list(changed(photo))[::12]]
        asked = [_described(searcher, rgb) for rgb in altered]
        done = 0
        for size in sizes:
            print(f"{size} photos, {len(paths)} real ones to make them of", flush=True)
            making.write(store, searcher.rows.version, size - done)
            times = Times()
            searcher = start(searcher, times)
            times.tell()
            if searcher.indexes.due:
                begin(searcher)
            measure(searcher, making, asked, [one.photo for one in asked])
            done = size + _ADDED
            graph(making, size, folder)
        store.close()
    engine.drain(10)


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.thumbnail((640, 640))
        return image.convert("RGB")


def _described(searcher: Searcher, rgb: Any) -> Asked:
    photo = Photo(rgb)
    return Asked.of(photo, searcher.describer.describe(photo, Deadline.after(600)))


if __name__ == "__main__":
    main()
