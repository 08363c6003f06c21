from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge_calibration.lint.mending import MENDS
from edge_calibration.lint.rule import TARGETS, Rule
from edge_calibration.lint.rules import RULES, rule_table

LINT = Path(__file__).parents[3] / "calibration" / "LINT.md"


def test_ids_are_unique_and_ordered() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    numbers = [rule.id.split("-")[0] for rule in RULES]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_why_and_where_from(rule: Rule) -> None:
    assert re.fullmatch(r"(PL|CM|ON)\d{3}(-[a-z0-9]+)+", rule.id)
    assert rule.sources
    assert all(page.startswith("https://") for page in rule.sources)
    assert rule.why.endswith(".")
    assert rule.mend.endswith(".")
    assert set(rule.targets) <= set(TARGETS)
    assert rule.kinds
    assert ("--fix" in rule.mend) == (rule.id in MENDS)


def test_every_target_has_rules() -> None:
    assert {target for rule in RULES for target in rule.targets} == set(TARGETS)


def test_the_table_in_the_documents_is_this_one() -> None:
    """Made by ``edge-calibrate lint --rules``."""
    assert "\n".join(rule_table()) in LINT.read_text(encoding="utf-8")
