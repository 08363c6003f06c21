"""What search asks of all its rows is answered by an index alone: the rows have large looks."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_TABLE = "search_vectors"
_OLD, _NEW = "ix_search_vectors_pixels", "ix_search_vectors_owner_version_pixels"


def upgrade() -> None:
    """By owner and version too."""
    op.create_index(_NEW, _TABLE, ["owner", "version", "pixels"])
    op.drop_index(_OLD, _TABLE)


def downgrade() -> None:
    """By the pixels alone."""
    op.create_index(_OLD, _TABLE, ["pixels"])
    op.drop_index(_NEW, _TABLE)
