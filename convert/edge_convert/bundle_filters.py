"""The filters of an app's bundle: those that its models are enough for, with their art."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_convert.placing import write_whole
from edge_runtime.filters.filter import Filter
from edge_runtime.filters.library import ART, FOLDER, Library
from edge_runtime.filters.recipe import Choose, Include
from edge_runtime.filters.schema import schema_text
from edge_runtime.filters.tables import tables_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from edge_runtime.filters.recipe import Layer

SCHEMA = "filters.schema.json"
TABLES = "filters.tables.json"


def copy_filters(source: Path, models: frozenset[str], out: Path) -> tuple[str, ...]:
    """Copy to the bundle ``out`` every recipe that needs none but these models, what it
    includes and its art; their names."""
    library = Library.open(source)
    presets = {name: Filter.preset(name, source) for name in library.recipes()}
    fitting = [name for name, preset in presets.items() if preset.needs.models <= models]
    if not fitting:
        return ()
    art = {name for recipe in fitting for name in presets[recipe].drawable.art}
    wanted = {name for recipe in fitting for name in (recipe, *_included(recipe, library))}
    paths = [f"{name}.json" for name in wanted] + [f"{ART}/{name}.json" for name in art]
    for path in paths:
        write_whole(out / FOLDER / path, (source / FOLDER / path).read_bytes())
    write_whole(out / SCHEMA, schema_text().encode())
    write_whole(out / TABLES, tables_text(Library((out / FOLDER,))).encode())
    return tuple(sorted(wanted))


def _included(name: str, library: Library) -> Iterator[str]:
    for included in _names(library.recipe(name).layers):
        yield included
        yield from _included(included, library)


def _names(layers: Sequence[Layer]) -> Iterator[str]:
    for layer in layers:
        if isinstance(layer, Include):
            yield layer.recipe
        elif isinstance(layer, Choose):
            yield from _names((*layer.then, *layer.otherwise))
