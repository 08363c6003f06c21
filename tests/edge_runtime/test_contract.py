from __future__ import annotations

import typing

import msgspec
import pytest

from edge_runtime import contract as c
from edge_runtime import contract_inputs, contract_results
from edge_runtime.errors import SpecError

STEPS: tuple[type[c.Step], ...] = typing.get_args(c.AnyStep)
PROGRAM: c.Steps = (c.DecodePhoto(), c.Resize(fit="crop"), c.WriteTensor(), c.Run())


def test_json_both_ways() -> None:
    assert msgspec.json.decode(msgspec.json.encode(PROGRAM), type=c.Steps) == PROGRAM


def test_the_contract_lists_every_step_that_is_defined() -> None:
    defined = {
        value
        for module in (contract_inputs, contract_results)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, c.Step) and value is not c.Step
    }
    assert defined == set(STEPS)
    assert {step.__name__ for step in STEPS} < set(c.__all__)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_says_what_it_does_with_each_of_its_fields(step: type[c.Step]) -> None:
    text = step.__doc__ or ""
    assert len(text) > 30
    for field in msgspec.structs.fields(step):
        assert f"``{field.name}" in text, field.name
    assert step.takes
    assert step.gives


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b'[{"step": "run"}, {"step": "rotate"}]', r"'rotate' - at `\$\[1\]\.step`"),
        (b'[{"fit": "crop"}]', r"missing required field `step` - at `\$\[0\]`"),
        (b'[{"step": "resize", "fit": "cover"}]', r"'cover' - at `\$\[0\]\.fit`"),
        (b'[{"step": "run", "twice": 1}]', r"`twice` - at `\$\[0\]`"),
        (b'[{"step": "write-tensor", "values": "-1..1"}]', r"at `\$\[0\]\.values`"),
    ],
)
def test_what_is_unknown_is_named_with_its_place(raw: bytes, place: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=place):
        msgspec.json.decode(raw, type=c.Steps)


def test_a_step_is_found_by_its_kind() -> None:
    assert c.step_of(PROGRAM, c.Resize).fit == "crop"
    with pytest.raises(SpecError, match="no step 'crop-square'"):
        c.step_of(PROGRAM, c.CropSquare)
