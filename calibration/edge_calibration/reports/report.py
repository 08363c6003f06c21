"""What an evaluation found, as it is kept: ``calibration/reports/<model>.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_calibration.datasets import DATA
from edge_calibration.verdict import Interval, Verdict, worst
from edge_calibration.waterfall import Waterfall
from edge_runtime.errors import BundleError, PocketLensError
from edge_runtime.outputs import write_bytes
from edge_runtime.spec import Format, Limit, Record, Variant
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from pathlib import Path


REPORTS = DATA.parent / "reports"


class Measured(Record, frozen=True, kw_only=True):
    """A metric of one file: its interval over the photos and, where the spec has a limit,
    the verdict.  ``photos`` are the samples of single photos, the worst first."""

    metric: str
    title: str
    unit: str
    found: Interval
    limit: Limit | None = None
    verdict: Verdict | None = None
    photos: dict[str, float]


class Against(Record, frozen=True, kw_only=True):
    """A metric against the truth that comes with the photos: of the float model, of the
    file, and what the file lost, photo by photo."""

    metric: str
    title: str
    unit: str
    reference: Interval
    variant: Interval
    lost: Interval


class VariantReport(Record, frozen=True, kw_only=True):
    """One file.  ``latency_ratio``: its time for one run on this machine's CPU over that of
    the float32 TFLite file, measured in turns; ``latency_ms``: that time, on one thread of
    ``machine``.  None for Core ML, which was run operation by operation in PyTorch."""

    format: Format
    variant: Variant
    sha256: str
    bytes: int
    ships: bool
    verdict: Verdict
    metrics: tuple[Measured, ...]
    truth: tuple[Against, ...] = ()
    waterfall: Waterfall | None = None
    bytes_ratio: float | None = None
    latency_ratio: float | None = None
    latency_ms: float | None = None
    machine: str = ""
    note: str = ""


class PhotosUsed(Record, frozen=True, kw_only=True):
    """Which photos: the set's name and the hash of its photos, how many of them were used,
    which could not be read."""

    dataset: str
    sha256: str
    used: int
    views: int
    skipped: tuple[str, ...] = ()
    augmented: tuple[str, ...] = ()


class Report(Record, frozen=True, kw_only=True):
    """All that an evaluation of one model found."""

    model: str
    title: str
    version: str
    reference: str
    photos: PhotosUsed
    seed: int
    variants: tuple[VariantReport, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the files'."""
        return worst([variant.verdict for variant in self.variants])


def write_report(report: Report, path: Path) -> None:
    """Write it as JSON, whole or not at all."""
    content = msgspec.json.format(msgspec.json.encode(report), indent=1)
    write_bytes(path, content + b"\n")


def read_report(path: Path) -> Report:
    """Read one; ``PocketLensError`` says how to make it anew where it cannot be read."""
    again = f"make it anew with 'edge-calibrate evaluate {path.stem} --record'"
    try:
        return from_json(path.read_bytes(), Report)
    except FileNotFoundError:
        raise PocketLensError(f"there is no report {path}; {again}") from None
    except (msgspec.DecodeError, OSError) as error:
        raise BundleError(f"{path} cannot be read: {error}; {again}") from None
