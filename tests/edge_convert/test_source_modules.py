from __future__ import annotations

from importlib import metadata

import pytest

from edge_convert.source_modules import source_module
from edge_runtime.errors import WeightsError


def test_an_installed_package_is_imported() -> None:
    assert source_module("numpy").float32
    assert source_module("numpy", metadata.version("numpy")).__name__ == "numpy"


@pytest.mark.parametrize(
    ("package", "version", "wanted"),
    [
        ("numpy", "0.0.1", r"numpy==0\.0\.1"),
        ("pocketlens_is_not_this", "", "pocketlens_is_not_this"),
    ],
)
def test_another_version_or_none_says_what_to_install(
    package: str, version: str, wanted: str
) -> None:
    with pytest.raises(WeightsError, match=f"pip install {wanted}$"):
        source_module(package, version)
