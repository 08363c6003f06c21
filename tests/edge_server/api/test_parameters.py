from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest

from edge_runtime.spec import Record
from edge_server.api.parameters import check_names, names_of, read_parameters
from edge_server.problems import DuplicateField, InvalidParameter


class Params(Record, frozen=True, kw_only=True):
    """Parameters of every type."""

    top_k: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    objects: tuple[str, ...] = ()
    white: bool = False
    name: Annotated[str, msgspec.Meta(max_length=5)] = ""
    scale: Literal[2, 4] = 4
    sides: tuple[Literal["left", "right"], ...] = ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Params()),
        (
            {"top_k": ["7"], "threshold": ["0.25"], "white": ["true"]},
            Params(top_k=7, threshold=0.25, white=True),
        ),
        (
            {"top_k": 7, "threshold": 1, "white": True},
            Params(top_k=7, threshold=1.0, white=True),
        ),
        ({"objects": ["cat, dog", "person"]}, Params(objects=("cat", "dog", "person"))),
        ({"objects": ["cat"]}, Params(objects=("cat",))),
        ({"name": ["7"]}, Params(name="7")),
        ({"another": 1}, Params()),
    ],
)
def test_forms_and_json_are_read(fields: dict[str, Any], expected: Params) -> None:
    assert read_parameters(Params, fields) == expected


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"top_k": ["0"]}, "/top_k"),
        ({"top_k": ["-1"]}, "/top_k"),
        ({"top_k": ["1000000000"]}, "/top_k"),
        ({"top_k": ["1.5"]}, "/top_k"),
        ({"top_k": "5"}, "/top_k"),
        ({"top_k": 1.5}, "/top_k"),
        ({"top_k": True}, "/top_k"),
        ({"top_k": []}, "/top_k"),
        ({"top_k": None}, "/top_k"),
        ({"threshold": ["nan"]}, "/threshold"),
        ({"threshold": ["inf"]}, "/threshold"),
        ({"threshold": 2}, "/threshold"),
        ({"white": ["perhaps"]}, "/white"),
        ({"objects": [1]}, "/objects/0"),
        ({"name": ["too long"]}, "/name"),
    ],
)
def test_what_is_wrong_is_pointed_at(fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        read_parameters(Params, fields)
    assert [fault.pointer for fault in caught.value.faults] == [pointer]


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"scale": ["3"]}, "Invalid enum value 3: send 2 or 4"),
        ({"sides": ["left,up"]}, "Invalid enum value 'up': send left or right"),
        ({"white": ["no"]}, "send true or false"),
        ({"top_k": ["many"]}, "send a whole number"),
        ({"threshold": ["0,5"]}, "send a number"),
        ({"objects": "cat"}, 'send a list, such as ["one", "two"]'),
        ({"top_k": ["0"]}, "Expected `int` >= 1"),
    ],
)
def test_what_to_send_instead_is_said(fields: dict[str, Any], advice: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        read_parameters(Params, fields)
    assert str(caught.value).endswith(advice)
    assert caught.value.faults[0].message.endswith(advice)


def test_one_value_is_wanted() -> None:
    with pytest.raises(DuplicateField, match="top_k is there 2 times"):
        read_parameters(Params, {"top_k": ["1", "2"]})


def test_an_unknown_name_has_its_nearest() -> None:
    with pytest.raises(InvalidParameter, match="did you mean threshold"):
        check_names(["treshold"], names_of(Params))
    with pytest.raises(InvalidParameter, match="known are name, objects"):
        check_names(["x" * 500], names_of(Params))
