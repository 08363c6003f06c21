"""Try one accelerator on a model's golden inputs, in a process of its own.

A driver that hangs or takes its process down takes this one, not the app.  What is tried
comes as JSON on standard input, the verdict goes to the file that is named.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from edge_runtime.bundle import Bundle
from edge_runtime.errors import PocketLensError
from edge_runtime.probe import flaw, probes
from edge_runtime.record import Record
from edge_runtime.spec import SizeHW  # noqa: TC001  msgspec reads it at run time
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_runtime.backends.interface import Backend, Session
    from edge_runtime.probe import Probe

Fault: TypeAlias = Literal[
    "absent",  # no such runtime, or no file for it
    "zeros",
    "not-a-number",
    "wrong-first-run",
    "wrong-second-run",
    "error",
    "hang",
    "crash",
    "slower",  # right, but slower than LiteRT's CPU
]
RUNS = 5  # that are timed, of every golden input
LONG_MS = 1000.0  # from where on one is enough
PATIENCE_S = 5.0  # for a process that was killed


class Attempt(Record, frozen=True, kw_only=True):
    """What is tried: ``backend`` is a name, ``home`` its ``module:class``."""

    bundle: str
    model: str
    variant: str
    size_hw: SizeHW
    backend: str
    home: str
    accelerator: str
    threads: int = 1


class Verdict(Record, frozen=True, kw_only=True):
    """How an accelerator did: milliseconds of a run (the median) where it came so far;
    ``fault`` and ``reason`` say why it is not used, and are empty where it is right."""

    backend: str
    accelerator: str
    ms: float | None = None
    fault: Fault | None = None
    reason: str = ""


def isolated(attempt: Attempt, deadline_s: float) -> Verdict:
    """The verdict of a process of its own, which is ended after ``deadline_s`` seconds."""
    with TemporaryDirectory(prefix="pocketlens-") as place:
        answer = Path(place) / "verdict.json"
        status = _run([sys.executable, "-m", __name__, str(answer)], attempt, deadline_s)
        if status is None:
            return failed(attempt, "hang", f"took more than {deadline_s:g} s")
        try:
            return from_json(answer.read_bytes(), Verdict)
        except (OSError, msgspec.DecodeError):
            return failed(attempt, "crash", f"its process ended with {_ending(status)}")


def failed(attempt: Attempt, fault: Fault, reason: str) -> Verdict:
    """The verdict on what did not come to an end."""
    return Verdict(
        backend=attempt.backend, accelerator=attempt.accelerator, fault=fault, reason=reason
    )


def tried(attempt: Attempt) -> Verdict:
    """The verdict, in this process; only a crash or a hang is no verdict."""
    try:
        bundle = Bundle.open(Path(attempt.bundle))
        entry = bundle.entry(attempt.model)
        backend = _backend(attempt.home)
        file, path = bundle.file(entry, attempt.variant, attempt.size_hw, backend.format)
        known = probes(bundle, entry, file)
        session = backend.open(path, attempt.accelerator, attempt.threads, file.size_hw)
        return examined(attempt, session, known)
    except PocketLensError as error:
        return failed(attempt, "error", str(error))
    except Exception as error:  # noqa: BLE001  whatever it is, another accelerator may run
        return failed(attempt, "error", f"{type(error).__name__}: {error}".splitlines()[0])


def examined(attempt: Attempt, session: Session, known: Sequence[Probe]) -> Verdict:
    """Run every golden input once, and then again, timed; what is wrong ends it."""
    spent: list[float] = []
    for number in range(1 + RUNS):
        for probe in known:
            started = perf_counter()
            outputs = session.run(probe.inputs)
            if number:  # the first run also prepares
                spent.append(1000 * (perf_counter() - started))
            found = flaw(outputs, probe)
            if found:
                return failed(attempt, _fault(found[0], number), found[1])
        if sum(spent) >= LONG_MS:
            break
    return Verdict(
        backend=attempt.backend,
        accelerator=attempt.accelerator,
        ms=float(f"{median(spent):.3g}"),
    )


def _fault(kind: str, number: int) -> Fault:
    faults: dict[str, Fault] = {"zeros": "zeros", "not-a-number": "not-a-number"}
    return faults.get(kind, "wrong-second-run" if number else "wrong-first-run")


def _backend(home: str) -> Backend:
    module, _, kind = home.partition(":")
    made: Any = getattr(import_module(module), kind)
    backend: Backend = made()
    return backend


def _run(command: Sequence[str], attempt: Attempt, deadline_s: float) -> int | None:
    """The exit status of a command that is told the attempt; none where it takes too long."""
    child = subprocess.Popen(  # noqa: S603  our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        child.communicate(msgspec.json.encode(attempt), timeout=deadline_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.stdin is not None:  # open still where the time was over before it was told
            with suppress(OSError):
                child.stdin.close()
        if child.poll() is None:
            child.kill()
            with suppress(subprocess.TimeoutExpired):  # a driver may not let it go
                child.wait(PATIENCE_S)
    return child.returncode


def _ending(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def main(argv: Sequence[str]) -> int:
    """What the process of its own does: read the attempt, write the verdict."""
    attempt = from_json(sys.stdin.buffer.read(), Attempt)
    Path(argv[0]).write_bytes(msgspec.json.encode(tried(attempt)))
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    os._exit(status)  # a driver's own end may crash or hang: the verdict is written
