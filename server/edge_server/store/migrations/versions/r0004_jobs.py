"""Jobs: photos that were sent together, and how each stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column("ended", sa.Float, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("analyses", sa.JSON, nullable=False),
        sa.Column("keep", sa.Boolean, nullable=False),
        sa.Column("allow_truncated", sa.Boolean, nullable=False),
        sa.Column("ended_photos", sa.Integer, nullable=False),
        sa.Column("key", sa.String(128)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.UniqueConstraint("owner", "key"),
        sa.Index("ix_jobs_owner_made", "owner", "made"),
    )
    _photos()


def downgrade() -> None:
    """Drop them."""
    for table in ("job_photos", "jobs"):
        op.drop_table(table)


def _photos() -> None:
    of_job = sa.ForeignKey("jobs.id", ondelete="CASCADE")
    op.create_table(
        "job_photos",
        sa.Column("job_id", sa.String(32), of_job, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("blobs.sha256"), index=True),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("place", sa.Integer),
        sa.Column("answer", sa.LargeBinary),
        sa.Index("ix_job_photos_state_due", "state", "due"),
    )
