from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from edge_server.intake.upload import Upload
from edge_server.store.rows import photo_row, sha256_of, taken_of


@pytest.mark.parametrize(
    ("exif", "taken"),
    [
        ("2024:05:06 07:08:09", "2024-05-06T07:08:09"),
        ("0000:00:00 00:00:00", ""),
        ("2024-05-06 07:08:09", ""),
        ("2024:05:06", ""),
        ("    :  :     :  :  ", ""),
        ("", ""),
        ("2024:05:06 07:08:09 and more", ""),
    ],
)
def test_when_a_photo_was_taken(exif: str, taken: str) -> None:
    assert taken_of(exif) == taken


def test_a_row_says_what_the_photo_says(upload: Callable[..., Upload]) -> None:
    sent = upload(3, (5, 4), make="Acme")
    row = photo_row("ann", sent, 12.5)
    assert (row.owner, row.sha256, row.kept) == ("ann", sent.sha256, 12.5)
    assert (row.width, row.height, row.format, row.make) == (5, 4, "jpeg", "Acme")
    assert len(row.id) == 32
    assert photo_row("ann", sent, 12.5).id != row.id


def test_a_blob_is_named_by_its_bytes() -> None:
    assert sha256_of(b"a") == hashlib.sha256(b"a").hexdigest()
