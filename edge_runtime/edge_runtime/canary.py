"""Which accelerator runs a model: the fastest that is correct, here and now.

Each one that is offered runs the model's golden inputs twice in a process of its own (see
:mod:`edge_runtime.trial`).  It is refused, with the reason, where it gives zeros, no numbers
or wrong ones (the first or a later time), raises, hangs, crashes, or is slower than LiteRT on
the CPU.  The choice is kept for the files, the backends' versions and the device with its
drivers.  Where none is correct that is an error, never another accelerator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.backends import BACKENDS, backend
from edge_runtime.choices import Choice, Choices, Key
from edge_runtime.device import describe_device
from edge_runtime.errors import BackendError, BundleError, BundleTampered, UnknownName
from edge_runtime.trial import Attempt, Verdict, failed, isolated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edge_runtime.backends.interface import Backend, Session
    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import ModelEntry, ModelFile, SizeHW

CPU = ("litert", "cpu")
DEADLINE_S = 60.0
CUT_SHORT = (
    "its process ended while it was tried: try it again with 'edge-run canary --again', or "
    "after an update of the driver"
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a choice is asked for: a model of a bundle, its ``variant`` (the one that ships)
    and size, CPU ``threads``, and where not all are meant, the backend or accelerator."""

    bundle: Bundle
    entry: ModelEntry
    variant: str | None = None
    size_hw: SizeHW | None = None
    threads: int = 1
    backend: str | None = None
    accelerator: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A file, and the backend and accelerator that might run it."""

    backend: Backend
    accelerator: str
    file: ModelFile
    path: Path

    @property
    def name(self) -> tuple[str, str]:
        """Backend and accelerator."""
        return self.backend.name, self.accelerator


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A model, ready on what was chosen for it."""

    choice: Choice
    file: ModelFile
    session: Session


@dataclass(frozen=True, kw_only=True)
class Canary:
    """Chooses accelerators; ``deadline_s`` is for loading a file and all its runs.

    ``again`` tries everything anew; the choice that was kept stays until there is another.
    """

    choices: Choices = field(default_factory=Choices)
    deadline_s: float = DEADLINE_S
    again: bool = False

    def choose(self, question: Question) -> Choice:
        """The choice that was kept for the question, or that of trying all.

        Raises ``BackendError``, with every reason, where none is right, and ``BundleError``
        where the golden vectors or a file cannot be used.
        """
        offered, absent = candidates(question)
        key = _key(question, offered)
        with self.choices.alone(key):
            return self._chosen(question, key, offered, absent)

    def open(self, question: Question) -> Opened:
        """The model on what is chosen for it, after a first run.

        An accelerator that takes this process down here is not used by the next one; one that
        fails here is tried again with the others.
        """
        offered, absent = candidates(question)
        key = _key(question, offered)
        with self.choices.alone(key):
            choice = self._chosen(question, key, offered, absent)
            try:
                return self._adopted(question, key, choice, offered)
            except BackendError:
                if not choice.remembered:
                    raise
            choice = self._measured(question, key, offered, absent)
            return self._adopted(question, key, choice, offered)

    def _chosen(
        self,
        question: Question,
        key: Key,
        offered: Sequence[Candidate],
        absent: Sequence[Verdict],
    ) -> Choice:
        if self.again:
            self.choices.clear_marks(key)
            return self._measured(question, key, offered, absent)
        kept = self.choices.read(key)
        if kept and not self.choices.was_cut_short(key, f"{kept.backend} {kept.accelerator}"):
            return kept
        return self._measured(question, key, offered, absent)

    def _measured(
        self,
        question: Question,
        key: Key,
        offered: Sequence[Candidate],
        absent: Sequence[Verdict],
    ) -> Choice:
        verdicts = compared([self._verdict(question, key, one) for one in offered])
        choice = chosen(question.entry.spec.id, [*verdicts, *absent])
        self.choices.write(key, choice)
        return choice

    def _verdict(self, question: Question, key: Key, candidate: Candidate) -> Verdict:
        attempt = Attempt(
            bundle=str(question.bundle.folder.resolve()),
            model=question.entry.spec.id,
            variant=candidate.file.variant,
            size_hw=candidate.file.size_hw,
            backend=candidate.backend.name,
            home=BACKENDS[candidate.backend.name],
            accelerator=candidate.accelerator,
            threads=question.threads,
        )
        what = " ".join(candidate.name)
        if self.choices.was_cut_short(key, what):
            return failed(attempt, "crash", CUT_SHORT)
        with self.choices.attempting(key, what):
            return isolated(attempt, self.deadline_s)

    def _adopted(
        self, question: Question, key: Key, choice: Choice, offered: Sequence[Candidate]
    ) -> Opened:
        name = (choice.backend, choice.accelerator)
        candidate = next(one for one in offered if one.name == name)
        size_hw = question.size_hw or candidate.file.size_hw
        with self.choices.attempting(key, " ".join(name)):
            session = candidate.backend.open(
                candidate.path, candidate.accelerator, question.threads, size_hw
            )
            session.run(
                {
                    name: np.zeros(shape, np.float32)
                    for name, shape in session.input_shapes.items()
                }
            )
        return Opened(choice=choice, file=candidate.file, session=session)


