from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_calibration.coreml.mlprogram import read_program

ASSETS = Path(__file__).parents[2] / "mobile_assets" / "models"
PACKAGES = sorted(ASSETS.rglob("*.mlpackage"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.stem)
def test_every_shipped_package_can_be_read(package: Path) -> None:
    program = read_program(package)
    assert program.inputs[0] == "image"
    assert set(program.outputs) <= {o.name for op in program.operations for o in op.outputs}
    weights = [op for op in program.operations if np.size(op.constants.get("val", 0)) > 100]
    packed = [op for op in program.operations if op.kind.startswith("constexpr")]
    assert weights or packed
    assert all(np.isfinite(op.constants["val"]).all() for op in weights)


def test_there_are_packages_to_read() -> None:
    assert PACKAGES
