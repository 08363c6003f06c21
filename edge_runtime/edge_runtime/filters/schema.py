"""The JSON Schema of recipes and of art, made of the records themselves."""

from __future__ import annotations

import msgspec

from edge_runtime.filters.art import Art
from edge_runtime.filters.recipe import Recipe


def schema_text() -> str:
    """``filters.schema.json``: a recipe, or with ``#/$defs/Art`` a piece of art."""
    (recipe, _), components = msgspec.json.schema_components(
        [Recipe, Art], ref_template="#/$defs/{name}"
    )
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A PocketLens filter",
        **recipe,
        "$defs": components,
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"
