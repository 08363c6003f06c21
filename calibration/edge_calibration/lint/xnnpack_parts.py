"""What XNNPACK leaves of a TFLite file: LiteRT itself is asked, as an app would have it.

The delegate is the same code on every machine; a phone's processor may decide otherwise
where an operation needs instructions that this one has or has not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge_calibration.layers.tflite_graph import open_usual
from edge_calibration.quiet import aside
from edge_runtime.errors import ConversionError

if TYPE_CHECKING:
    from pathlib import Path


def left_by_xnnpack(path: Path) -> tuple[int, ...]:
    """The numbers of the operations that stay with LiteRT's own kernels.

    None where the file has operations that LiteRT cannot prepare: other rules say so.
    """
    try:
        with aside(f"opening {path.name}"):
            nodes = open_usual(path.read_bytes())._get_ops_details()  # noqa: SLF001  as above
    except ConversionError:
        return ()
    own = [node for node in nodes if node["op_name"] != "DELEGATE"]
    parts = [node for node in nodes if node["op_name"] == "DELEGATE"]
    taken = _taken(own, parts)
    return tuple(number for number in range(len(own)) if number not in taken)


def _taken(own: list[Any], parts: list[Any]) -> set[int]:
    """What lies between the inputs and the outputs of each part."""
    maker = {tensor: number for number, node in enumerate(own) for tensor in node["outputs"]}
    found: set[int] = set()
    for part in parts:
        border, ahead = set(part["inputs"]), list(part["outputs"])
        while ahead:
            number = maker.get(ahead.pop(), -1)
            if number >= 0 and number not in found:
                found.add(number)
                ahead += [t for t in own[number]["inputs"] if t >= 0 and t not in border]
    return found
