"""``/v1/parity``: what a phone computed, held against the very same file run here."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from edge_runtime import Lens
from edge_runtime.doctor.examination import examine
from edge_runtime.doctor.identity import identify
from edge_runtime.doctor.parity import TeacherReport, parity_of
from edge_runtime.errors import BundleError, DumpError, PocketLensError
from edge_runtime.spec import Record
from edge_server.engine.interface import Servable
from edge_server.heavy_model import heavy_model
from edge_server.problems import (
    DumpUnusable,
    Fault,
    ModelUnhealthy,
    Problem,
    UnknownModelFile,
)
from edge_server.tasks.teachers import taught, teacher_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edge_runtime.bundle import Bundle
    from edge_runtime.doctor.dump import Dump, DumpHead
    from edge_runtime.doctor.parity import Parity
    from edge_runtime.doctor.reporting import Report
    from edge_runtime.images import Photo
    from edge_runtime.spec import ModelSpec
    from edge_server.engine.interface import Answer, Deadline, Engine, Ticket
    from edge_server.heavy_model import Job

PARITY = "parity"
_LOG = logging.getLogger("edge_server")
# A dump of the largest size and what the doctor makes of it, as measured.
_MEMORY = 800 * 2**20
_NO_PHOTO = "the photo is not there: keep it in the dump, or send it as image"
_NO_TEACHER = "no heavy model of this server answers what this model answers"
# Where there is no photo, the engine is given a pixel.
_NOTHING = np.zeros((1, 1, 3), np.uint8)


class ParityParams(Record, frozen=True, kw_only=True):
    """``teacher``: also say how far the light model is off a heavy one of the same task,
    where there is one and its weights are here.
    """

    teacher: bool = False


@dataclass(frozen=True, kw_only=True)
class ParityCall:
    """A dump, screened, and the photo with its bytes where there is one.

    ``began`` is told each ticket, so that it can be cancelled when the caller hangs up.
    """

    engine: Engine
    bundle: Bundle
    dump: Dump
    deadline: Deadline
    params: ParityParams
    photo: Photo | None = None
    content: bytes | None = None
    began: Callable[[Ticket], None] = lambda _ticket: None

    @property
    def spec(self) -> ModelSpec:
        """Of the light model whose dump it is."""
        return self.bundle.entry(self.dump.head.model).spec

    def submit(self, model: str, params: Any) -> Ticket:
        """Ask a model of the engine about the photo."""
        rgb = _NOTHING if self.photo is None else self.photo.rgb
        ticket = self.engine.submit(model, rgb, params, self.deadline)
        self.began(ticket)
        return ticket


@dataclass(frozen=True, kw_only=True)
class Examined:
    """The doctor's report, what ran in comparison, and the light model's own answer where a
    teacher is to judge it."""

    report: Report
    rerun: str
    light: Any = None


def compare(call: ParityCall) -> Parity:
    """The server's word on the dump; raises the ``Problem`` of one that cannot be used."""
    check_known(call.bundle, call.dump.head)
    answer = call.submit(PARITY, call).result()
    examined: Examined = answer.value
    parity = parity_of(
        examined.report,
        sha256=call.dump.head.sha256,
        rerun=examined.rerun,
        ms=_ms(answer),
    )
    if not call.params.teacher:
        return parity
    return msgspec.structs.replace(parity, teacher=_teacher(call, examined))


def check_known(bundle: Bundle, head: DumpHead) -> None:
    """Raise ``UnknownModelFile`` for a file that the bundle does not have, listing those of
    the model, or the models where it has no such one."""
    entries = {entry.spec.id: entry for entry in bundle.manifest.models}
    files = {file.sha256 for entry in entries.values() for file in entry.files}
    entry = entries.get(head.model)
    if entry is not None and head.sha256 in files:
        return
    if entry is None:
        known = f"known models are {', '.join(entries)}"
        faults = [Fault("/model", f"known: {id_}") for id_ in entries]
    else:
        of = entry.spec
        rows = [(f.sha256, f"{of.version} {f.format} {f.variant}") for f in entry.files]
        known = "known files are " + ", ".join(f"{s[:12]}... ({what})" for s, what in rows)
        faults = [Fault("/sha256", f"known: {s} ({what})") for s, what in rows]
    ran = f"{head.model[:60]!a} {head.sha256[:12] or 'of no hash'!a}"
    raise UnknownModelFile(
        f"the app ran {ran}, a file that this server's bundle does not have: {known}. Use the "
        "same bundle in the app and here ('edge-serve run --bundle DIR')",
        faults=tuple(faults),
    )


def parity_servable(bundle: Bundle) -> Servable:
    """The doctor as an engine sees it: a lane of its own, one dump at a time."""
    return Servable(
        id=PARITY,
        load=lambda _device: ParityRunner(bundle),
        available=lambda: True,
        lane=PARITY,
        on="cpu",
        check=lambda _value: None,
    )


class ParityRunner:
    """Examines dumps; nothing is kept between two."""

    memory_bytes = _MEMORY

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def run(self, jobs: Sequence[Job]) -> Sequence[Examined]:
        """What was found; each job's ``params`` is a :class:`ParityCall`."""
        return [self._one(job) for job in jobs]

    def _one(self, job: Job) -> Examined:
        call: Any = job.params
        try:
            with np.errstate(all="ignore"):
                return self._examined(job, call)
        except DumpError as error:
            raise DumpUnusable(str(error)) from None
        except BundleError:
            raise ModelUnhealthy(
                f"{call.dump.head.model} cannot be loaded: its file is not the manifest's"
            ) from None
        except (Problem, MemoryError):
            raise
        except PocketLensError:
            raise DumpUnusable(_OTHER) from None
        # One stranger's dump must not take parity from all the others.
        except Exception as error:  # noqa: BLE001
            _LOG.exception("a dump that cannot be examined", exc_info=error)
            raise DumpUnusable(_OTHER) from None

    def _examined(self, job: Job, call: ParityCall) -> Examined:
        report = examine(self._bundle, call.dump, call.content, going=job.check)
        runtime = identify(self._bundle, call.dump.head).runtime
        lens, model = Lens(self._bundle, runtime), call.dump.head.model
        teacher = teacher_of(call.spec.task) if call.params.teacher else None
        light = None
        if teacher is not None and call.photo is not None:
            job.check()
            light = teacher.light(lens, call.photo, model)
        predictor = lens.predictor(model, object, call.dump.head.size_hw)
        return Examined(
            report=report, rerun=f"{predictor.backend} {predictor.variant}", light=light
        )

    def close(self) -> None:
        """There is nothing to give back."""


_OTHER = (
    "the dump cannot be compared with what this server runs: its values do not belong to the "
    "model that it names; write it again with the app's dump function"
)


def _teacher(call: ParityCall, examined: Examined) -> TeacherReport:
    teacher = teacher_of(call.spec.task)
    if teacher is None:
        return TeacherReport(model="", says=_NO_TEACHER)
    if call.photo is None:
        return TeacherReport(model=teacher.model, says=_NO_PHOTO)
    params = heavy_model(teacher.model).params()
    return taught(teacher, examined.light, partial(_asked, call, teacher.model, params))


def _asked(call: ParityCall, model: str, params: Record) -> Answer:
    return call.submit(model, params).result()


def _ms(answer: Answer) -> dict[str, float]:
    return {"queued": round(answer.times.queued, 3), "run": round(answer.times.run, 3)}
