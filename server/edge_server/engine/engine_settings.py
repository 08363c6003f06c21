"""How the engine in this process is set up."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge_server.engine.circuit import Rest


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """``devices``: one thread owns each, for the models that need a device whole.

    ``slots``: threads for the models that need one core each, 0 for as many as there are
    cores; they compute on the CPU.  ``queue``: places in the queue of each lane, for each
    priority.  ``memory_bytes``: what models may take, a device.  ``fill_seconds``: how long
    a batch waits for more, 0 to take what is there.

    A model is stuck ``stuck_seconds`` after nobody waits for it any more; while it is
    loaded, not before ``load_seconds``.  ``rest`` says how failing models are tried again.
    ``nice``: how far the threads that use every core stand back for the others (Linux), so
    that a heavy model does not slow down the light ones; 0 for not at all.
    """

    devices: tuple[str, ...] = ("cpu",)
    slots: int = 0
    queue: int = 8
    memory_bytes: int = 8 * 2**30
    fill_seconds: float = 0.0
    stuck_seconds: float = 30.0
    load_seconds: float = 300.0
    watch_seconds: float = 1.0
    nice: int = 10
    rest: Rest = field(default_factory=Rest)
