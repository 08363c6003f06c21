"""The search for a mix of precisions: sensitivities, a walk, trials, local refinement.

1. *Speeds*: which precisions are slower here is found out for each kind of layer.
2. *Sensitivity*: each layer alone in each precision left; a mean squared error on few
   photos.
3. *Walk*: as if these losses added up, every best mix from float to the smallest file is
   known (:mod:`edge_calibration.search.allocation`); once for bytes, once for bytes and time.
4. *Trials*: they do not add up, so mixes along the walks are measured by the task's own
   metrics, and the last that still passes is found by bisection.
5. *Refinement*: from the cheapest that passes, single layers are made cheaper, and pairs
   changed (one cheaper, one finer), the most promising first, pairs by chance; what passes
   and is cheaper is the new start, until the budget is used up.

The same seed tries the same files.  Times are the machine's: they only count in steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from edge_calibration.search.allocation import front, ladder, mix_after
from edge_calibration.search.moves import Moves
from edge_calibration.search.sensitivity import LARGE, Prices, sensitivities, speeds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edge_calibration.recipes import Layer, Precision
    from edge_calibration.search.allocation import Step
    from edge_calibration.search.sensitivity import Speeds
    from edge_calibration.search.trials import Full, Mix, Trials

    Report = Callable[[str], None]

PROBES = 8  # mixes along a walk that are measured before the bisection
MOST_FINALISTS = 8
TIME_STEP = 0.05


@dataclass(frozen=True, kw_only=True)
class Goal:
    """The cheapest mix that uses up at most the share ``within`` of the accuracy gates.

    Where there are no gates, or not even float passes: the least loss at ``larger`` times
    the size of the file that is 8-bit everywhere.  ``budget``: how many files refinement
    may try.
    """

    within: float = 0.15
    larger: float = 1.2
    budget: int = 80
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A mix with everything that was measured of it; ``latency`` over float's."""

    name: str
    mix: Mix
    full: Full
    latency: float

    @property
    def step(self) -> float:
        """The latency in steps: a smaller difference is taken for noise."""
        return round(max(1, round(self.latency / TIME_STEP)) * TIME_STEP, 2)

    @property
    def price(self) -> float:
        """Bytes times latency."""
        return self.full.bytes * self.step


@dataclass(frozen=True, kw_only=True)
class Found:
    """``best`` of the ``front`` (of which none is beaten in quality, bytes and time at
    once); ``known``: the mixes that need no search, to compare with; ``trials``: how many
    files were held against the gates."""

    best: Candidate
    front: tuple[Candidate, ...]
    known: tuple[Candidate, ...]
    trials: int


