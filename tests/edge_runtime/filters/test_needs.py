from __future__ import annotations

import pytest

from edge_runtime.filters import recipe as r
from edge_runtime.filters.needs import needs_of


def names(*layers: r.Layer) -> set[str]:
    needs = needs_of(layers)
    return {name for name in needs.__dataclass_fields__ if getattr(needs, name)}


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (r.Grade(), set()),
        (r.Grade(on="person"), {"mask"}),
        (r.Background(words="sky"), {"mask"}),
        (r.Blur(), {"mask", "depth"}),
        (r.Sticker(art="hat"), {"faces", "landmarks"}),
        (r.Restyle(mix="3"), {"mask", "styles"}),
        (r.Particles(art="drop", count=1, size=(1, 1)), set()),
        (r.Scenery(art="sun", at=(0, 0), size=1), {"mask"}),
        (r.Choose(when=r.Not(that=r.Smiling())), {"faces", "smiles"}),
        (r.Choose(when=r.Either(tests=(r.FaceCount(), r.Person()))), {"faces", "mask"}),
        (r.Choose(when=r.Turned(), otherwise=(r.Blur(),)),
         {"faces", "landmarks", "mask", "depth"}),
    ],
)  # fmt: skip
def test_only_what_is_needed(layer: r.Layer, wanted: set[str]) -> None:
    assert names(layer) == wanted


def test_a_style_is_painted_once() -> None:
    needs = needs_of((r.Restyle(mix="3"), r.Restyle(mix="4"), r.Restyle(mix="3")))
    assert needs.styles == ("3", "4")
