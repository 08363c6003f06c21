"""Which mistake gives the app's values: every hypothesis on the way is tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime import contract as c
from edge_runtime.doctor.gaps import gap, total
from edge_runtime.doctor.hypotheses import of_step
from edge_runtime.doctor.replay import Instead, attempt
from edge_runtime.doctor.reporting import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from edge_runtime.contract import Steps
    from edge_runtime.doctor.gaps import Gap
    from edge_runtime.doctor.hypotheses import Hypothesis
    from edge_runtime.golden import Tolerance
    from edge_runtime.tracing import Arrays

MOST = 0.5  # of the difference may be left where most of it is explained
NEAR = 0.15  # of the spread of the app's numbers, likewise
SLIGHT = 0.2  # of the spread: a delegate with less precision, not a broken one
_DELEGATE = "run the model on the CPU (XNNPACK), or let the canary choose the accelerator"


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """What is to be explained: the app's ``seen`` arrays of the stage at ``index``, which is
    ``off`` by so much.  ``compute`` gives the arrays by the contract, with something else
    done at one of the steps from ``start`` on; none where that is impossible."""

    program: Steps
    start: int
    index: int
    seen: Arrays
    off: Gap
    tolerances: Mapping[str, Tolerance]
    compute: Callable[[Instead], Arrays | None]
    step: str
    face: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """How near a hypothesis comes: all is explained where ``gap`` passes."""

    hypothesis: Hypothesis
    gap: Gap
    left: float


def explain(case: Case) -> Finding:
    """The mistake that comes nearest to the app's values, or what is left to think."""
    fits = list(_fits(case))
    whole = sorted((f for f in fits if f.gap.passes), key=lambda fit: fit.left)
    if whole:
        return _finding(case, whole[0].hypothesis, "all", _equals(whole))
    near = [fit for fit in fits if _explains_most(fit, case.off)]
    if near:
        best = min(near, key=lambda fit: (fit.gap.relative, fit.left))
        return _finding(case, best.hypothesis, "most", ())
    return _guess(case)


def _fits(case: Case) -> Iterator[Fit]:
    for index in reversed(range(case.start, case.index + 1)):
        for hypothesis in of_step(case.program[index]):
            fit = _fit(case, index, hypothesis)
            if fit is not None:
                yield fit


def _fit(case: Case, index: int, hypothesis: Hypothesis) -> Fit | None:
    instead = Instead(at=index, make=hypothesis.make, seen=case.seen)
    made = attempt(lambda: case.compute(instead))
    if made is None:
        return None
    found = gap(made, case.seen, case.tolerances)
    if not np.isfinite(found.mean_abs):
        return None
    return Fit(hypothesis=hypothesis, gap=found, left=total(made, case.seen, case.tolerances))


def _explains_most(fit: Fit, off: Gap) -> bool:
    return fit.gap.relative <= min(NEAR, MOST * off.relative)


def _equals(whole: list[Fit]) -> tuple[str, ...]:
    """The names of other mistakes that leave no more than the best one."""
    best = whole[0]
    same = (f.hypothesis.name for f in whole if f.left <= 1.05 * best.left + 1e-9)
    return tuple(dict.fromkeys(name for name in same if name != best.hypothesis.name))


def _finding(case: Case, of: Hypothesis, explains: Any, also: tuple[str, ...]) -> Finding:
    return Finding(
        step=case.step,
        index=case.index,
        face=case.face,
        diagnosis=of.name,
        says=of.says,
        do=of.do,
        explains=explains,
        also=also,
    )


def _guess(case: Case) -> Finding:
    name, says, do = _thought(case)
    return Finding(
        step=case.step,
        index=case.index,
        face=case.face,
        diagnosis=name,
        says=says,
        do=do,
        explains="nothing",
    )


def _thought(case: Case) -> tuple[str, str, str]:
    """What is left: a graph that gives other numbers for the same tensor is the delegate's
    doing, anything else has to be read."""
    alone = case.start == case.index
    kind = case.program[case.index]
    if isinstance(kind, c.Run) and alone:
        return _of_the_delegate(case)
    if case.step == "result":
        return (
            "result-other",
            "says something else than its last stage",
            "compare how it names classes and writes results with the contract's Results",
        )
    if isinstance(kind, c.FindFaces):
        return (
            "other-faces",
            "finds other faces",
            f"dump a run of {kind.model} on this photo, and examine that",
        )
    if not alone:
        steps = [str(s.__struct_config__.tag) for s in case.program[case.start : case.index]]
        return (
            "unexplained",
            "does something else in this stage or one before it",
            f"dump the stages before it too ({', '.join(steps)})",
        )
    return (
        "unexplained",
        "does something else than the contract says",
        f"read the step {case.step} in CONTRACT.md, and compare your code with it line by line",
    )


def _of_the_delegate(case: Case) -> tuple[str, str, str]:
    if not all(np.isfinite(array).all() for array in case.seen.values()):
        return (
            "not-a-number",
            "gets numbers from the graph that are none (NaN or infinite)",
            _DELEGATE,
        )
    if case.off.relative <= SLIGHT:
        return (
            "delegate-imprecise",
            "gets slightly other numbers from the same file and tensor",
            f"forbid the delegate lower precision, or {_DELEGATE}",
        )
    return "delegate-wrong", "gets other numbers from the same file and tensor", _DELEGATE
