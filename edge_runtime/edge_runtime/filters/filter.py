"""A filter as an app uses it: a photo in, the filtered photo out.

::

    from edge_runtime import Lens
    from edge_runtime.filters import Filter

    outcome = Filter.preset("sunny")(Lens(), "selfie.jpg")
    pixels = outcome.value.pixels
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from edge_runtime.filters.applying import Drawable, apply
from edge_runtime.filters.library import Library, content_of
from edge_runtime.filters.needs import Needs, needs_of
from edge_runtime.filters.observing import observe
from edge_runtime.filters.places import decoded
from edge_runtime.filters.reading import ready
from edge_runtime.filters.recipe import Recipe
from edge_runtime.images import Photo, open_photo
from edge_runtime.outcomes import Degraded, Ok, Provenance
from edge_runtime.results import Picture
from edge_runtime.transparency import on_white

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.filters.scene import Scene
    from edge_runtime.images import Source
    from edge_runtime.pipeline import Lens
    from edge_runtime.remote.remote_lens import RemoteLens


@dataclass(frozen=True, kw_only=True, eq=False)
class Filter:
    """A recipe that is ready to be used; ``needs`` says what a scene of it must have."""

    name: str
    recipe: Recipe
    drawable: Drawable
    needs: Needs

    @classmethod
    def preset(cls, name: str, bundle: Path | None = None) -> Filter:
        """A recipe of the bundle; ``UnknownName`` lists those there are."""
        library = Library.open(bundle)
        return cls.of(library.recipe(name), name, library)

    @classmethod
    def load(cls, path: Path | str, bundle: Path | None = None) -> Filter:
        """A recipe of one's own.  What it includes, and its art, may lie beside it: recipes
        in the same folder, art in its folder ``art``.  ``SpecError`` names the place of what
        is wrong."""
        path = Path(path)
        recipe = decoded(content_of(path), Recipe, path.name)
        return cls.of(recipe, path.stem, Library.open(bundle).beside(path.parent))

    @classmethod
    def of(cls, recipe: Recipe, name: str, library: Library) -> Filter:
        """A recipe with the art and the other recipes of a library."""
        drawable = ready(recipe, name, library)
        return cls(name=name, recipe=recipe, drawable=drawable, needs=needs_of(drawable.layers))

    def __call__(
        self, lens: Lens, photo: Photo | Source, remote: RemoteLens | None = None
    ) -> Ok[Picture] | Degraded[Picture]:
        """The filtered photo at its own size, RGB: what is transparent in it shows the filter's
        background, or white.  ``Degraded`` where the filter blurs by depth and no server gave
        one.  Raises only ``PocketLensError``."""
        opened = photo if isinstance(photo, Photo) else open_photo(photo)
        seen = observe(lens, opened, self.needs, remote)
        started = perf_counter()
        rgb = on_white(opened.rgb, opened.alpha)
        picture = Picture(pixels=self.apply(rgb, seen.scene))
        ms = {**seen.ms, "apply": 1000 * (perf_counter() - started)}
        origin = Provenance(
            where="device",
            model=f"filter/{self.name}",
            sha256="",
            variant="",
            accelerator=lens.runtime.accelerator or "cpu",
            ms={stage: round(spent, 3) for stage, spent in ms.items()},
        )
        return Degraded(picture, origin, seen.why) if seen.why else Ok(picture, origin)

    def apply(self, rgb: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
        """The filtered picture uint8 [H, W, 3] where the scene is known already."""
        return apply(rgb, scene, self.drawable)
