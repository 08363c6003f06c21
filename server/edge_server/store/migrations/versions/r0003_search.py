"""What search knows of each photo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    photo = sa.ForeignKey("photos.id", ondelete="CASCADE")
    op.create_table(
        "search_vectors",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("photo_id", sa.String(32), photo, nullable=False, unique=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("pixels", sa.String(64), nullable=False, index=True),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("look", sa.LargeBinary, nullable=False),
        sa.Index("ix_search_vectors_owner_version", "owner", "version", "id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("search_vectors")
