"""A model file as rules see it: operations, and the values between them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

Kind: TypeAlias = Literal["tflite", "coreml", "onnx"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Value:
    """A tensor: its name, shape (-1 where a size is not fixed) and type (``FLOAT32``).

    ``constant``: the same for every photo; ``values`` are its numbers, where they are kept
    in the file and can be read.  Real values are ``(codes - zero_points) * scales`` where
    there are scales.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    constant: bool = False
    values: NDArray[Any] | None = None
    scales: NDArray[np.float32] | None = None
    zero_points: NDArray[np.int64] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Operation:
    """One step: ``kind`` (``CONV_2D``), what goes in and out, its options by name."""

    kind: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How it is called: its kind, and what it makes."""
        made = self.outputs[0].name if self.outputs else "nothing"
        return f"{self.kind} {made}"

    @property
    def runtime_inputs(self) -> tuple[Value, ...]:
        """What goes in that is not constant."""
        return tuple(value for value in self.inputs if not value.constant)


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelGraph:
    """A file: what goes in, the operations in order, what comes out.

    ``signatures`` are the names of a TFLite file's; ``flexible`` the inputs of a Core ML
    file that take a range of sizes; ``largest`` the largest magnitude of values by name,
    where the file was run on photos.
    """

    kind: Kind
    path: Path
    operations: tuple[Operation, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    signatures: tuple[str, ...] = ()
    flexible: tuple[str, ...] = ()
    largest: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _makers(self) -> dict[Value, Operation]:
        return {value: op for op in self.operations for value in op.outputs}

    @cached_property
    def _users(self) -> dict[Value, list[Operation]]:
        found: dict[Value, list[Operation]] = defaultdict(list)
        for op in self.operations:
            for value in op.inputs:
                found[value].append(op)
        return found

    def maker(self, value: Value) -> Operation | None:
        """The operation that makes a value; ``None`` for inputs and constants."""
        return self._makers.get(value)

    def users(self, value: Value) -> list[Operation]:
        """The operations that take a value."""
        return self._users.get(value, [])
