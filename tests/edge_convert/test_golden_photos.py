from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_convert.golden_photos import CARD, PHOTOS, encoded, make_photos, turned_upright
from edge_runtime.images import open_photo

PICTURE = Image.fromarray(
    np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_stored_turned_is_seen_upright(orientation: int) -> None:
    content = encoded(PICTURE, "a.png", orientation)
    assert np.array_equal(open_photo(content).rgb, np.asarray(PICTURE))
    with Image.open(BytesIO(content)) as stored:
        plain = Image.fromarray(np.asarray(stored.convert("RGB")))
    assert (plain.size == PICTURE.size) == (orientation <= 4)
    assert np.array_equal(np.asarray(turned_upright(plain, orientation)), np.asarray(PICTURE))


def test_photos_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    first = next(iter(PHOTOS))
    (tmp_path / first).write_bytes(b"kept")
    make_photos(tmp_path)
    assert (tmp_path / first).read_bytes() == b"kept"
    assert {path.name for path in tmp_path.iterdir()} == {*PHOTOS, CARD, "decode"}
    for name, (_, _, size_wh, orientation) in list(PHOTOS.items())[1:]:
        assert open_photo(tmp_path / name).size_wh == size_wh
        with Image.open(tmp_path / name) as stored:
            assert (stored.size == size_wh) == (orientation <= 4)
