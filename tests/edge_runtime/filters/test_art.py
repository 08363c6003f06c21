from __future__ import annotations

import msgspec
import pytest

from edge_runtime.filters import art as a

WHITE = "#ffffff"


def test_art_is_the_same_after_json() -> None:
    fill = a.Linear(start=(0, 0), end=(0, 1), stops=((0, WHITE, 1), (1, "#000000", 0.5)))
    round_fill = a.Radial(centre=(0, 0), radius=1, stops=fill.stops)
    art = a.Art(
        title="Thing",
        anchor="eyes",
        shapes=(
            a.Path(d="M0,0 L1,0 L1,1 Z", fill=fill, mirror=True),
            a.Ellipse(centre=(0, 0), radii=(1, 2), fill=round_fill, stroke=0.1),
        ),
    )
    assert msgspec.json.decode(msgspec.json.encode(art), type=a.Art) == art


@pytest.mark.parametrize(
    "shape",
    [
        '{"shape": "ellipse", "centre": [0, 0], "radii": [0, 1]}',
        '{"shape": "path", "d": "M0,0", "fill": "white"}',
        '{"shape": "path", "d": "M0,0", "blend": "add"}',
        '{"shape": "square"}',
    ],
)
def test_what_cannot_be_drawn_is_refused(shape: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"shapes\[0\]"):
        msgspec.json.decode(f'{{"title": "A", "shapes": [{shape}]}}', type=a.Art)
