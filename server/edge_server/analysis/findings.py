"""What came of one analysis of a photo, as it is written down, kept and sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_runtime.spec import Record
from edge_server.api import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_server.engine.interface import Answer

Json: TypeAlias = dict[str, Any]


class Finding(Record, frozen=True, kw_only=True):
    """An analysis that succeeded: ``result`` is that of the task's own address, as JSON.

    ``sha256`` is that of the weights or the model file; ``ms`` milliseconds waiting and
    computing, when it was computed; ``stored``: it was kept, and not computed now.
    """

    model: str
    variant: str
    sha256: str
    device: str
    result: msgspec.Raw
    ms: dict[str, float]
    stored: bool = False


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is kept of a photo: findings by analysis, and what its file is."""

    sha256: str
    findings: Mapping[str, Finding] = field(default_factory=dict)
    size_wh: tuple[int, int] = (0, 0)
    format: str = ""
    warnings: tuple[str, ...] = ()


def finding_of(answer: Answer) -> Finding:
    """An answer, with masks as run lengths."""
    times = answer.times
    return Finding(
        model=answer.model,
        variant=answer.variant,
        sha256=answer.sha256,
        device=answer.device,
        result=msgspec.Raw(msgspec.json.encode(wire.value_json(answer.value, "rle"))),
        ms={"queued": round(times.queued, 3), "run": round(times.run, 3)},
    )


def with_masks(finding: Finding, masks: wire.Masks) -> Finding:
    """The same, with its masks in the form asked for."""
    if masks == "rle" or b'"mask"' not in bytes(finding.result):
        return finding
    content = _masked(msgspec.json.decode(finding.result), masks)
    return msgspec.structs.replace(finding, result=msgspec.Raw(msgspec.json.encode(content)))


def _masked(value: Any, masks: wire.Masks) -> Any:
    if isinstance(value, list):
        return [_masked(one, masks) for one in value]
    if not isinstance(value, dict):
        return value
    rest = {name: _masked(one, masks) for name, one in value.items() if name != "mask"}
    if "mask" not in value:
        return rest
    return rest | wire.mask_json(wire.mask_of_runs(value["mask"]), masks)
