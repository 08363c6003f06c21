"""All tables of the server, wherever they are declared."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sqlalchemy.orm import configure_mappers

from edge_server.store.tables import Base

if TYPE_CHECKING:
    from sqlalchemy import MetaData

# Modules that declare tables over ``Base``; one line each.
MODULES = (
    "edge_server.store.tables",
    "edge_server.people.tables",
    "edge_server.analysis.tables",
    "edge_server.search.tables",
)


def every_table() -> MetaData:
    """Their metadata, once every module that declares tables was imported.

    Nobody may ask a table before that: where a thread does so while another is still declaring
    some, SQLAlchemy finds one without those that it refers to, and no table can be used in this
    process any more.
    """
    for module in MODULES:
        importlib.import_module(module)  # waits for whoever imports it now
    configure_mappers()
    return Base.metadata