class Search:
    """One model's search; ``gated`` says whether its spec has accuracy gates."""

    def __init__(
        self, trials: Trials, layers: Sequence[Layer], goal: Goal, *, gated: bool = True
    ) -> None:
        self._trials = trials
        self._layers = layers
        self._goal = goal
        self._names = tuple(layer.result for layer in layers)
        self._random = Random(goal.seed)  # noqa: S311  nothing secret depends on it
        start = trials.full(dict.fromkeys(self._names, "float"))
        self._float = start.bytes
        self._limit = goal.larger * trials.full(dict.fromkeys(self._names, "w8")).bytes
        self._for_size = not gated or start.scored.used > goal.within

    def run(self, report: Report = lambda _: None) -> Found:
        """All five steps; ``report`` is told what is being done."""
        fast = speeds(self._trials, self._layers, report)
        options = sensitivities(self._trials, self._layers, fast, report)
        for mix in self._known().values():
            self._trials.full(mix)
        weights = (0.0, 1.0) if fast.any_faster and not self._for_size else (0.0,)
        for weight in weights:
            prices = Prices.of(options, fast, self._layers, weight)
            self._walk(ladder(prices.options), report)
            self._refine(prices, report, self._goal.budget // len(weights))
        return self._found(fast, report)

    def _known(self) -> dict[str, Mix]:
        """The mixes that one would choose by hand."""

        def chosen(large: Precision, small: Precision) -> Mix:
            return {x.result: large if x.elements >= LARGE else small for x in self._layers}

        return {
            "fp32": chosen("float", "float"),
            "fp16": chosen("fp16", "fp16"),
            "w8": chosen("w8", "w8"),
            "w8, small ones float": chosen("w8", "float"),
            "w8, small ones fp16": chosen("w8", "fp16"),
            "dynamic8, small ones float": chosen("dynamic8", "float"),
        }

    def _walk(self, steps: Sequence[Step], report: Report) -> None:
        """Measure mixes along the walk, then close in on the last that passes."""

        def passes(count: int) -> bool:
            report(f"trying the mix after {count} of {len(steps)} steps")
            return self._passes(self._trials.full(mix_after(self._names, steps, count)))

        probes = [i * len(steps) // PROBES for i in range(1, PROBES + 1)]
        good = [at for at in probes if passes(at)]
        # Files pass by their quality at the walk's beginning, by their size at its end.
        like_the_beginning = [at for at in probes if (at in good) != self._for_size]
        low = max(like_the_beginning, default=0)
        high = min((at for at in probes if at > low), default=low)
        while high - low > 1:
            middle = (low + high) // 2
            if passes(middle) != self._for_size:
                low = middle
            else:
                high = middle

    def _refine(self, prices: Prices, report: Report, budget: int) -> None:
        """Change the cheapest mix that passes, as long as it becomes cheaper."""
        usable = [mix for mix, _ in self._trials.scored if prices.covers(mix)]
        best: Mix | None = min(usable, key=lambda mix: self._worth(mix, prices))
        moves = Moves(prices.options, self._random)
        last = len(self._trials.scored) + budget
        while best is not None:
            best = self._better(best, moves, prices, last, report)

    def _better(
        self, best: Mix, moves: Moves, prices: Prices, last: int, report: Report
    ) -> Mix | None:
        """The first change for the better, unless the budget is used up before."""
        worth = self._worth(best, prices)
        for mix in moves.around(best, finer=self._for_size):
            if len(self._trials.scored) >= last:
                return None
            report(f"refining: {last - len(self._trials.scored)} files to try")
            if self._worth(mix, prices) < worth:
                return mix
        return None

    def _worth(self, mix: Mix, prices: Prices) -> tuple[bool, float]:
        """Less is better; what does not pass is worse than all that does."""
        full = self._trials.full(mix)
        if self._for_size:
            return not self._passes(full), full.scored.loss
        return not self._passes(full), full.bytes / self._float + prices.time(mix)

    def _passes(self, full: Full) -> bool:
        if self._for_size:
            return full.bytes <= self._limit
        return full.scored.used <= self._goal.within

    def _found(self, fast: Speeds, report: Report) -> Found:
        known = [self._timed(name, mix, report) for name, mix in self._known().items()]
        by_hand = [candidate.mix for candidate in known]
        mixes = [mix for mix in self._finalists(fast) if mix not in by_hand]
        timed = [*known, *(self._timed("found", mix, report) for mix in mixes)]
        points = [(c.full.bytes, self._quality(c.full), c.step) for c in timed]
        kept = sorted(front(points), key=points.__getitem__)
        return Found(
            best=min(timed, key=self._rank),
            front=tuple(timed[i] for i in kept),
            known=tuple(known),
            trials=len(self._trials.scored),
        )

    def _finalists(self, fast: Speeds) -> list[Mix]:
        """Of the mixes that none beats in quality, bytes and expected time: the smallest
        and the cheapest that pass, and some from one end to the other."""
        every = self._trials.scored
        points = [
            (full.bytes, self._quality(full), fast.time_of(mix, self._layers))
            for mix, full in every
        ]
        unbeaten = sorted(front(points), key=points.__getitem__)
        passing = [i for i in unbeaten if self._passes(every[i][1])]
        chosen = passing[:1]
        chosen += sorted(passing, key=lambda i: points[i][0] * points[i][2])[:2]
        spread = range(0, len(unbeaten), -(-len(unbeaten) // MOST_FINALISTS))
        chosen += [unbeaten[i] for i in spread]
        return [every[i][0] for i in dict.fromkeys(chosen)]

    def _rank(self, candidate: Candidate) -> tuple[bool, float]:
        good = self._passes(candidate.full)
        return not good, candidate.full.scored.loss if self._for_size else candidate.price

    def _quality(self, full: Full) -> float:
        return full.scored.loss if self._for_size else full.scored.used

    def _timed(self, name: str, mix: Mix, report: Report) -> Candidate:
        report(f"timing {name}")
        latency = self._trials.time(mix)
        return Candidate(name=name, mix=mix, full=self._trials.full(mix), latency=latency)
