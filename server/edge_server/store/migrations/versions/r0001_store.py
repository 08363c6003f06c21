"""Photos, blobs, results, pictures, and the words by which photos are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

_SHA256 = sa.String(64)


def upgrade() -> None:
    """Make the tables."""
    _photos()
    _results()
    op.create_table(
        "words",
        sa.Column("id", sa.Integer, primary_key=True),
        _owned("photo_id", "photos.id"),
        _owned("result_id", "results.id", nullable=True),
        sa.Column("text", sa.String(200), nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("words", "pictures", "results", "photos", "blobs"):
        op.drop_table(table)


def _photos() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", _SHA256, primary_key=True),
        sa.Column("md5", sa.String(32), nullable=False, index=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("made", sa.Float, nullable=False),
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        _blob(),
        sa.Column("kept", sa.Float, nullable=False, index=True),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("make", sa.String(64), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("taken", sa.String(19), nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.UniqueConstraint("owner", "sha256"),
        sa.Index("ix_photos_owner_kept", "owner", "kept", "id"),
    )


def _results() -> None:
    op.create_table(
        "results",
        sa.Column("id", sa.String(32), primary_key=True),
        _owned("photo_id", "photos.id", index=False),
        sa.Column("analysis", sa.String(64), nullable=False, index=True),
        sa.Column("question", _SHA256, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.UniqueConstraint("photo_id", "question"),
    )
    op.create_table(
        "pictures",
        sa.Column("id", sa.String(32), primary_key=True),
        _owned("result_id", "results.id", index=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        _blob(),
        sa.UniqueConstraint("result_id", "name"),
    )


def _blob() -> sa.Column[str]:
    return sa.Column(
        "sha256", _SHA256, sa.ForeignKey("blobs.sha256"), nullable=False, index=True
    )


def _owned(
    name: str, target: str, *, nullable: bool = False, index: bool = True
) -> sa.Column[str]:
    """A column that goes with what it belongs to."""
    key = sa.ForeignKey(target, ondelete="CASCADE")
    return sa.Column(name, sa.String(32), key, nullable=nullable, index=index)
