"""What Alembic runs: the steps, over the connection that it was handed."""

from __future__ import annotations

from alembic import context

from edge_server.store.every_table import every_table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=every_table(),
    render_as_batch=True,
)
context.run_migrations()
