from __future__ import annotations

from collections.abc import Iterator

import pytest

from edge_calibration import factory
from edge_runtime.errors import PocketLensError


@pytest.fixture
def no_factory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    factory.open_factory.cache_clear()
    monkeypatch.setattr(factory, "entry_points", lambda group: ())
    yield
    factory.open_factory.cache_clear()


def test_the_installed_factory_is_found() -> None:
    found = factory.open_factory()
    assert found.spec("smile").id == "smile"
    assert found is factory.open_factory()


def test_without_one_the_extra_is_named(no_factory: None) -> None:
    with pytest.raises(PocketLensError, match=r"pip install 'pocketlens\[convert\]'"):
        factory.open_factory()
