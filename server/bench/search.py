"""How well reverse image search finds changed copies, and how often it is wrong.

``python server/bench/search.py``: the 235 photos of ``calibration/data`` are kept in a store of
their own; each sample photo is changed in 34 ways and searched for (recall, by the kind of
change), and each of the 235, among them several of the same people and places, is searched for
as it is: whatever is called a copy then beside itself is wrong (precision).  Takes minutes.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edge_runtime.bundle import Bundle
from edge_runtime.images import Photo
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.intake.intake import Intake
from edge_server.search.records import SearchParams
from edge_server.search.searcher import Searcher, Sought
from edge_server.store.blobs import open_blobs
from edge_server.store.database import Database
from edge_server.store.store import Store
from edge_server.tasks.light import light_servables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.search.records import Match

Pixels: TypeAlias = NDArray[np.uint8]
DATA = Path(__file__).parents[2] / "calibration" / "data"


def changed(rgb: Pixels) -> Iterator[tuple[str, Pixels]]:
    """Each kind of change and a photo changed so."""
    height, width = rgb.shape[:2]
    for percent in (50, 60, 70, 80, 90):
        for down, right in ((0.5, 0.5), (0, 0), (1, 1)):
            yield f"crop to {percent} %", cropped(rgb, percent / 100, down, right)
    for scale in (0.25, 0.5, 2.0):
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        resized = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=way)
        yield f"resize by {scale:g}", resized.astype(np.uint8)
    for quality in (20, 40, 60, 90):
        yield f"JPEG {quality}", saved(rgb, quality)
    yield "mirror", np.ascontiguousarray(rgb[:, ::-1])
    yield "mirror, crop to 70 %", np.ascontiguousarray(cropped(rgb, 0.7, 0.5, 0.5)[:, ::-1])
    for degrees in (-10, -5, 3, 8):
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        turned = cv2.warpAffine(rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        yield "turn by 3 to 10 degrees", turned.astype(np.uint8)
    yield from recoloured(rgb)


def recoloured(rgb: Pixels) -> Iterator[tuple[str, Pixels]]:
    """Other colours, the same places."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    yield "grey", cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB).astype(np.uint8)
    warm = rgb * np.array([1.15, 1, 0.8])
    for name, values in (
        ("brighter", rgb * 1.3 + 15),
        ("darker", rgb * 0.6),
        ("gamma 0.6", 255 * (rgb / 255) ** 0.6),
        ("warmer", warm),
    ):
        yield name, np.clip(values, 0, 255).astype(np.uint8)
    yield (
        "warmer, crop to 80 %, JPEG 40",
        saved(cropped(np.clip(warm, 0, 255).astype(np.uint8), 0.8, 0, 1), 40),
    )


def cropped(rgb: Pixels, share: float, down: float, right: float) -> Pixels:
    """That share of both sides, at that place."""
    height, width = rgb.shape[:2]
    high, wide = int(height * share), int(width * share)
    top, left = int((height - high) * down), int((width - wide) * right)
    return np.ascontiguousarray(rgb[top : top + high, left : left + wide])


def saved(rgb: Pixels, quality: int) -> Pixels:
    """As a JPEG of that quality and again."""
    content = BytesIO()
    Image.fromarray(rgb).save(content, "JPEG", quality=quality)
    return np.asarray(Image.open(content).convert("RGB"))


class Asking:
    """Photos that are kept, and questions about them, counted and timed."""

    def __init__(self, store: Store, searcher: Searcher) -> None:
        self.store, self.searcher = store, searcher
        self.seconds: list[float] = []

    def keep(self, intake: Intake, paths: list[Path]) -> dict[str, str]:
        """The photos' names by their ids."""
        named = {}
        for path in paths:
            upload = intake.from_bytes(path.read_bytes())
            named[self.store.keep("bench", upload).photo.id] = path.name
        self.searcher.indexer.catch_up()
        return named

    def search(self, rgb: Pixels) -> tuple[Match, ...]:
        """The matches of these pixels."""
        sought = Sought(
            owner="bench",
            photo=Photo(rgb),
            sha256="",
            params=SearchParams(),
            deadline=Deadline.after(60),
        )
        began = time.perf_counter()
        found = self.searcher.search(sought)
        self.seconds.append(time.perf_counter() - began)
        return found.matches


def recall(asking: Asking, named: dict[str, str], samples: list[Path]) -> None:
    """Print how many changed copies are found, and what else is called a copy."""
    found, asked, wrong = defaultdict(int), defaultdict(int), 0
    for path in samples:
        for change, rgb in changed(np.asarray(Image.open(path).convert("RGB"))):
            copies = [
                named[match.photo.id]
                for match in asking.search(rgb)
                if match.kind in {"exact", "near"}
            ]
            asked[change] += 1
            found[change] += path.name in copies
            wrong += len(set(copies) - {path.name})
            if path.name not in copies:
                print(f"missed: {path.name}, {change}", flush=True)
    for change in asked:
        print(f"{change:32} {found[change]:3} of {asked[change]}")
    hits, total = sum(found.values()), sum(asked.values())
    print(f"changed copies: recall {hits / total:.3f} ({hits} of {total}), ", end="")
    print(f"precision {hits / (hits + wrong):.4f} ({wrong} wrong)")


def precision(asking: Asking, named: dict[str, str], paths: list[Path]) -> None:
    """Print what is called a copy of a photo and is not."""
    itself = wrong = 0
    for path in paths:
        for match in asking.search(np.asarray(Image.open(path).convert("RGB"))):
            name = named[match.photo.id]
            itself += name == path.name and match.kind != "alike"
            if name != path.name and match.kind != "alike":
                wrong += 1
                print(f"wrong: {path.name} and {name}, {match.kind} {match.score}", flush=True)
    print(f"different photos: {itself} of {len(paths)} found, {wrong} others called copies")


def main() -> None:
    """Keep the photos, search, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=12, help="sample photos to change")
    chosen = parser.parse_args()
    samples = sorted((DATA / "samples").glob("*.[jp][pn]g"))
    others = [*(DATA / "evaluation").glob("*.jpg"), *(DATA / "calibration").glob("*.jpg")]
    engine, intake = LocalEngine(light_servables(Bundle.open())), Intake()
    with TemporaryDirectory() as folder:
        store = Store(
            Database(f"sqlite:///{folder}/store.sqlite", seconds=10),
            open_blobs(f"{folder}/blobs"),
        )
        asking = Asking(
            store,
            Searcher(store=store, engine=engine, intake=intake, folder=Path(folder) / "search"),
        )
        named = asking.keep(intake, [*samples, *sorted(others)])
        recall(asking, named, samples[: chosen.samples])
        precision(asking, named, [*samples, *sorted(others)])
        middle = 1000 * sorted(asking.seconds)[len(asking.seconds) // 2]
        print(f"{len(named)} photos, {len(asking.seconds)} searches, median {middle:.0f} ms")
        store.close()
    engine.drain(10)


if __name__ == "__main__":
    main()
