"""What was measured of a file, as the manifest repeats it from ``calibration/reports``."""

from __future__ import annotations

from typing import Literal, TypeAlias

from edge_runtime.record import Record

Verdict: TypeAlias = Literal["PASS", "FAIL", "INCONCLUSIVE"]


class Accuracy(Record, frozen=True, kw_only=True):
    """A metric of the task, the file against the PyTorch module: its mean over the photos,
    and ``low`` and ``high``, each of which holds with a confidence of 95 %.

    ``verdict`` is against the limit of the spec (``gates.accuracy``), where it has one.
    """

    metric: str
    title: str
    unit: str
    mean: float
    low: float
    high: float
    photos: int
    verdict: Verdict | None = None


class Latency(Record, frozen=True, kw_only=True):
    """One run without what comes before and after it, the median, on ``threads`` threads.

    ``over_fp32``: over the time of the float32 file, measured in turns with it; it says
    more than the milliseconds, which are those of the machine.
    """

    milliseconds: float
    over_fp32: float
    threads: int
    machine: str


class Measured(Record, frozen=True, kw_only=True):
    """An evaluation of one file on the photo set ``data``, which nobody calibrated with.

    ``verdict`` is the worst of the metrics'; ``note`` says why a file ships without a PASS.
    ``latency`` is absent for Core ML, which no machine here runs.
    """

    data: str
    against: str
    verdict: Verdict
    accuracy: tuple[Accuracy, ...]
    latency: Latency | None = None
    note: str = ""
