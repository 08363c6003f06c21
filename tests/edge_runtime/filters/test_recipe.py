from __future__ import annotations

import msgspec
import pytest

from edge_runtime.filters import recipe as r


def test_a_recipe_is_the_same_after_json() -> None:
    recipe = r.Recipe(
        title="All",
        about="One of each.",
        layers=(
            r.Choose(
                when=r.Both(tests=(r.Smiling(of="all"), r.Not(that=r.Tilted()))),
                then=(r.Background(words="sky"), r.Light(at=(0.5, 0), colour="#ffffff")),
                otherwise=(r.Particles(art="drop", count=3, size=(0.1, 0.2)),),
            ),
            r.Blur(),
            r.Restyle(mix="3"),
            r.Grade(warmth=0.5),
            r.Scenery(art="sun", at=(0.5, 0.5), size=0.2),
            r.Sticker(art="hat"),
            r.Include(recipe="other"),
        ),
    )
    assert msgspec.json.decode(msgspec.json.encode(recipe), type=r.Recipe) == recipe


@pytest.mark.parametrize(
    "layer",
    [
        '{"do": "grade", "warmth": 2}',
        '{"do": "grade", "colour": "red"}',
        '{"do": "particles", "art": "drop", "count": -1, "size": [0.1, 0.2]}',
        '{"do": "sticker", "art": "../hat"}',
        '{"do": "choose", "when": {"test": "both", "tests": []}}',
    ],
)
def test_what_is_out_of_range_is_refused(layer: str) -> None:
    text = f'{{"title": "A", "about": "B", "layers": [{layer}]}}'
    with pytest.raises(msgspec.ValidationError, match=r"layers\[0\]"):
        msgspec.json.decode(text, type=r.Recipe)
