"""How long it takes to group faces: all of them, and after a photo went or came.

``python server/bench/people.py --faces 10000``: made-up faces in a store of their own.  A few
people are seen often and many once, some look alike: 1 pair in 400 of different people is
within the limit, so that nearly all faces hang together by chains.  Prints wall and processor
time of grouping everything (arrays, and through the database), of the next look after photos
were deleted, and of a photo that comes, is merged and is undone; and the most memory.  The
groups at the end are compared with those of everything anew.  Takes a minute.
"""

from __future__ import annotations

import argparse
import resource
import time
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select

from edge_server.people.clustering import groups
from edge_server.people.collection import Collection
from edge_server.people.deciding import Deciding
from edge_server.people.faces import FaceSet
from edge_server.people.records import SayParams
from edge_server.people.rows import vector_bytes, vector_of
from edge_server.people.spans import LIMIT, LIMIT_SPAN, on_grid, spans
from edge_server.people.tables import CollectedFace
from edge_server.store.blobs import open_blobs
from edge_server.store.database import Database
from edge_server.store.store import Store
from edge_server.store.tables import Blob, Photo
from edge_server.tasks.task import Own

if TYPE_CHECKING:
    from collections.abc import Iterator

Vectors: TypeAlias = NDArray[np.float32]
OWNER = "bench"
_CHIP = bytes(40_000)  # as large as a picture of a face
_TIMES, _MORE = 7, 10**6


def sizes_of(count: int) -> list[int]:
    """How often each person is seen: some often, three in ten faces of people seen once."""
    often, found = int(0.7 * count), list[int]()
    while sum(found) < often:
        found.append(max(2, int(0.06 * count / (len(found) + 1) ** 0.7)))
    found[-1] -= sum(found) - often
    return [size for size in found if size] + [1] * (count - often)


def faces_of(count: int, draws: np.random.Generator) -> tuple[Vectors, NDArray[np.intp]]:
    """Vectors [N, 128] and who they are of: 0.38 apart on average in one person, 0.83 in
    two."""
    sizes = sizes_of(count)
    who = np.arange(len(sizes)).repeat(sizes)
    among, within = (np.exp(-np.arange(128) / (2 * size)) for size in (18, 30))
    among, within = (scale / np.sqrt(2 * (scale**2).sum()) for scale in (among, within))
    centres = 0.74 * among * draws.standard_normal((len(sizes), 128))
    noise = 0.42 * within * draws.uniform(0.75, 1.15, (len(sizes), 1))
    vectors = centres[who] + noise[who] * draws.standard_normal((count, 128))
    return vectors.astype(np.float32), who


def photos_of(who: NDArray[np.intp], draws: np.random.Generator) -> NDArray[np.intp]:
    """The photo of each face: one to six people each."""
    photos, photo, seen, room = np.zeros(len(who), np.intp), 0, set[int](), 1
    for face in draws.permutation(len(who)).tolist():
        if len(seen) == room or int(who[face]) in seen:
            photo, seen = photo + 1, set()
            room = int(draws.choice([1, 2, 3, 4, 6], p=[0.5, 0.25, 0.12, 0.08, 0.05]))
        seen.add(int(who[face]))
        photos[face] = photo
    return photos


def fill(store: Store, vectors: Vectors, photos: NDArray[np.intp]) -> None:
    """Rows as collecting writes them, not yet grouped."""
    with store.session() as session:
        blob = {"sha256": "0" * 64, "md5": "0" * 32, "size": 1, "made": 0.0}
        session.execute(insert(Blob), [blob])
        session.execute(insert(Photo), [_photo(at) for at in range(int(photos.max()) + 1)])
        for start in range(0, len(photos), 1000):
            part = range(start, min(start + 1000, len(photos)))
            rows = [_face(at, int(photos[at]), vectors[at]) for at in part]
            session.execute(insert(CollectedFace), rows)


def _photo(number: int) -> dict[str, Any]:
    row = dict.fromkeys(("format", "make", "model", "taken"), "")
    return row | {
        "id": f"{number:032x}",
        "owner": OWNER if number == 0 else f"{OWNER} {number}",  # of one owner, once a blob
        "sha256": "0" * 64,
        "kept": 0.0,
        "width": 1,
        "height": 1,
        "tags": {},
    }


def _face(number: int, photo: int, vector: Vectors) -> dict[str, Any]:
    return {
        "id": f"{number:032x}",
        "owner": OWNER,
        "photo_id": f"{photo:032x}",
        "box": [10.0, 10.0, 60.0, 60.0],
        "score": 0.999,
        "vector": vector_bytes(vector),
        "chip": _CHIP,
        "cluster": f"{number:032x}",
        "made": 0.0,
    }


