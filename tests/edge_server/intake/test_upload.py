from __future__ import annotations

from typing import Any

from edge_server.intake.intake import Intake


# Row 58: the photo holds pixels only; what came with them is in the bytes, kept apart.
def test_what_a_photo_knows_is_its_pixels(made: Any, intake: Intake) -> None:
    data = made.of("JPEG", comment=b"secret place")
    upload = intake.from_bytes(data)
    assert vars(upload.photo).keys() == {"rgb", "alpha", "name"}
    assert upload.photo.name == "photo"
    assert upload.encoded == data
    assert "secret" not in repr(upload)
