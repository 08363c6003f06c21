from __future__ import annotations

from edge_convert.descriptions import author, described, licence
from edge_convert.light_model import light_models

SPEC = light_models()["smile"].spec


def test_the_makers_of_the_weights_are_named() -> None:
    assert author(SPEC).startswith("PocketLens; weights of ")
    assert f"{SPEC.source.package} {SPEC.source.version}" in author(SPEC)
    assert SPEC.source.paper in author(SPEC)


def test_all_three_licences_are_said() -> None:
    of = SPEC.licence
    assert licence(SPEC) == f"code: {of.code}; weights: {of.weights}; training data: {of.data}"


def test_a_tensor_is_said_with_its_unit() -> None:
    assert described(SPEC.outputs[0]) == "each expression of the labels (probability)"
