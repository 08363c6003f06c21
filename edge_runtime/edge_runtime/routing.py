"""The policies of a router: which side is asked, in which order, and with how much time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from edge_runtime.device_side import DeviceSide, DeviceTask
from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.outcomes import Unavailable, degraded
from edge_runtime.remote.asking import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_runtime.fallbacks import Fallback
    from edge_runtime.outcomes import Outcome
    from edge_runtime.remote.remote_lens import How, RemoteLens

Policy: TypeAlias = Literal[
    "device-first", "server-first", "device-only", "fastest", "best-quality"
]
POLICIES: tuple[Policy, ...] = get_args(Policy)

_LIST_SECONDS = 2.0  # that a server gets to say what it can do


@dataclass(frozen=True, kw_only=True)
class Route:
    """A question and every way to have it answered.

    ``device``: by the very model that is meant; None for a heavy one.  ``fallback``: by less.
    """

    name: str
    server: Callable[[How], Outcome[Any]]
    device: DeviceTask | None = None
    fallback: Fallback | None = None


class Routing:
    """Answers routes by a policy, within their deadline."""

    def __init__(self, device: DeviceSide, remote: RemoteLens | None) -> None:
        self._device, self._remote = device, remote

    def ask(self, route: Route, policy: str, how: How, seconds: float) -> Outcome[Any]:
        """The outcome, by the deadline; raises ``UnknownName`` for a policy there is not."""
        ends = monotonic() + seconds
        match policy:
            case "device-first":
                return self._device_first(route, how, ends)
            case "server-first":
                return self._server_first(route, how, ends)
            case "device-only":
                here = self._here(route, ends)
                return self._lightly(route, ends, here)
            case "fastest":
                return self._fastest(route, how, ends)
            case "best-quality":  # what a lens does, it does with every pixel
                return self._device_first(route, replace(how, full_size=True), ends)
            case _:
                raise UnknownName("policy", policy, POLICIES)

    def _device_first(self, route: Route, how: How, ends: float) -> Outcome[Any]:
        here = self._here(route, ends)
        if not isinstance(here, Unavailable):
            return here
        there = self._there(route, how, ends - self._reserve(route, ends))
        if not isinstance(there, Unavailable):
            return there
        return self._lightly(route, ends, _neither(here, there))

    def _server_first(self, route: Route, how: How, ends: float) -> Outcome[Any]:
        there = self._there(route, how, ends - self._reserve(route, ends))
        if not isinstance(there, Unavailable):
            return there
        here = self._here(route, ends)
        if not isinstance(here, Unavailable):
            return here
        return self._lightly(route, ends, _neither(here, there))

    def _fastest(self, route: Route, how: How, ends: float) -> Outcome[Any]:
        """Both at once; the first answer counts."""
        if route.device is None:
            return self._device_first(route, how, ends)
        answers: SimpleQueue[tuple[str, Callable[[], Outcome[Any]]]] = SimpleQueue()
        self._device.start(route.device).add_done_callback(
            lambda done: answers.put(("device", done.result))
        )

        def ask_server() -> None:
            there = self._there(route, how, ends)
            answers.put(("server", lambda: there))

        Thread(target=ask_server, daemon=True).start()
        failed: dict[str, Unavailable] = {}
        while len(failed) < 2:
            try:
                side, answer = answers.get(timeout=max(ends - monotonic(), 0.0))
            except Empty:
                return Unavailable("neither side was done by the deadline", 0.0, "deadline")
            outcome = answer()
            if not isinstance(outcome, Unavailable):
                return outcome
            failed[side] = outcome
        return _neither(failed["device"], failed["server"])

    def _here(self, route: Route, ends: float) -> Outcome[Any]:
        if route.device is None:
            task = TASKS[route.name].address
            return Unavailable(f"only a server has the model for {task}", None, "not-offered")
        return self._device.ask(route.device, ends - monotonic())

    def _there(self, route: Route, how: How, ends: float) -> Outcome[Any]:
        if self._remote is None:
            return Unavailable("no server is known", None, "not-offered")
        seconds = min(_LIST_SECONDS, (ends - monotonic()) / 2)
        models = self._remote.models(seconds=max(seconds, 0.0))
        if isinstance(models, Unavailable):
            return models
        refusal = models.refusal(TASKS[route.name].address, how.model)
        if refusal is not None:
            return refusal
        try:
            return route.server(replace(how, seconds=max(ends - monotonic(), 0.0)))
        except PocketLensError as error:
            return Unavailable(str(error), None, "not-asked")

    def _lightly(self, route: Route, ends: float, outcome: Outcome[Any]) -> Outcome[Any]:
        """The fallback in place of an outage, where there is one."""
        if route.fallback is None or not isinstance(outcome, Unavailable):
            return outcome
        task = DeviceTask(name=_light(route), work=route.fallback.work)
        lighter = self._device.ask(task, ends - monotonic())
        if isinstance(lighter, Unavailable):
            return _neither(lighter, outcome)
        return degraded(lighter, f"{route.fallback.why} ({outcome.why})")

    def _reserve(self, route: Route, ends: float) -> float:
        """Seconds to keep for the device, should the server fail; half of all at most."""
        if route.device is None and route.fallback is None:
            return 0.0
        name = _light(route) if route.device is None else route.device.name
        least = route.fallback.seconds if route.fallback else 0.0
        wanted = 2 * max(self._device.expected(name), least) + 0.05
        return max(0.0, min(wanted, (ends - monotonic()) / 2))


def _light(route: Route) -> str:
    return f"{route.name}, lightly"


def _neither(here: Unavailable, there: Unavailable) -> Unavailable:
    """Both reasons, and the sooner of the times after which it may be asked again.

    That the device has no such model is no news where a server was asked.
    """
    if here.code == "not-offered" != there.code:
        return there
    waits = [one.retry_after for one in (here, there) if one.retry_after is not None]
    same = here.why == there.why  # a word that neither knows
    why = here.why if same else f"device: {here.why}; server: {there.why}"
    return Unavailable(why, min(waits, default=None), there.code)
