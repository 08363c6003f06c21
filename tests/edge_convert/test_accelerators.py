from __future__ import annotations

import pytest

from edge_convert.accelerators import UNMEASURED, accelerators_of
from edge_convert.bundle import ASSETS, manifest_of
from edge_runtime.spec import ModelEntry

ENTRIES = manifest_of(ASSETS).models


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.spec.id)
def test_every_platform_has_a_first_choice_with_its_reason(entry: ModelEntry) -> None:
    chosen = accelerators_of(entry.spec)
    assert entry.accelerators == chosen, "run 'edge-convert contract'"
    assert {choice.format for choice in chosen} == set(entry.spec.ships)
    for choice in chosen:
        assert choice.reason.endswith(UNMEASURED)
        assert len(choice.reason) > len(UNMEASURED) + 20


def test_what_fails_on_a_gpu_in_float16_starts_on_the_cpu() -> None:
    by_id = {entry.spec.id: accelerators_of(entry.spec) for entry in ENTRIES}
    for model in ("portrait-segmentation", "face-detection-short"):
        assert by_id[model][0].accelerator == "cpu"
        assert "fails there on the GPU" in by_id[model][0].reason
    assert by_id["style-transfer"][0].accelerator == "gpu"
