"""How far the web runtime is from ``edge_runtime``, and how fast: the table of its README.

``WEB_AGREEMENT=write pytest tests/web/test_web_agreement.py`` writes the table anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime import Lens
from edge_runtime import contract as c
from edge_runtime.bundle import Bundle
from edge_runtime.geometry import iou
from edge_runtime.golden import Tolerance, difference, read_golden
from edge_runtime.images import open_photo
from edge_runtime.results import Faces, Labels, Mask, Objects, Picture, StyleVector
from edge_runtime.tracing import Request, Stage, trace

ROOT = Path(__file__).parents[2]
README = ROOT / "mobile_assets" / "web" / "README.md"
BUNDLE = Bundle.open(ROOT / "mobile_assets")
PROGRAMS = {entry.spec.id: entry.spec.program for entry in BUNDLE.manifest.models}
PHOTOS = ("astronaut.png", "obama.jpg", "coffee.png", "motorcycle.png")
GOLDEN = [
    pytest.param(model, case, id=f"{model}: {case.name}")
    for model in PROGRAMS
    for case in read_golden(BUNDLE.folder, model).cases
]
# The largest difference from Python that passes, by step, from the same pixels on. Measured
# on PHOTOS: two XNNPACKs, one with AVX2 and one with WebAssembly's SIMD, sum up in another
# order. Painters blow that up: the largest of 442,368 numbers is tens of times their mean.
CHAIN = {
    "decode-photo": 0,
    "find-faces": 0.01,
    "resize": 0,
    "crop-square": 1,
    "cut-windows": 0,
    "write-tensor": 1,
    "run": 0.005,
    "select-candidates": 1e-4,
    "weighted-nms": 1e-4,
    "map-boxes": 0.01,
    "nms": 0.01,
    "clip-boxes": 0.01,
    "name-points": 0.01,
    "label-boxes": 0.01,
    "upsample-mask": 1e-4,
    "top-labels": 1e-5,
    "name-expressions": 1e-3,
    "keep-present": 1e-4,
    "map-points": 0.02,
    "mix-styles": 0,
    "embed-style": 1e-4,
    "read-vector": 1e-4,
}
# From which step on.
PAINTERS = {"style-transfer": 4, "style-transfer-any": 4, "super-resolution-compact": 3}
PAINTED = (12, 1.0)  # largest and mean difference in grey levels
HEAD = ("model", "network", "result", "on photos", "browser", "Python", "ratio")
TABLE = re.compile(r"^\| model .*?(?=\n\n)", re.MULTILINE | re.DOTALL)
TIMES = """async (web, [model, inputs]) => {
  window.lens ??= await web.opened();
  const { session } = await window.lens.predictor(model);
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, array]) => [name, web.tensor(array)]));
  const times = [];
  for (let i = 0; i < 15; i += 1) {
    const start = performance.now();
    await session.run(tensors);
    times.push(performance.now() - start);
  }
  return times;
}"""


@dataclass
class Row:
    """What was seen of a model.

    ``network`` and ``result``: the largest difference of what the graph, and the whole
    program, gave, in parts of its tolerance.  ``said``: agreement in plain units.
    """

    network: float = 0.0
    result: float = 0.0
    said: list[tuple[str, float]] = field(default_factory=list)
    web_ms: float = 0.0
    python_ms: float = 0.0

    def cells(self) -> list[str]:
        """As they stand in the table, but for the model."""
        return [
            f"{self.network:.2f}",
            f"{self.result:.2f}",
            "; ".join(plain_words(self.said)),
            f"{self.web_ms:.1f} ms",
            f"{self.python_ms:.1f} ms",
            f"{self.web_ms / self.python_ms:.1f}",
        ]


def plain_words(said: list[tuple[str, float]]) -> Iterator[str]:
    """The worst of each unit, in words."""
    for unit in dict.fromkeys(unit for unit, _ in said):
        values = [value for name, value in said if name == unit]
        if unit == "top label":
            yield f"{unit} the same on {int(sum(values))} of {len(values)}"
        elif unit.endswith("IoU"):
            yield f"{unit} {np.floor(min(values) * 10_000) / 10_000:.4f}"
        else:
            yield f"{unit} {max(values):.1g}"


def markdown(rows: Mapping[str, Row]) -> str:
    """The table, its columns as wide as prettier wants them."""
    lines = [HEAD, *((f"`{model}`", *row.cells()) for model, row in sorted(rows.items()))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    ruled = [lines[0], tuple("-" * width for width in widths), *lines[1:]]
    padded = ([cell.ljust(w) for cell, w in zip(line, widths, strict=True)] for line in ruled)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in padded)


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    """What was seen, by model."""
    return {model: Row() for model in PROGRAMS}


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens(BUNDLE)


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize("model", PROGRAMS)
def test_every_stage_is_pythons(
    model: str, photo: str, lens: Lens, samples: Path, traced: Any, rows: dict[str, Row]
) -> None:
    content = shown(model, samples / photo)
    dump = traced(model, content)
    wanted = list(trace(lens, model, Request(photo=open_photo(content))))
    assert dump["sha256"] == BUNDLE.file(BUNDLE.entry(model))[0].sha256
    assert len(dump["stages"]) == len(wanted)
    for stage, python in zip(dump["stages"], wanted, strict=True):
        assert (stage["index"], stage["face"]) == (python.index, python.face)
        largest, mean = off(stage["arrays"], python.arrays)
        if python.index == len(PROGRAMS[model]) - 1:
            rows[model].said += plainly(python, stage["arrays"])
        if isinstance(python.value, Labels):
            best = dump["result"]["labels"][0]["label"]
            rows[model].said.append(("top label", float(best == python.value.labels[0].label)))
        if stage["index"] >= PAINTERS.get(model, len(PROGRAMS[model])):
            assert largest <= PAINTED[0]
            assert mean <= PAINTED[1]
        else:
            assert largest <= CHAIN[stage["step"]], stage["step"]


def shown(model: str, path: Path) -> bytes:
    """The photo's file; what is enlarged in windows gets a part of it, two by two of them."""
    if not any(isinstance(step, c.CutWindows) for step in PROGRAMS[model]):
        return path.read_bytes()
    into = BytesIO()
    Image.fromarray(open_photo(path).rgb[80:220, 120:280]).save(into, format="PNG")
    return into.getvalue()


