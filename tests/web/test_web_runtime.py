"""The bundle, run by the web runtime in Chromium, against ``edge_runtime``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime import contract as c
from edge_runtime.bundle import Bundle
from edge_runtime.golden import Values, difference, read_golden
from edge_runtime.images import Photo, open_photo
from edge_runtime.program import RESULTS
from edge_runtime.results import Faces
from edge_runtime.tracing import Request, Stage, trace
from edge_runtime.wire import result_record

ROOT = Path(__file__).parents[2]
BUNDLE = Bundle.open(ROOT / "mobile_assets")
MODELS = [entry.spec.id for entry in BUNDLE.manifest.models]
GOLDEN = [
    pytest.param(model, case, id=f"{model}: {case.name}")
    for model in MODELS
    for case in read_golden(BUNDLE.folder, model).cases
]


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens(BUNDLE)


def test_the_steps_are_those_of_python(web: Any) -> None:
    flow = web.call("async (web) => web.lib.FLOW")
    steps = c.AnyStep.__args__  # type: ignore[attr-defined]
    assert flow == {s.__struct_config__.tag: [s.takes, s.gives] for s in steps}
    assert web.call("async (web) => web.lib.RESULTS") == RESULTS


TASKS: Mapping[str, Callable[[Lens, Any, str], Any]] = {
    "portrait-segmentation": lambda lens, photo, model: lens.segment(photo, model),
    "face-detection": lambda lens, photo, model: lens.faces(photo, model),
    "face-landmarks": lambda lens, photo, model: lens.landmarks(photo, model),
    "face-expression": lambda lens, photo, model: lens.smile(photo, model),
    "style-transfer": lambda lens, photo, model: lens.style(photo, model=model),
    "image-classification": lambda lens, photo, model: lens.classify(photo, model),
    "object-detection": lambda lens, photo, model: lens.detect(photo, model),
}


@pytest.mark.parametrize("photo", ["astronaut.png", "obama.jpg", "china.jpg"])
@pytest.mark.parametrize("model", [m for m in MODELS if BUNDLE.entry(m).spec.kind in TASKS])
def test_the_result_is_pythons(
    model: str, photo: str, lens: Lens, samples: Path, traced: Any
) -> None:
    path = samples / photo
    result = TASKS[BUNDLE.entry(model).spec.kind](lens, open_photo(path), model).value
    assert near(traced(model, path.read_bytes())["result"], result_record(result))


def near(made: Any, wanted: Any) -> bool:
    """Whether two JSONs are the same but for 0.03 in their numbers."""
    if isinstance(wanted, Mapping):
        same = isinstance(made, Mapping) and list(made) == list(wanted)
        return same and all(near(made[name], value) for name, value in wanted.items())
    if isinstance(wanted, list | tuple):
        same = isinstance(made, list) and len(made) == len(wanted)
        return same and all(map(near, made, wanted))
    if isinstance(wanted, float):
        return abs(made - wanted) <= 0.03
    return bool(made == wanted)


def check(made: np.ndarray, values: Values, tolerance: Any, what: str) -> None:
    largest, mean = difference(BUNDLE.folder, values, made)
    assert largest <= tolerance.max_abs, (what, largest, mean)
    assert mean <= tolerance.mean_abs, (what, largest, mean)


def check_arrays(made: np.ndarray, wanted: np.ndarray, tolerance: Any, what: str) -> None:
    assert made.shape == wanted.shape, what
    if made.size:
        off = np.abs(made.astype(np.float64) - wanted.astype(np.float64))
        assert off.max() <= tolerance.max_abs, (what, off.max())
        assert off.mean() <= tolerance.mean_abs, (what, off.mean())


GIVEN = """async (web, { model, sizeHw, photo, face, vectors, outputs }) => {
  window.lens ??= await web.opened();
  const predictor = await window.lens.predictor(model, sizeHw);
  const named = (arrays) => Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, web.tensor(array)]));
  let ran;
  const run = async (inputs) => {
    ran = await predictor.session.run(inputs);
    return named(outputs);
  };
  const { size, labels, spec } = predictor;
  const view = { rgb: web.pixels(photo), size, run, labels, vectors: named(vectors) };
  const stages = [];
  for await (const { index, step, value } of web.lib.execute(spec.program, {
    ...view, ...(face && { face }),
  })) {
    const given = step.step === 'run' ? ran : value;
    const arrays = web.lib.arraysOf({ index, step, face: null, value: given });
    stages.push([index, Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => [name, web.packed(array)]))]);
  }
  return stages;
}"""


@pytest.mark.parametrize(("model", "case"), GOLDEN)
def test_golden_vectors_step_by_step(
    model: str, case: Any, lens: Lens, web: Any, codec: Any
) -> None:
    """Each part is given what Python's part before it gave, so that what is exact has to be
    exact: pixels up to the run, the graph on those, and the steps after it on Python's
    outputs.  These are this processor's, which have other last bits than the golden ones; so
    what follows them is held to what Python makes of them here, as exactly."""
    stages = list(trace(lens, model, request_of(case)))
    made = dict[tuple[int, int | None], dict[str, np.ndarray]]()
    for face in {stage.face for stage in stages if stage.index > 1}:
        given = parts(stages, face, codec) | {"model": model, "sizeHw": list(case.size_hw)}
        for index, arrays in web.call(GIVEN, given):
            made[index, face] = {n: codec.unpack(a) for n, a in arrays.items()}
    assert made
    python = {(stage.index, stage.face): stage.arrays for stage in stages}
    ran = False
    for stage in case.stages:
        for values in stage.values if (stage.index, stage.face) in made else ():
            got, what = (
                made[stage.index, stage.face][values.name],
                f"{stage.step} {values.name}",
            )
            if ran:
                wanted = python[stage.index, stage.face][values.name]
                check_arrays(got, wanted, values.given, what)
            else:
                check(got, values, values.given, what)
        ran = ran or stage.step == "run"


def request_of(case: Any) -> Request:
    golden = BUNDLE.folder / "golden"
    style: Photo | None = open_photo(golden / case.style_photo) if case.style_photo else None
    photo = open_photo(golden / case.photo)
    return Request(photo=photo, size_hw=case.size_hw, mix=case.mix or "0", style=style)


def parts(stages: list[Stage], face: int | None, codec: Any) -> dict[str, Any]:
    """What Python gave at the borders of the parts, as the page takes it."""
    own = [stage for stage in stages if stage.face == face and stage.index > 0]
    tensors, outputs = next(
        (before.value, after.value)
        for before, after in pairwise(own)
        if isinstance(before.value, Mapping)
        and isinstance(after.value, Mapping)
        and not any(name in before.value for name in after.value)
    )
    vectors = {name: codec.pack(a) for name, a in tensors.items() if name != "image"}
    found = {}
    if face is not None:
        faces: Faces = stages[1].value
        one = faces.faces[face]
        points = {name: list(xy) for name, xy in one.points.items()}
        found = {"boxXyxy": list(one.box_xyxy), "score": one.score, "points": points}
    return {
        "photo": codec.pack(stages[0].value),
        "vectors": vectors,
        "outputs": {name: codec.pack(a) for name, a in outputs.items()},
        "face": found or None,
    }
