"""What goes wrong when the graph runs: another file, a delegate, what is done to outputs."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.backends import backend
from edge_runtime.contract import Run
from edge_runtime.doctor.hypotheses import Hypothesis, on_picture
from edge_runtime.errors import PocketLensError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edge_runtime.doctor.hypotheses import Change
    from edge_runtime.doctor.replay import Make, Trial

    Squash = Callable[[NDArray[Any]], NDArray[Any]]

RUN = (Run,)
HALF_OFF = 0.1  # parts of the spread: float16 moves the numbers by less
_ALIKE = 0.999  # a correlation
_FINAL = "use the outputs as they are: sigmoid and softmax are in the graph"


def sigmoid(values: NDArray[Any]) -> NDArray[Any]:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-np.clip(np.asarray(values, np.float64), -80, 80)))


def softmax(values: NDArray[Any]) -> NDArray[Any]:
    """Over the last dimension."""
    grown = np.exp(np.asarray(values, np.float64) - values.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def _logits(values: NDArray[Any]) -> NDArray[Any]:
    inside = np.clip(np.asarray(values, np.float64), 1e-7, 1 - 1e-7)
    return np.log(inside / (1 - inside))


def on_probabilities(squash: Squash) -> Make:
    """What is done once more to the outputs that are probabilities."""

    def make(trial: Trial) -> Any:
        names = [o.name for o in trial.replay.spec.outputs if o.unit == "probability"]
        right = trial.right()
        return {n: squash(a) if n in names else a for n, a in right.items()} if names else None

    return make


def on_planes(change: Change) -> Make:
    """What is done to outputs that are pictures."""

    def make(trial: Trial) -> Any:
        pictures = any(output.image for output in trial.replay.spec.outputs)
        return on_picture(trial.right(), change) if pictures else None

    return make


def swapped(trial: Trial) -> Any:
    """The outputs by each other's names, in the order that fits the app's best."""
    right = trial.right()
    names = list(right)
    if len(names) < 2 or not trial.seen:
        return None
    others = [dict(zip(names, (right[n] for n in p), strict=True)) for p in permutations(names)]
    return next((o for o in others[1:] if _fits(o, trial.seen)), None)


def _fits(made: Any, seen: Any) -> bool:
    return all(
        name in seen
        and made[name].size == seen[name].size
        and np.allclose(made[name].ravel(), seen[name].ravel(), atol=1e-2)
        for name in made
    )


def rescaled(trial: Trial) -> Any:
    """A constant times the outputs, plus a constant, as the app's show them."""
    if not trial.seen:
        return None
    right, made = trial.right(), {}
    for name, array in right.items():
        seen = trial.seen.get(name)
        if seen is None or seen.size != array.size or array.size < 2:
            return None
        numbers, wanted = seen.ravel().astype(np.float64), array.ravel().astype(np.float64)
        if not np.isfinite(numbers).all() or min(numbers.std(), wanted.std()) == 0:
            return None
        if np.corrcoef(numbers, wanted)[0, 1] < _ALIKE:
            return None
        slope, start = np.polyfit(wanted, numbers, 1)
        if abs(slope - 1) < 0.01:
            return None
        made[name] = slope * array + start
    return made


def in_half(trial: Trial) -> Any:
    """The app's numbers themselves, where all of them are float16's and near the right ones."""
    right, seen = trial.right(), trial.seen
    if not seen or any(name not in seen for name in right):
        return None
    for name, array in right.items():
        numbers = seen[name].ravel().astype(np.float64)
        if numbers.size != array.size or not np.isfinite(numbers).all():
            return None
        off = np.abs(numbers - array.ravel()).mean()
        with np.errstate(over="ignore"):
            rounded = numbers.astype(np.float16).astype(np.float64)
        if (rounded != numbers).any() or off > HALF_OFF * array.std() + 1e-3:
            return None
    return {name: seen[name].reshape(array.shape) for name, array in right.items()}


