"""What a filter has to know of a picture, so that nothing else is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_runtime.filters import recipe as r

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AnyRecord = r.Layer | r.Test


@dataclass(frozen=True, kw_only=True)
class Needs:
    """``faces``, their ``landmarks``, their ``smiles``, the person's ``mask``, ``depth``, and
    the ``styles`` that the picture has to be painted in."""

    faces: bool
    landmarks: bool
    smiles: bool
    mask: bool
    depth: bool
    styles: tuple[str, ...]

    @property
    def models(self) -> frozenset[str]:
        """The models of the bundle that see all this."""
        looked_for = {
            "face-landmarks": self.faces,
            "smile": self.smiles,
            "portrait-segmentation": self.mask,
            "style-transfer": bool(self.styles),
        }
        return frozenset(model for model, wanted in looked_for.items() if wanted)


def needs_of(layers: Sequence[r.Layer]) -> Needs:
    """What all the layers and their tests need together."""
    parts = list(_parts(layers))
    landmarks = any(isinstance(one, r.Sticker | r.Tilted | r.Turned) for one in parts)
    smiles = any(isinstance(one, r.Smiling) for one in parts)
    counts = any(isinstance(one, r.FaceCount) for one in parts)
    styles = dict.fromkeys(one.mix for one in parts if isinstance(one, r.Restyle))
    return Needs(
        faces=landmarks or smiles or counts,
        landmarks=landmarks,
        smiles=smiles,
        mask=any(_looks_at_the_mask(one) for one in parts),
        depth=any(isinstance(one, r.Blur) for one in parts),
        styles=tuple(styles),
    )


def _looks_at_the_mask(one: AnyRecord) -> bool:
    if isinstance(one, r.Particles | r.Scenery):
        return one.place == "behind"
    if isinstance(one, r.Grade | r.Light | r.Restyle):
        return one.on != "photo"
    return isinstance(one, r.Background | r.Blur | r.Person)


def _parts(layers: Sequence[r.Layer]) -> Iterator[AnyRecord]:
    for layer in layers:
        yield layer
        if isinstance(layer, r.Choose):
            yield from _tests(layer.when)
            yield from _parts((*layer.then, *layer.otherwise))


def _tests(test: r.Test) -> Iterator[r.Test]:
    yield test
    if isinstance(test, r.Not):
        yield from _tests(test.that)
    elif isinstance(test, r.Both | r.Either):
        for one in test.tests:
            yield from _tests(one)
