from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contract import NameExpressions
from edge_runtime.geometry import Placement
from edge_runtime.postprocess import Scene
from edge_runtime.postprocess.expression import name_expressions

STEP = NameExpressions(output="probabilities", smile="happy")


def test_each_label_has_its_probability() -> None:
    scene = Scene((), ("sad", "happy"), Placement.region(0, 0, 9, 9), (9, 9))
    found = name_expressions(
        STEP, {"probabilities": np.array([[0.25, 0.75]], np.float32)}, scene
    )
    assert found == {"sad": 0.25, "happy": 0.75}


def test_labels_that_do_not_fit_are_not_swallowed() -> None:
    scene = Scene((), ("sad",), Placement.region(0, 0, 9, 9), (9, 9))
    with pytest.raises(ValueError, match="zip"):
        name_expressions(STEP, {"probabilities": np.array([[0.25, 0.75]], np.float32)}, scene)
