"""How many lines of known pages are read rightly: by the server's reader, and by RapidOCR.

    python server/bench/reading.py

The pages are those of the tests: a scan turned four ways, six sentences in nine. Weights are
pulled into a folder that is thrown away; RapidOCR is asked where it is installed.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from edge_server.heavy_model import heavy_model
from edge_server.reading.reader import Wish
from edge_server.weights.weights_store import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "edge_server" / "reading"
SCAN = ROOT / "calibration" / "data" / "samples" / "page.png"


def main() -> None:
    """Print, for each reader, the lines that it read and the pages it had in order."""
    pages = list(known_pages())
    with tempfile.TemporaryDirectory() as folder:
        readers = {"edge-serve": ours(Path(folder))}
        if find_spec("rapidocr"):
            readers["rapidocr"] = theirs(Path(folder))
        for name, read in readers.items():
            found = [(read(page), wanted) for page, wanted in pages]
            lines = sum(line in lines for lines, wanted in found for line in wanted)
            ordered = sum(lines == wanted for lines, wanted in found)
            total = sum(len(wanted) for _, wanted in pages)
            print(f"{name}: {lines} of {total} lines, {ordered} of {len(pages)} in order")


def known_pages() -> Iterator[tuple[Any, list[str]]]:
    """Pixels uint8 [H, W, 3] and what is written there."""
    made = loaded("conftest")
    for page in made.known_pages().values():
        yield np.ascontiguousarray(page), list(made.SENTENCES)
    scan = np.asarray(Image.open(SCAN).convert("RGB"))
    for quarters in range(4):
        yield np.ascontiguousarray(np.rot90(scan, -quarters)), loaded("test_reader").SCAN


def loaded(name: str) -> Any:
    """A file of the tests."""
    spec = spec_from_file_location(name, TESTS / f"{name}.py")
    if spec is None or spec.loader is None:
        sys.exit(f"there is no {name}.py among the tests: run this in a checkout")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ours(folder: Path) -> Callable[[Any], list[str]]:
    """The server's reader with its published networks."""
    store = WeightsStore(folder / "weights")
    store.pull("text-ppocr", progress=lambda _done, _size: None)
    runner: Any = heavy_model("text-ppocr").load(store.get("text-ppocr"), "cpu")

    def read(page: Any) -> list[str]:
        text = runner.reader.read(page, Wish(), lambda _share: None)
        return [line.text for line in text.lines]

    return read


def theirs(folder: Path) -> Callable[[Any], list[str]]:
    """RapidOCR by its own settings."""
    from rapidocr import RapidOCR  # noqa: PLC0415  only where it is installed

    engine = RapidOCR(params={"Global.log_level": "critical"})

    def read(page: Any) -> list[str]:
        path = folder / "page.png"
        Image.fromarray(page).save(path)
        return list(engine(str(path)).txts or ())

    return read


if __name__ == "__main__":
    main()
