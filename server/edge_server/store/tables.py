"""The tables of what is kept.  Other modules declare theirs over the same ``Base``.

A table of another module that belongs to a photo refers to ``photos.id`` with
``ondelete="CASCADE"``, and one that needs a blob to ``blobs.sha256``: then deleting a photo
deletes all that was known of it, and a blob that somebody needs stays.  Times are seconds
since 1970.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SHA256, ID, OWNER = 64, 32, 64
MOST_WORD = 200


class Base(DeclarativeBase):
    """Every table; the names of constraints are fixed, so that migrations can name them.

    A number is ``FLOAT``, which has 64 bits in both databases.
    """

    type_annotation_map: ClassVar[dict[Any, Any]] = {float: Float}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Blob(Base):
    """Some bytes that are kept once, however many rows need them.

    ``sha256`` and ``md5`` are of the bytes, in hex; ``size`` in bytes.
    """

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(String(SHA256), primary_key=True)
    md5: Mapped[str] = mapped_column(String(32), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    made: Mapped[float]


class Photo(Base):
    """A photo of an owner: the same bytes twice are one.

    ``width``, ``height``: upright, in pixels.  ``taken``: ``YYYY-MM-DDTHH:MM:SS`` in the
    camera's own time, empty where it is not known.  ``tags``: what its owner said of it.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("owner", "sha256"),
        Index("ix_photos_owner_kept", "owner", "kept", "id"),
    )

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    owner: Mapped[str] = mapped_column(String(OWNER))
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), index=True)
    kept: Mapped[float] = mapped_column(index=True)
    format: Mapped[str] = mapped_column(String(16))
    width: Mapped[int]
    height: Mapped[int]
    make: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(64))
    taken: Mapped[str] = mapped_column(String(19))
    tags: Mapped[dict[str, str]] = mapped_column(JSON)

    blob: Mapped[Blob] = relationship(lazy="joined")
    results: Mapped[list[Result]] = relationship(
        order_by="Result.made, Result.id", passive_deletes=True
    )


class Result(Base):
    """What an analysis said of a photo: JSON, as it was answered.

    ``question`` is the SHA-256 of the analysis and its parameters; ``versions`` are the
    models that were asked, by their ids.
    """

    __tablename__ = "results"
    __table_args__ = (UniqueConstraint("photo_id", "question"),)

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"))
    analysis: Mapped[str] = mapped_column(String(64), index=True)
    question: Mapped[str] = mapped_column(String(SHA256))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    versions: Mapped[dict[str, str]] = mapped_column(JSON)
    answer: Mapped[bytes]
    made: Mapped[float]

    pictures: Mapped[list[Picture]] = relationship(
        order_by="Picture.name", passive_deletes=True
    )


class Picture(Base):
    """A picture that came of an analysis."""

    __tablename__ = "pictures"
    __table_args__ = (UniqueConstraint("result_id", "name"),)

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    result_id: Mapped[str] = mapped_column(ForeignKey("results.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), index=True)


class Word(Base):
    """A text by which a photo is found: a label, a line that was read, a tag.

    ``text`` is in small letters; ``result_id`` says which result it is from, None for what
    the owner said.
    """

    __tablename__ = "words"

    id: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[str] = mapped_column(
        ForeignKey("photos.id", ondelete="CASCADE"), index=True
    )
    result_id: Mapped[str | None] = mapped_column(
        ForeignKey("results.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(String(MOST_WORD), index=True)
