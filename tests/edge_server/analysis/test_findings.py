from __future__ import annotations

import json
from typing import Any

import msgspec
import numpy as np
import pytest

from edge_runtime.results import Instance, Instances, Label, Labels
from edge_server.analysis.findings import finding_of, with_masks
from edge_server.engine.interface import Answer, Times

MASK = np.eye(4, 6, dtype=bool)


def found(value: Any) -> Any:
    times = Times(queued=1.23456, run=2)
    fields = {"model": "m", "variant": "v", "sha256": "s", "device": "cpu"}
    return finding_of(Answer(value=value, times=times, **fields))


def test_a_finding_is_what_the_tasks_own_address_says() -> None:
    finding = found(Labels(labels=(Label(label="cat", score=0.25),)))
    written = json.loads(msgspec.json.encode(finding))
    assert written == {
        "model": "m",
        "variant": "v",
        "sha256": "s",
        "device": "cpu",
        "result": {"labels": [{"label": "cat", "score": 0.25}]},
        "ms": {"queued": 1.235, "run": 2},
        "stored": False,
    }


@pytest.mark.parametrize("masks", ["rle", "png", "none"])
def test_masks_are_written_as_wanted_wherever_they_are(masks: Any) -> None:
    one = Instance(label="cat", score=1, box_xyxy=(0, 0, 1, 1), mask=MASK)
    finding = found(Instances(instances=(one, one), size_hw=(4, 6)))
    content = json.loads(bytes(with_masks(finding, masks).result))
    for instance in content["instances"]:
        assert instance["label"] == "cat"
        if masks == "rle":
            assert instance["mask"]["size"] == [4, 6]
        elif masks == "png":
            assert instance["mask"]["type"] == "image/png"
        else:
            assert "mask" not in instance


def test_what_has_no_masks_stays_as_it_is() -> None:
    finding = found(Labels(labels=()))
    assert with_masks(finding, "none") is finding
