from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from edge_calibration.layers.activations import Activation


def test_an_activation_stays_as_it_is() -> None:
    made = Activation(
        layer="up", operation="add", inputs=(1, 2), values=np.zeros(3, np.float32)
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.layer = "down"  # type: ignore[misc]
