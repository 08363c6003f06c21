"""A recipe made ready: what it includes is put in, what it names is looked up and checked.

Every error names the file and the place in it: ``party.json: $.layers[2].art: unknown art
'hart' (did you mean 'heart'?); known: ...``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from edge_runtime.backdrops import WORDS
from edge_runtime.errors import SpecError
from edge_runtime.filters import recipe as r
from edge_runtime.filters.applying import Drawable
from edge_runtime.filters.conditions import is_for_each
from edge_runtime.filters.places import meant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edge_runtime.filters.art import Art
    from edge_runtime.filters.library import Library

_MOST_LAYERS = 500  # recipes that include each other grow fast


def ready(recipe: r.Recipe, name: str, library: Library) -> Drawable:
    """What ``apply`` draws, of a recipe that is called ``name``.  ``SpecError`` for art, a
    recipe or a word that does not exist, recipes that include each other, and layers of
    the photo that each face would choose."""
    reader = _Reader(library)
    layers = tuple(reader.resolved(recipe.layers, _Where((name,), f"{name}.json", "$.layers")))
    return Drawable(layers=layers, art=reader.art)


@dataclass(frozen=True)
class _Where:
    """Which recipes include each other to here, the file, the place in it, and whether each
    face chooses what is here."""

    chain: tuple[str, ...]
    file: str
    place: str
    each: bool = False

    def at(self, more: str, *, each: bool | None = None) -> _Where:
        return _Where(
            self.chain, self.file, self.place + more, self.each if each is None else each
        )

    def refuse(self, why: str) -> NoReturn:
        raise SpecError(f"{self.file}: {self.place}: {why}")


@dataclass
class _Reader:
    library: Library
    art: dict[str, Art] = field(default_factory=dict)
    count: int = 0

    def resolved(self, layers: Sequence[r.Layer], where: _Where) -> Iterator[r.Layer]:
        for number, layer in enumerate(layers):
            here = where.at(f"[{number}]")
            self.count += 1
            if self.count > _MOST_LAYERS:
                here.refuse(f"this is layer {self.count} with all that is included: take fewer")
            if isinstance(layer, r.Include):
                yield from self._included(layer, here)
            elif isinstance(layer, r.Choose):
                yield self._chosen(layer, here)
            else:
                self._check(layer, here)
                yield layer

    def _included(self, layer: r.Include, here: _Where) -> Iterator[r.Layer]:
        named = here.at(".recipe")
        if layer.recipe in here.chain:
            circle = " > ".join([*here.chain, layer.recipe])
            named.refuse(f"the recipe includes itself: {circle}; take one of these out")
        known = self.library.recipes()
        if layer.recipe not in known:
            named.refuse(f"unknown recipe {layer.recipe!r}{meant(layer.recipe, known)}")
        chain, file = (*here.chain, layer.recipe), f"{layer.recipe}.json"
        included = self.library.recipe(layer.recipe)
        yield from self.resolved(included.layers, _Where(chain, file, "$.layers", here.each))

    def _chosen(self, layer: r.Choose, here: _Where) -> r.Choose:
        each = here.each or is_for_each(layer.when)
        then = self.resolved(layer.then, here.at(".then", each=each))
        otherwise = self.resolved(layer.otherwise, here.at(".otherwise", each=each))
        return msgspec.structs.replace(layer, then=tuple(then), otherwise=tuple(otherwise))

    def _check(self, layer: Any, here: _Where) -> None:
        if here.each and not isinstance(layer, r.Sticker):
            here.refuse(
                'each face chooses here, so there can be stickers only: say "of": "any" or '
                '"all" for what the whole photo gets'
            )
        if isinstance(layer, r.Sticker | r.Particles | r.Scenery):
            self._check_art(layer, here)
        if isinstance(layer, r.Background):
            _check_words(layer.words, here.at(".words"))
            for number, scenery in enumerate(layer.scenery):
                self._check_art(scenery, here.at(f".scenery[{number}]"))
        if isinstance(layer, r.Particles) and layer.size[0] > layer.size[1]:
            here.at(".size").refuse("the smallest comes first: turn the two round")

    def _check_art(self, layer: r.Sticker | r.Particles | r.Scenery, here: _Where) -> None:
        named, on_face = here.at(".art"), isinstance(layer, r.Sticker)
        known = self.library.arts()
        if layer.art not in known:
            named.refuse(f"unknown art {layer.art!r}{meant(layer.art, known)}")
        art = self.library.art(layer.art)
        if on_face != (art.anchor is not None):
            fitting = [n for n in known if on_face == (self.library.art(n).anchor is not None)]
            what = "is fastened to no face" if on_face else "belongs on a face"
            named.refuse(f"{layer.art!r} {what}: take one of {', '.join(fitting)}")
        self.art[layer.art] = art


def _check_words(words: str, here: _Where) -> None:
    for word in words.split(","):
        if word.strip() not in WORDS:
            here.refuse(f"unknown background word {word.strip()!r}{meant(word, WORDS)}")