def candidates(question: Question) -> tuple[list[Candidate], list[Verdict]]:
    """What may run a model, the manifest's recommendations first, and what is not there.

    Raises ``UnknownName`` for a backend that does not exist and ``BundleTampered`` where a
    file is not the one that the manifest names.
    """
    if question.backend not in {None, *BACKENDS}:
        raise UnknownName("backend", str(question.backend), BACKENDS)
    offered: list[Candidate] = []
    absent: list[Verdict] = []
    for name in [question.backend] if question.backend else BACKENDS:
        try:
            offered += _of_backend(question, backend(name))
        except BundleTampered:
            raise
        except (BackendError, BundleError, UnknownName) as error:
            missing = question.accelerator or "any"
            absent.append(
                Verdict(backend=name, accelerator=missing, fault="absent", reason=str(error))
            )
    first = {(one.format, one.accelerator) for one in question.entry.accelerators}
    offered.sort(key=lambda one: (one.backend.format, one.accelerator) not in first)
    return offered, absent


def _of_backend(question: Question, runtime: Backend) -> list[Candidate]:
    file, path = question.bundle.file(
        question.entry, question.variant, question.size_hw, runtime.format
    )
    known = runtime.accelerators()
    if question.accelerator not in {None, *known}:
        raise UnknownName(f"accelerator of {runtime.name}", str(question.accelerator), known)
    return [
        Candidate(backend=runtime, accelerator=accelerator, file=file, path=path)
        for accelerator in ([question.accelerator] if question.accelerator else known)
    ]


def compared(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts; those that are right but slower than LiteRT's CPU say so."""
    cpu = next((one for one in verdicts if (one.backend, one.accelerator) == CPU), None)
    return [_slower(one, cpu) for one in verdicts]


def _slower(one: Verdict, cpu: Verdict | None) -> Verdict:
    if cpu is None or one is cpu or None in {one.ms, cpu.ms} or _ms(one) < _ms(cpu):
        return one
    return Verdict(
        backend=one.backend,
        accelerator=one.accelerator,
        ms=one.ms,
        fault="slower",
        reason=f"slower than litert cpu ({one.ms} ms, there {cpu.ms} ms)",
    )


def _ms(verdict: Verdict) -> float:
    return float("inf") if verdict.ms is None else verdict.ms


def chosen(model: str, verdicts: Sequence[Verdict]) -> Choice:
    """The fastest that is right; ``BackendError``, with every reason, where none is."""
    right = [one for one in verdicts if one.fault is None]
    if not right:
        why = "; ".join(f"{one.backend} {one.accelerator}: {one.reason}" for one in verdicts)
        raise BackendError(
            f"nothing here runs {model} correctly ({why}): ask the server, or build the "
            f"model's files again with 'edge-convert {model}'"
        )
    best = min(right, key=_ms)
    return Choice(
        model=model,
        backend=best.backend,
        accelerator=best.accelerator,
        verdicts=tuple(verdicts),
    )


def _key(question: Question, offered: Sequence[Candidate]) -> Key:
    return Key(
        model=question.entry.spec.id,
        candidates=tuple(
            f"{one.backend.name} {one.backend.version} {one.accelerator} {one.file.sha256}"
            for one in offered
        ),
        threads=question.threads,
        device=describe_device(),
    )
