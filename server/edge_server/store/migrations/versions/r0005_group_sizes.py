"""How many faces each group of faces has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table; groups are computed anew when they are next looked at."""
    op.create_table(
        "people_group_sizes",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("cluster", sa.String(32), primary_key=True),
        sa.Column("faces", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("people_group_sizes")
