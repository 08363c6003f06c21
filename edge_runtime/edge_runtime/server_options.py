"""``edge-run TASK --server URL``: the tasks of a command line, by a router."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from edge_runtime.outcomes import Degraded, Routed, Unavailable
from edge_runtime.remote import How, RemoteLens
from edge_runtime.results import Timings
from edge_runtime.router import Router, Wish
from edge_runtime.terminal import complain, progress

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator

    from edge_runtime.images import Photo
    from edge_runtime.outcomes import Outcome, Provenance
    from edge_runtime.painting import Style
    from edge_runtime.pipeline import Lens
    from edge_runtime.results import Picture, Prediction

KEY = "POCKETLENS_KEY"
_PATIENT = 600.0  # seconds for a network that was named: a large photo takes it minutes
_STAGES = frozenset(Timings.__dataclass_fields__)


class RoutedLens:
    """A router with the methods of a lens: an outage is raised as ``NoAnswer``, a lighter
    answer is told on standard error."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def __getattr__(self, task: str) -> Callable[..., Prediction[Any]]:
        return partial(self._ask, task)

    def style(
        self, photo: Photo, style: Style, model: str | None = None
    ) -> Prediction[Picture]:
        """The photo painted in a style."""
        return self._ask("style", photo, style, model=model)

    def super_resolution(
        self, photo: Photo, scale: int, model: str | None = None
    ) -> Prediction[Picture]:
        """The photo, larger."""
        how = How(model=model, seconds=_PATIENT) if model else How()
        return prediction_of(self._router.super_resolution(photo, Wish(how=how), scale=scale))

    def _ask(
        self, task: str, photo: Photo, *said: Any, model: str | None = None
    ) -> Prediction[Any]:
        wish = Wish(how=How(model=model or ""))
        return prediction_of(getattr(self._router, task)(photo, *said, wish))


@contextmanager
def routed(lens: Lens, args: Namespace) -> Iterator[RoutedLens]:
    """The lens and the server of a command line; its key is in the variable
    ``POCKETLENS_KEY``, because other users see what stands on a command line."""
    remote = RemoteLens(args.server, key=os.environ.get(KEY, ""))
    with closing(Router(lens, remote, args.policy)) as router:
        yield RoutedLens(router)


def prediction_of(outcome: Outcome[Any]) -> Routed[Any]:
    """The value and how it came about; raises ``NoAnswer`` where there is none."""
    if isinstance(outcome, Unavailable):
        return outcome.value
    if isinstance(outcome, Degraded):
        complain(outcome.why)
    origin = outcome.provenance
    progress(f"answered by the {origin.where}, {origin.bytes_sent} bytes sent")
    return Routed(
        value=outcome.value,
        model=origin.model,
        variant=origin.variant,
        ms=_timings(origin),
        outcome=outcome,
    )


def _timings(origin: Provenance) -> Timings:
    """The device's stages, or the whole round trip as the run."""
    if origin.where == "server":
        return Timings(run=origin.ms.get("round_trip", 0.0))
    return Timings(**{stage: ms for stage, ms in origin.ms.items() if stage in _STAGES})
