from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from edge_runtime.images import Photo
from edge_server.properties.measuring import measured


def test_properties_are_frozen_and_equal_by_what_was_found() -> None:
    photo = Photo(np.full((20, 20, 3), 90, np.uint8))
    found = measured(photo)
    assert found == measured(photo)
    with pytest.raises(FrozenInstanceError):
        found.noise = 1.0  # type: ignore[misc]
    assert "upload" in {field.name for field in fields(found)}
    assert "upload" not in repr(found)
