"""The same networks in another's hands: where RapidOCR reads a line, we read the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime.results import Text


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Any], Any]]:
    """RapidOCR as it comes, with the files of its own package."""
    rapidocr = pytest.importorskip("rapidocr")
    engine = rapidocr.RapidOCR(params={"Global.log_level": "critical"})
    folder = tmp_path_factory.mktemp("pages")

    def read(rgb: Any) -> Any:
        path = folder / "page.png"
        Image.fromarray(np.ascontiguousarray(rgb)).save(path)
        found = engine(str(path))
        return list(zip(found.txts, found.scores, found.boxes, strict=True))

    yield read
    logging.getLogger("RapidOCR").handlers.clear()


@pytest.mark.parametrize(("name", "most_wrong"), [("40 degrees", 0), ("scan", 1)])
def test_lines_confidences_and_places_are_theirs(
    name: str,
    most_wrong: int,
    theirs: Callable[[Any], Any],
    read: Callable[..., Text],
    pages: dict[str, Any],
    scan: Any,
) -> None:
    page = scan if name == "scan" else pages[name]
    ours = {line.text: line for line in read(page, longest=2048).lines}
    known = [row for row in theirs(page) if row[0] in ours]
    assert len(ours) - len(known) <= most_wrong  # theirs, which ours reads rightly
    for text, confidence, box in known:
        assert ours[text].confidence == pytest.approx(float(confidence), abs=0.03)
        apart = np.abs(np.array(ours[text].polygon) - np.array(box))
        assert np.median(apart) < 2
        assert apart.max() < 8
