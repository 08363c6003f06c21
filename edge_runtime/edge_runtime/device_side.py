"""The device's half of a router: a lens in a thread of its own, and what it says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from edge_runtime.errors import PhotoError, PocketLensError
from edge_runtime.outcomes import Ok, Provenance, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from edge_runtime.outcomes import Outcome
    from edge_runtime.pipeline import Lens
    from edge_runtime.results import Prediction
    from edge_runtime.spec import SizeHW

    Work: TypeAlias = Callable[[Lens], Prediction[Any]]

_FORMATS = {"litert": "tflite", "onnx": "onnx", "coreml": "coreml"}
# How much of the last times counts, and what is expected before there was one, in seconds.
_SHARE, _FIRST = 0.3, 0.5


@dataclass(frozen=True, kw_only=True)
class DeviceTask:
    """What a lens is asked to do; ``name`` is what its times are kept under, ``size_hw`` the
    input's size where it is not the model's default."""

    name: str
    work: Work
    size_hw: SizeHW | None = None


class DeviceSide:
    """Asks a lens, one question after the other; safe to use from several threads."""

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lens")
        self._seconds: dict[str, float] = {}

    def expected(self, name: str) -> float:
        """Seconds that a task takes, by its last times."""
        return self._seconds.get(name, _FIRST)

    def start(self, task: DeviceTask) -> Future[Outcome[Any]]:
        """Begin; the future raises ``PhotoError`` for a photo that is none."""
        return self._thread.submit(self._done, task)

    def ask(self, task: DeviceTask, seconds: float) -> Outcome[Any]:
        """What the lens says within so many seconds; one that takes longer is left to end."""
        try:
            return self.start(task).result(max(seconds, 0.0))
        except NotDone:
            return Unavailable("the device was not done by the deadline", 0.0, "deadline")

    def close(self) -> None:
        """Wait for what runs, and begin nothing more."""
        self._thread.shutdown()

    def _done(self, task: DeviceTask) -> Outcome[Any]:
        try:
            prediction = task.work(self._lens)
        except PhotoError:
            raise
        except PocketLensError as error:
            return Unavailable(str(error), None, "device-failed")
        spent = sum(asdict(prediction.ms).values()) / 1000
        before = self._seconds.get(task.name, spent)
        self._seconds[task.name] = (1 - _SHARE) * before + _SHARE * spent
        return Ok(prediction.value, provenance_of(self._lens, prediction, task.size_hw))


def provenance_of(
    lens: Lens, prediction: Prediction[Any], size_hw: SizeHW | None = None
) -> Provenance:
    """Where a prediction of a lens comes from; where no model made it, it has no hash."""
    runtime = lens.runtime
    return Provenance(
        where="device",
        model=prediction.model,
        sha256=_sha256(lens, prediction, size_hw),
        variant=prediction.variant,
        accelerator=runtime.accelerator or ("cpu" if runtime.backend == "litert" else ""),
        ms={stage: round(ms, 3) for stage, ms in asdict(prediction.ms).items()},
    )


def _sha256(lens: Lens, prediction: Prediction[Any], size_hw: SizeHW | None) -> str:
    """Of the file that was run; empty where more than one may have been."""
    known = {entry.spec.id: entry for entry in lens.bundle.manifest.models}
    entry = known.get(prediction.model)
    if entry is None:
        return ""
    asked = (_FORMATS.get(lens.runtime.backend), prediction.variant)
    size_hw = size_hw or entry.spec.image.sizes_hw[0]
    built = [one for one in entry.files if (one.format, one.variant) == asked]
    fitting = [one for one in built if one.size_hw == size_hw] or built
    return fitting[0].sha256 if len(fitting) == 1 else ""
