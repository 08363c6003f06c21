from __future__ import annotations

import msgspec
import pytest

from edge_runtime.measured import Accuracy, Latency, Measured

FOUND = Measured(
    data="evaluation",
    against="PyTorch module",
    verdict="PASS",
    accuracy=(
        Accuracy(
            metric="iou",
            title="overlap",
            unit="",
            mean=0.99,
            low=0.98,
            high=1.0,
            photos=24,
        ),
    ),
    latency=Latency(milliseconds=3.1, over_fp32=0.9, threads=1, machine="x86_64, 2 cores"),
)


def test_it_goes_through_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(FOUND), type=Measured) == FOUND


def test_a_verdict_is_one_of_three() -> None:
    said = msgspec.json.encode(FOUND).replace(b'"PASS"', b'"FINE"')
    with pytest.raises(msgspec.ValidationError, match="FINE"):
        msgspec.json.decode(said, type=Measured)