def by_another_file(trial: Trial) -> Any:
    """The first of the model's other files here that gives the app's numbers."""
    replay = trial.replay
    entry = replay.lens.bundle.entry(replay.spec.id)
    own = replay.predictor.variant
    for file in entry.files:
        same = file.format == "tflite" and file.size_hw == replay.predictor.size_hw
        if not same or file.variant == own or not file.bundled:
            continue
        try:
            _, path = replay.lens.bundle.file(entry, file.variant, file.size_hw)
            session = backend("litert").open(path, "cpu", 1, file.size_hw)
            made = session.run(trial.given)
        except PocketLensError:
            continue
        if trial.seen and _fits(made, trial.seen):
            return made
    return None


def _constant(value: float) -> Make:
    def make(trial: Trial) -> Any:
        return {name: np.full_like(array, value) for name, array in trial.right().items()}

    return make


def _planes(picture: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(picture.transpose(2, 0, 1)).reshape(picture.shape)


_DELEGATE = "run the model on the CPU (XNNPACK), or let the canary choose the accelerator"

HYPOTHESES = (
    Hypothesis(
        name="zeros",
        kinds=RUN,
        says="gets nothing but zeros from the graph",
        do=f"{_DELEGATE}; read the outputs after the run, from the same interpreter",
        make=_constant(0.0),
    ),
    Hypothesis(
        name="outputs-swapped",
        kinds=RUN,
        says="takes one output for another",
        do="ask for outputs by their names in the signature, not by their index",
        make=swapped,
    ),
    Hypothesis(
        name="sigmoid-twice",
        kinds=RUN,
        says="applies a sigmoid to what are probabilities already",
        do=_FINAL,
        make=on_probabilities(sigmoid),
    ),
    Hypothesis(
        name="softmax-twice",
        kinds=RUN,
        says="applies a softmax to what are probabilities already",
        do=_FINAL,
        make=on_probabilities(softmax),
    ),
    Hypothesis(
        name="logits",
        kinds=RUN,
        says="has logits where probabilities are meant",
        do=_FINAL,
        make=on_probabilities(_logits),
    ),
    Hypothesis(
        name="inverted",
        kinds=RUN,
        says="has the probability of the opposite (1 - p)",
        do="take the output as it is: it is the probability that its meaning names",
        make=on_probabilities(lambda values: 1 - values),
    ),
    Hypothesis(
        name="thresholded",
        kinds=RUN,
        says="has only 0 and 1 where probabilities are meant",
        do="keep the probabilities; decide at the very end",
        make=on_probabilities(lambda values: (values >= 0.5).astype(np.float64)),
    ),
    Hypothesis(
        name="output-nchw",
        kinds=RUN,
        says="reads the output as planes (NCHW)",
        do="read the output row by row, the channels of a pixel together (NHWC)",
        make=on_planes(_planes),
    ),
    Hypothesis(
        name="output-upside-down",
        kinds=RUN,
        says="reads the output's rows from bottom to top",
        do="the first row of the output is the top one",
        make=on_planes(lambda picture: picture[::-1]),
    ),
    Hypothesis(
        name="output-mirrored",
        kinds=RUN,
        says="reads the output's rows from right to left",
        do="the first number of a row is the leftmost pixel",
        make=on_planes(lambda picture: picture[:, ::-1]),
    ),
    Hypothesis(
        name="output-transposed",
        kinds=RUN,
        says="reads the output column by column",
        do="read the output row by row",
        make=on_planes(lambda picture: picture.swapaxes(0, 1).reshape(picture.shape)),
    ),
    Hypothesis(
        name="dequantised-wrongly",
        kinds=RUN,
        says="has the outputs times a constant plus a constant",
        do="the outputs are float32 and final: no scale or zero point is to be applied",
        make=rescaled,
    ),
    Hypothesis(
        name="other-file",
        kinds=RUN,
        says="runs another variant of the model than it says",
        do="load the file whose SHA-256 the manifest names, and check it",
        make=by_another_file,
    ),
    Hypothesis(
        name="float16",
        kinds=RUN,
        says="computes in float16: every number is one of float16's",
        do=f"forbid the delegate lower precision, or {_DELEGATE}",
        make=in_half,
    ),
)
