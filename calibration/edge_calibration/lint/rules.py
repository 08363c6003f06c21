"""All rules, and the table of them for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_calibration.lint.border_rules import BORDER_RULES
from edge_calibration.lint.coreml_rules import COREML_RULES
from edge_calibration.lint.cpu_rules import CPU_RULES
from edge_calibration.lint.gpu_rules import GPU_RULES
from edge_calibration.lint.half_rules import HALF_RULES
from edge_calibration.lint.resize_rules import RESIZE_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_calibration.lint.rule import Rule

_FAMILIES = (BORDER_RULES, GPU_RULES, CPU_RULES, RESIZE_RULES, HALF_RULES, COREML_RULES)
RULES: tuple[Rule, ...] = tuple(
    sorted((rule for family in _FAMILIES for rule in family), key=lambda rule: rule.id)
)


def rule_table() -> Iterator[str]:
    """The rules as lines of Markdown."""
    yield "| rule | files | severity | targets | what goes wrong, and how to mend it |"
    yield "|---|---|---|---|---|"
    for rule in RULES:
        kinds, targets = ", ".join(rule.kinds), ", ".join(rule.targets)
        pages = ", ".join(f"[{n}]({page})" for n, page in enumerate(rule.sources, start=1))
        said = f"**{rule.title}**. {rule.why} {rule.mend} ({pages})"
        yield f"| `{rule.id}` | {kinds} | {rule.severity} | {targets} | {said} |"
