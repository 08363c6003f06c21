"""The table of what search knows of kept photos."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from edge_server.store.tables import ID, OWNER, SHA256, Base

VERSION = 32


class SearchVector(Base):
    """What one photo looks like, once a photo; gone when the photo is.

    ``id`` grows and is never given twice, so that the count and the largest id of an owner's
    rows say whether any has changed.  ``version`` is the classifier's and the method's: rows
    of another are made anew.  ``pixels``: SHA-256 of the pixels in hex, empty where the photo
    could not be read (then the rest is empty too).  ``hash``: 8 bytes; ``vector``: 256 numbers
    of 16 bits; ``look``: see :mod:`edge_server.search.packing`.
    """

    __tablename__ = "search_vectors"
    __table_args__ = (
        Index("ix_search_vectors_owner_version", "owner", "version", "id"),
        Index("ix_search_vectors_owner_version_pixels", "owner", "version", "pixels"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[str] = mapped_column(
        String(ID), ForeignKey("photos.id", ondelete="CASCADE"), unique=True
    )
    owner: Mapped[str] = mapped_column(String(OWNER))
    version: Mapped[str] = mapped_column(String(VERSION))
    pixels: Mapped[str] = mapped_column(String(SHA256))
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    look: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
