"""A model's answer has no number in it that is not one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

import numpy as np

from edge_server.problems import ModelOutputInvalid


def check_finite(value: Any) -> None:
    """Raise ``ModelOutputInvalid`` where a number of a record is NaN or infinite."""
    if not _finite(value):
        raise ModelOutputInvalid(
            "the model gave numbers that are not finite for this image: send another"
        )


def _finite(value: Any) -> bool:
    if isinstance(value, str):  # of which an answer may have a thousand
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind != "f" or bool(np.isfinite(value).all())
    if isinstance(value, float):
        return isfinite(value)
    return all(map(_finite, _parts(value)))


def _parts(value: Any) -> tuple[Any, ...]:
    if is_dataclass(value):
        return tuple(getattr(value, field.name) for field in fields(value))
    if isinstance(value, Mapping):
        return tuple(value.values())
    return tuple(value) if isinstance(value, tuple | list) else ()
