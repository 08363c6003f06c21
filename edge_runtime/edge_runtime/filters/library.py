"""The recipes and the art on disk."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from edge_runtime.discovery import find_bundle
from edge_runtime.errors import BundleError, SpecError, UnknownName
from edge_runtime.filters.art import Art
from edge_runtime.filters.outlines import outlines
from edge_runtime.filters.places import decoded
from edge_runtime.filters.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "filters"
ART = "art"
_MOST_BYTES = 4_000_000


@dataclass(frozen=True)
class Library:
    """Folders of recipes, each with a folder ``art``; the first that has a name counts."""

    folders: tuple[Path, ...]

    @classmethod
    def open(cls, bundle: Path | None = None) -> Library:
        """The presets of the bundle at ``bundle``, or of the one that is found; a bundle
        without filters gets those of the one that is found."""
        places = [find_bundle(bundle) / FOLDER]
        if bundle is not None and not places[0].is_dir():
            places = [find_bundle() / FOLDER]
        if not places[0].is_dir():
            raise BundleError(f"{places[0]} is missing: name a bundle with filters")
        return cls(tuple(places))

    def beside(self, folder: Path) -> Library:
        """With the recipes and the art of a folder before the others."""
        return Library((folder, *self.folders))

    def recipes(self) -> tuple[str, ...]:
        """The names of all recipes."""
        return _names(self.folders)

    def arts(self) -> tuple[str, ...]:
        """The names of all art."""
        return _names(tuple(folder / ART for folder in self.folders))

    def recipe(self, name: str) -> Recipe:
        """The recipe of that name; ``UnknownName`` lists those there are."""
        if name not in self.recipes():
            raise UnknownName("filter", name, self.recipes())
        path = _first(self.folders, name)
        return decoded(content_of(path), Recipe, path.name)

    def art(self, name: str) -> Art:
        """The art of that name; ``UnknownName`` lists those there are."""
        if name not in self.arts():
            raise UnknownName("art", name, self.arts())
        return _read_art(_first(tuple(folder / ART for folder in self.folders), name))


@cache
def _names(folders: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.json")}))


def _first(folders: tuple[Path, ...], name: str) -> Path:
    paths = [folder / f"{name}.json" for folder in folders]
    return next((path for path in paths if path.is_file()), paths[-1])


@cache
def _read_art(path: Path) -> Art:
    """Read once; path data that cannot be drawn is an error of the file."""
    name = f"{ART}/{path.name}"
    art = decoded(content_of(path), Art, name)
    for number, shape in enumerate(art.shapes):
        try:
            outlines(shape)
        except SpecError as error:
            raise SpecError(f"{name}: $.shapes[{number}].d: {error}") from None
    return art


def content_of(path: Path) -> bytes:
    """The bytes of a recipe, without the byte order mark that editors of Windows write, as
    the other runtimes have it; ``SpecError`` where it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SpecError(f"{path} cannot be read ({error.strerror}): check the path") from None
    if len(content) > _MOST_BYTES:
        raise SpecError(f"{path} is too large to be a recipe: name another file")
    return content.removeprefix(BOM_UTF8)
