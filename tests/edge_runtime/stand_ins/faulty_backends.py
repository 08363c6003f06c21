"""Runtimes that run a graph rightly, but for one fault: what the canary has to find."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from edge_runtime.backends.lite_rt import LiteRt
from edge_runtime.errors import BackendError


class Right:
    """LiteRT on the CPU, and the frame of those that are faulty."""

    format = "tflite"
    version = "1"

    def __init__(self) -> None:
        self.name = type(self).__name__.lower()
        self.runs = 0

    def accelerators(self) -> tuple[str, ...]:
        return ("chip",)

    def open(self, path: Path, accelerator: str, threads: int = 1, size_hw: Any = None) -> Any:
        self.session = LiteRt().open(path, "cpu", threads, size_hw)
        self.input_shapes = self.session.input_shapes
        return self

    def run(self, inputs: Any) -> Any:
        self.runs += 1
        return self.spoilt(self.session.run(inputs))

    def invoke(self) -> None:
        self.session.invoke()

    def spoilt(self, outputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return outputs


class Slow(Right):
    def spoilt(self, outputs: Any) -> Any:
        time.sleep(0.2)
        return outputs


class Wrong(Right):
    def spoilt(self, outputs: Any) -> Any:
        return {name: value + np.float32(0.1) for name, value in outputs.items()}


class Blank(Right):
    def spoilt(self, outputs: Any) -> Any:
        return {name: value * 0 for name, value in outputs.items()}


class NaN(Right):
    def spoilt(self, outputs: Any) -> Any:
        for value in outputs.values():
            value[0, 0] = np.nan
        return outputs


class Shapeless(Right):
    def spoilt(self, outputs: Any) -> Any:
        return {name: value[0] for name, value in outputs.items()}


class Later(Wrong):
    """Right on the first golden input, and wrong from then on."""

    def spoilt(self, outputs: Any) -> Any:
        return outputs if self.runs == 1 else super().spoilt(outputs)


class Second(Wrong):
    """Right on every golden input, the first time."""

    def spoilt(self, outputs: Any) -> Any:
        return outputs if self.runs <= 2 else super().spoilt(outputs)


class Unopened(Right):
    def open(self, *_: Any, **__: Any) -> Any:
        raise BackendError("no such chip: use the accelerator cpu")


class Raises(Right):
    def spoilt(self, outputs: Any) -> Any:
        raise MemoryError("of the chip\nand more")


class Hangs(Right):
    def spoilt(self, outputs: Any) -> Any:
        time.sleep(600)


class Dies(Right):
    def spoilt(self, outputs: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class Leaves(Right):
    def spoilt(self, outputs: Any) -> Any:
        os._exit(7)


class Child(Right):
    """Right in a trial, and kills the app that trusts it: the trial's process says so."""

    def spoilt(self, outputs: Any) -> Any:
        if os.environ.get("IS_THE_APP") == str(os.getpid()):
            os.kill(os.getpid(), signal.SIGKILL)
        return outputs
