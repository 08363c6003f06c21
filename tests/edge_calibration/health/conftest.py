"""Facts of photos that were never taken, for the checks that look at nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from edge_calibration.health.fingerprint import SIDE, fingerprint
from edge_calibration.health.survey import FaceSeen, Facts


def fact(name: str, seed: int = 0, faces: Sequence[FaceSeen] = (), **of: float) -> Facts:
    """Noise that is like no other seed's, of middling light."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    pixels = coarse.repeat(SIDE // 16, axis=0).repeat(SIDE // 16, axis=1)
    embedding = np.zeros(1000, np.float32)
    embedding[seed % 1000] = 1
    return Facts(
        name=name,
        brightness=of.get("brightness", 0.3 + 0.4 * rng.random()),
        contrast=of.get("contrast", 0.1 + 0.2 * rng.random()),
        faces=tuple(faces),
        print=fingerprint(pixels),
        embedding=embedding,
    )


def facts(count: int, first: int = 0, **of: float) -> list[Facts]:
    """Photos of everything."""
    return [fact(f"p{seed}", seed, **of) for seed in range(first, first + count)]


@pytest.fixture(name="fact")
def fact_fixture() -> Callable[..., Facts]:
    """Makes the facts of one photo: name, seed, faces, and what else is given."""
    return fact


@pytest.fixture(name="facts")
def facts_fixture() -> Callable[..., list[Facts]]:
    """Makes those of many: how many, from which seed on, and what all of them are."""
    return facts
