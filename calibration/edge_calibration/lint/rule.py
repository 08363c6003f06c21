"""What a rule is: one thing that goes wrong with a file, as somebody documented it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edge_calibration.lint.model_graph import Kind, ModelGraph

    Find: TypeAlias = Callable[[ModelGraph], Iterator[str]]

Severity: TypeAlias = Literal["error", "warning", "note"]
Target: TypeAlias = Literal["android-gpu", "ios-ane", "xnnpack", "flutter"]
TARGETS: tuple[Target, ...] = ("android-gpu", "ios-ane", "xnnpack", "flutter")
LITERT: tuple[Target, ...] = ("android-gpu", "xnnpack", "flutter")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``find`` names each place in a file of one of the ``kinds`` where it goes wrong.

    ``error``: the file is refused or its answer is wrong; ``warning``: it is slow or not
    what was meant; ``note``: it may be.  ``sources`` are the pages that document it.
    """

    id: str
    kinds: tuple[Kind, ...]
    severity: Severity
    targets: tuple[Target, ...]
    title: str
    why: str
    mend: str
    sources: tuple[str, ...]
    find: Find
