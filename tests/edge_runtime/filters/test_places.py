from __future__ import annotations

import pytest

from edge_runtime.errors import SpecError
from edge_runtime.filters.art import Art
from edge_runtime.filters.places import KINDS, decoded, meant
from edge_runtime.filters.recipe import Recipe
from edge_runtime.record import Record


def recipe(layer: str) -> bytes:
    return f'{{"title": "A", "about": "B", "layers": [{layer}]}}'.encode()


WRONG: list[tuple[bytes, type[Record], str]] = [
    (
        recipe('{"do": "grade", "warmt": 1}'),
        Recipe,
        r"$.layers[0]: unknown field 'warmt' (did you mean 'warmth'?); known: colour, contrast",
    ),
    (
        recipe('{"do": "grad"}'),
        Recipe,
        "$.layers[0].do: unknown do 'grad' (did you mean 'grade'?); known: background, blur",
    ),
    (
        recipe('{"do": "choose", "when": {"test": "not", "that": {"test": "smilling"}}}'),
        Recipe,
        "$.layers[0].when.that.test: unknown test 'smilling' (did you mean 'smiling'?)",
    ),
    (
        recipe('{"do": "choose", "when": {"test": "smiling", "lest": 1}}'),
        Recipe,
        "$.layers[0].when: unknown field 'lest' (did you mean 'least'?); known: least",
    ),
    (recipe('{"do": "grade", "warmth": "hot"}'), Recipe, "$.layers[0].warmth: Expected"),
    (recipe('{"do": "sticker"}'), Recipe, "$.layers[0]: Object missing required field `art`"),
    (b'{"titel": "A"}', Recipe, "$: unknown field 'titel' (did you mean 'title'?)"),
    (b"[]", Recipe, "$: Expected `object`"),
    (b"{", Recipe, "x.json is not JSON"),
    (b"\xff", Recipe, "x.json"),
    (
        b'{"title": "A", "shapes": [{"shape": "path", "d": "M0,0", "fil": "#ffffff"}]}',
        Art,
        "$.shapes[0]: unknown field 'fil' (did you mean 'fill'?)",
    ),
    (
        b'{"title": "A", "shapes": [{"shape": "path", "d": "M", "fill": {"gradient": "x"}}]}',
        Art,
        "$.shapes[0].fill.gradient: unknown gradient 'x'",
    ),
]


@pytest.mark.parametrize(("content", "kind", "message"), WRONG)
def test_what_is_wrong_is_named_with_its_place_and_what_was_meant(
    content: bytes, kind: type[Record], message: str
) -> None:
    with pytest.raises(SpecError) as raised:
        decoded(content, kind, "x.json")
    assert str(raised.value).startswith("x.json")
    assert message in str(raised.value)


def test_what_is_nested_without_end_is_refused() -> None:
    deep = '{"test": "not", "that": ' * 100_000
    with pytest.raises(SpecError, match="nested too deeply|not JSON"):
        decoded(recipe('{"do": "choose", "when": ' + deep), Recipe, "x.json")


def test_every_kind_is_known_by_its_tag() -> None:
    assert set(KINDS["do"]) >= {"background", "choose", "include", "sticker"}
    assert set(KINDS["shape"]) == {"path", "ellipse"}


def test_what_is_meant_lists_all() -> None:
    assert meant("hart", ["heart", "star"]) == " (did you mean 'heart'?); known: heart, star"
    assert meant("zzz", []) == "; known: none"
