"""People who are known, faces that are collected, and what was said of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people",
        _id(),
        sa.Column("owner", sa.String(64), nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("consent_by", sa.String(200), nullable=False),
        sa.Column("consent_at", sa.String(10), nullable=False),
        sa.Column("consent_note", sa.String(1000), nullable=False),
        sa.Column("made", sa.Float, nullable=False),
    )
    op.create_table("enrolled_faces", _id(), _belonging("person_id", "people.id"), *_face())
    op.create_table(
        "collected_faces",
        _id(),
        sa.Column("owner", sa.String(64), nullable=False),
        _belonging("photo_id", "photos.id"),
        sa.Column("box", sa.JSON, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("cluster", sa.String(32), nullable=False),
        *_face(),
        sa.Index("ix_collected_faces_owner_cluster", "owner", "cluster"),
    )
    _decisions()


def downgrade() -> None:
    """Drop them."""
    for table in (
        "people_groupings",
        "people_decisions",
        "collected_faces",
        "enrolled_faces",
        "people",
    ):
        op.drop_table(table)


def _decisions() -> None:
    op.create_table(
        "people_decisions",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("owner", sa.String(64), nullable=False, index=True),
        sa.Column("rule", sa.JSON, nullable=False),
        _belonging("person_id", "people.id", nullable=True),
        sa.Column("made", sa.Float, nullable=False),
    )
    op.create_table(
        "people_groupings",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
    )


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(32), primary_key=True)


def _face() -> tuple[sa.Column[bytes], sa.Column[bytes], sa.Column[float]]:
    return (
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("chip", sa.LargeBinary, nullable=False),
        sa.Column("made", sa.Float, nullable=False),
    )


def _belonging(name: str, target: str, *, nullable: bool = False) -> sa.Column[str]:
    """A column that goes with what it belongs to."""
    key = sa.ForeignKey(target, ondelete="CASCADE")
    return sa.Column(name, sa.String(32), key, nullable=nullable, index=True)