@contextmanager
def timed(what: str, times: dict[str, list[tuple[float, float]]]) -> Iterator[None]:
    """Wall and processor seconds of what is done inside."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    spent = time.perf_counter() - wall, time.process_time() - processor
    times.setdefault(what, []).append(spent)


def all_faces(store: Store) -> FaceSet:
    """Those that are in the database."""
    with store.reading() as session:
        columns = CollectedFace.id, CollectedFace.photo_id, CollectedFace.vector
        rows = session.execute(select(*columns)).all()
    return FaceSet.of((row.id, row.photo_id, vector_of(row.vector)) for row in rows)


def change(store: Store, times: dict[str, list[tuple[float, float]]]) -> None:
    """Photos go and come back, groups are merged, and each is looked at and undone."""
    collection = Collection(Own(owner=OWNER, store=store))
    draws = np.random.default_rng(1)
    for turn in range(_TIMES):
        clusters = collection.clusters().clusters
        largest, *others = clusters
        other = others[int(draws.integers(len(others)))]
        for name, group in (("the largest group", largest), ("another group", other)):
            with store.session() as session:
                photo = group.faces[int(draws.integers(len(group.faces)))].photo
                session.execute(delete(Photo).where(Photo.id == photo))
            with timed(f"look after a photo of {name} went", times):
                collection.clusters()
        with timed("look", times):
            clusters = collection.clusters().clusters
        pair = clusters[int(draws.integers(5, 50))].id, clusters[-1].id
        with timed("merge", times):
            said = Deciding(collection).say(SayParams(kind="merge", clusters=pair))
        with timed("undo", times):
            collection.undo(said.id)
        with store.session() as session:
            like = session.get_one(CollectedFace, clusters[int(draws.integers(50))].id)
            vector = vector_of(like.vector) + draws.normal(0, 0.02, 128).astype(np.float32)
            session.execute(insert(Photo), [_photo(_MORE + turn)])
            session.execute(insert(CollectedFace), [_face(_MORE + turn, _MORE + turn, vector)])
        with timed("look after a photo came", times):
            collection.clusters()


def main() -> None:
    """Make faces, group them, change them, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=int, default=10_000)
    count = parser.parse_args().faces
    draws = np.random.default_rng(0)
    vectors, who = faces_of(count, draws)
    photos = photos_of(who, draws)
    tell_faces(vectors, who)
    times: dict[str, list[tuple[float, float]]] = {}
    rows = zip(range(count), photos.tolist(), vectors, strict=True)
    faces = FaceSet.of(
        (f"{face:032x}", f"{photo:032x}", vector) for face, photo, vector in rows
    )
    before = _most_memory()
    with timed("all groups, without the database", times):
        found = groups(faces)
    print(f"{len(set(found.values()))} groups; at most {_most_memory() - before} MiB more")
    with TemporaryDirectory() as folder:
        store = Store(
            Database(f"sqlite:///{folder}/store.sqlite", seconds=10),
            open_blobs(f"{folder}/blobs"),
        )
        fill(store, vectors, photos)
        with timed("first look", times):
            Collection(Own(owner=OWNER, store=store)).clusters()
        change(store, times)
        with store.reading() as session:
            rows = session.execute(select(CollectedFace.id, CollectedFace.cluster)).all()
        same = {row.id: row.cluster for row in rows} == groups(all_faces(store))
        print("the groups are those of everything anew" if same else "THE GROUPS ARE WRONG")
        store.close()
    for what, spent in times.items():
        wall, processor = np.median(np.array(spent), axis=0)
        print(
            f"{what:42} {wall:6.2f} s, of the processor {processor:6.2f} s ({len(spent)} times)"
        )


def tell_faces(vectors: Vectors, who: NDArray[np.intp]) -> None:
    """Print how far apart they are."""
    some = np.random.default_rng(0).permutation(len(who))[:1000]
    grid = on_grid(vectors[some])
    apart = spans(grid, grid)[np.triu_indices(len(some), 1)]
    same = (who[some][:, None] == who[some])[np.triu_indices(len(some), 1)]
    for name, found in (("one person", apart[same]), ("two people", apart[~same])):
        within = (found <= LIMIT_SPAN).mean()
        mean = found.mean() / LIMIT_SPAN * LIMIT
        print(f"{name}: {mean:.2f} apart on average, {within:.2%} within the limit")


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
