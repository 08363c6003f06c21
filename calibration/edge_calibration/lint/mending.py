"""Mend a TFLite file: what is safe to rewrite is, and both files have to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge_calibration.lint.agreement import check_agreement
from edge_calibration.lint.cancelling import without_ping_pong, without_transposes
from edge_calibration.lint.clamp import spelt_out_clamp
from edge_calibration.lint.float_border import float_border
from edge_calibration.lint.graph_surgery import packed, parsed
from edge_calibration.lint.signature import signed
from edge_runtime.errors import BundleError, UnknownName
from edge_runtime.outputs import write_bytes
from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# In the order in which they are done: what is taken out first needs no mending.
MENDS: dict[str, Callable[[Any], list[str]]] = {
    "PL025-ping-pong": without_ping_pong,
    "PL010-transposed-twice": without_transposes,
    "PL017-clamp-to-one": spelt_out_clamp,
    "PL001-integer-border": float_border,
    "PL013-no-signature": signed,
}


class Mend(Record, frozen=True, kw_only=True):
    """What was rewritten for a rule: the names of tensors, or of the signature."""

    rule: str
    places: tuple[str, ...]


class MendReport(Record, frozen=True, kw_only=True):
    """What was done; ``written`` is ``None`` where there was nothing to do.

    ``difference`` is how far the outputs of the two files are apart on the same inputs.
    """

    file: str
    written: str | None
    mends: tuple[Mend, ...]
    difference: float


def mend(path: Path, out: Path) -> MendReport:
    """Write the mended file, whole or not at all; no file where nothing can be mended.

    Raises ``VerificationError``, and writes nothing, where the two files do not agree, and
    ``BundleError`` or ``UnknownName`` for what is no TFLite file.
    """
    if path.suffix != ".tflite":
        raise UnknownName(f"kind of file to mend, {path.name}", path.suffix, [".tflite"])
    try:
        content = path.read_bytes()
        model = parsed(content)
    except Exception as error:
        raise BundleError(f"{path} is not a TFLite file: convert it again") from error
    done = [Mend(rule=rule, places=tuple(way(model))) for rule, way in MENDS.items()]
    mends = tuple(one for one in done if one.places)
    if not mends:
        return MendReport(file=str(path), written=None, mends=(), difference=0.0)
    made = packed(model)
    difference = check_agreement(content, made)
    write_bytes(out, made)
    return MendReport(file=str(path), written=str(out), mends=mends, difference=difference)
