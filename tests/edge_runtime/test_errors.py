from __future__ import annotations

import inspect

import pytest

from edge_runtime import errors


def error_classes() -> list[type[errors.PocketLensError]]:
    return [
        c
        for _, c in inspect.getmembers(errors, inspect.isclass)
        if c.__module__ == errors.__name__
    ]


def test_every_error_is_ours_and_drawn_in_the_tree() -> None:
    for error in error_classes():
        assert issubclass(error, errors.PocketLensError)
        assert error.__name__ in (errors.__doc__ or "")


def test_the_tree_drawn_is_the_tree_there_is() -> None:
    parents = {}
    above = {0: "PocketLensError"}
    for line in (errors.__doc__ or "").splitlines():
        before, mark, rest = line.partition("── ")
        if mark:
            depth = len(before) // 4
            name = rest.split()[0]
            parents[name] = above[depth - 1]
            above[depth] = name
    assert parents == {
        error.__name__: error.__mro__[1].__name__
        for error in error_classes()
        if error is not errors.PocketLensError
    }


@pytest.mark.parametrize(
    ("name", "hint"),
    [("smlie", "did you mean 'smile'?"), ("SMILE", "smile, style"), ("", "smile, style")],
)
def test_an_unknown_name_lists_the_known_ones(name: str, hint: str) -> None:
    error = errors.UnknownName("model", name, ["style", "smile"])
    assert hint in str(error)
    assert "known: smile, style" in str(error)
    assert "\n" not in str(error)
