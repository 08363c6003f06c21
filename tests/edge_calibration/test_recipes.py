from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from edge_calibration.recipes import (
    Recipe,
    Rule,
    assigned,
    read_recipe,
    recipe_for,
    recipe_path,
    write_recipe,
)
from edge_runtime.errors import SpecError

NAMES = ("stem#2", "deep/0/conv;1", "deep/0/gate;2", "deep/10/conv;1", "mask")


def recipe(*rules: tuple[tuple[str, ...], str]) -> Recipe:
    chosen = tuple(Rule(layers=layers, precision=precision) for layers, precision in rules)
    return Recipe(model="tiny", version="1.0.0", base="w8", rules=chosen)


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("mask", {"mask"}),
        ("deep/0/conv;1", {"deep/0/conv;1"}),
        ("deep/0/gate", {"deep/0/gate;2"}),
        ("deep/0", {"deep/0/conv;1", "deep/0/gate;2"}),
        ("deep/1", None),
        ("deep", {"deep/0/conv;1", "deep/0/gate;2", "deep/10/conv;1"}),
        ("stem", {"stem#2"}),
        ("re:conv;1$", {"deep/0/conv;1", "deep/10/conv;1"}),
        ("re:^(stem|mask)", {"stem#2", "mask"}),
        ("conv", None),
    ],
)
def test_an_entry_is_a_result_a_module_or_a_pattern(entry: str, meant: set[str] | None) -> None:
    if meant is None:
        with pytest.raises(SpecError, match=rf"names '{entry}'.*edge-calibrate search tiny"):
            assigned(recipe(((entry,), "fp16")), NAMES)
        return
    found = assigned(recipe(((entry,), "fp16")), NAMES)
    assert {name for name, precision in found.items() if precision == "fp16"} == meant
    assert {found[name] for name in set(NAMES) - meant} <= {"w8"}


def test_the_later_rule_holds() -> None:
    found = assigned(recipe((("deep",), "float"), (("deep/0/gate",), "dynamic8")), NAMES)
    assert list(found.values()) == ["w8", "float", "dynamic8", "float", "w8"]


def test_what_is_no_pattern_is_refused() -> None:
    with pytest.raises(SpecError, match="not a regular expression"):
        assigned(recipe((("re:(",), "float")), NAMES)


def test_a_recipe_is_made_of_precisions_and_gives_them_back() -> None:
    wanted = dict(zip(NAMES, ("fp16", "w8", "float", "w8", "fp16"), strict=True))
    made = recipe_for("tiny", "1.0.0", wanted)
    assert made.base == "fp16"
    assert len(made.rules) == 2
    assert assigned(made, NAMES) == wanted


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path, written = tmp_path / "a.json", recipe((("mask",), "float"))
    write_recipe(path, written)
    assert read_recipe(path, "tiny", "1.0.0") == written
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
    assert recipe_path("tiny").name == "tiny.json"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"{", "cannot be read"),
        (b'{"model": "tiny", "version": "1.0.0", "base": "w3"}', "cannot be read"),
        (msgspec.json.encode(Recipe(model="a", version="1", base="w8")), "a recipe for a 1"),
    ],
)
def test_another_recipe_says_what_to_do(
    content: bytes | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpecError, match=said + ".*edge-calibrate search tiny"):
        read_recipe(path, "tiny", "1.0.0")