def off(made: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray]) -> tuple[float, ...]:
    """The largest and the mean difference of arrays by name."""
    assert {name: (a.shape, a.dtype) for name, a in made.items() if a.size} == {
        name: (a.shape, a.dtype) for name, a in wanted.items() if a.size
    }
    gaps = [np.abs(a.astype(float) - made[name]) for name, a in wanted.items() if a.size]
    return (
        max((float(gap.max()) for gap in gaps), default=0.0),
        max((float(gap.mean()) for gap in gaps), default=0.0),
    )


def plainly(stage: Stage, made: Mapping[str, np.ndarray]) -> list[tuple[str, float]]:
    """How a last stage agrees with Python's, in units that say something."""
    wanted = stage.arrays
    largest, mean = off(made, wanted)
    if isinstance(stage.value, Mask):
        one, other = made["probability"] >= 0.5, wanted["probability"] >= 0.5
        shared, either = (one & other).sum(), (one | other).sum()
        return [("mask IoU", float(shared / either) if either else 1.0)]
    if isinstance(stage.value, Faces | Objects):
        pairs = zip(made["boxes"], wanted["boxes"], strict=True)
        return [("box IoU", float(iou(one, other[np.newaxis])[0])) for one, other in pairs]
    if isinstance(stage.value, Picture):
        return [("grey levels within", largest), ("on average", mean)]
    units = {np.ndarray: "pixels within", StyleVector: "numbers within"}
    return [(units.get(type(stage.value), "probabilities within"), largest)] if wanted else []


@pytest.mark.parametrize(("model", "case"), GOLDEN)
def test_golden_vectors_from_the_photo(
    model: str, case: Any, traced: Any, rows: dict[str, Row]
) -> None:
    golden, row = BUNDLE.folder / "golden", rows[model]
    style = (golden / case.style_photo).read_bytes() if case.style_photo else b""
    request = {"sizeHw": list(case.size_hw), "mix": case.mix or "0"}
    dump = traced(model, (golden / case.photo).read_bytes(), style, **request)
    made = {(s["index"], s["face"]): s["arrays"] for s in dump["stages"]}
    for stage in case.stages:
        for values in stage.values:
            if values.from_photo is None:
                continue
            seen = difference(BUNDLE.folder, values, made[stage.index, stage.face][values.name])
            share = part_of(values.from_photo, *seen)
            assert share <= 1, (stage.step, values.name, seen)
            if stage.step == "run":
                row.network = max(row.network, share)
            elif stage.index == len(PROGRAMS[model]) - 1:
                row.result = max(row.result, share)


def part_of(tolerance: Tolerance, largest: float, mean: float) -> float:
    """A difference in parts of what passes."""
    pairs = ((largest, tolerance.max_abs), (mean, tolerance.mean_abs))
    return max(seen / (most or 1e-12) for seen, most in pairs)


@pytest.mark.parametrize("model", PROGRAMS)
def test_the_times_are_seen(
    model: str, lens: Lens, samples: Path, web: Any, codec: Any, rows: dict[str, Row]
) -> None:
    stages = list(trace(lens, model, Request(photo=open_photo(samples / "obama.jpg"))))
    kinds = [PROGRAMS[model][stage.index] for stage in stages]
    inputs = stages[[isinstance(kind, c.Run) for kind in kinds].index(True) - 1].value
    session = lens.predictor(model, object).session
    given = {
        name: array.astype(np.float32).reshape(session.input_shapes[name])
        for name, array in inputs.items()
    }
    packed = {name: codec.pack(array) for name, array in given.items()}
    rows[model].python_ms = min(timed(lambda: session.run(given)) for _ in range(15))
    rows[model].web_ms = min(web.call(TIMES, [model, packed]))
    assert rows[model].web_ms > 0


def timed(run: Callable[[], object]) -> float:
    started = perf_counter()
    run()
    return 1000 * (perf_counter() - started)


def test_the_table_of_the_readme_is_of_every_model(rows: dict[str, Row]) -> None:
    text = README.read_text()
    if os.environ.get("WEB_AGREEMENT") == "write":
        text = TABLE.sub(lambda _: markdown(rows), text)
        README.write_text(text)
    (table,) = TABLE.findall(text)
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")
    ]
    assert lines[0] == list(HEAD)
    assert [line[0] for line in lines[2:]] == [f"`{model}`" for model in sorted(PROGRAMS)]
    for line in lines[2:]:
        assert max(float(line[1]), float(line[2])) <= 1
