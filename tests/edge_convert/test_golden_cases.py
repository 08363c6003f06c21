from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_convert import golden_cases
from edge_convert.bundle import ASSETS
from edge_convert.golden_cases import DECODER, KERNELS, THREADS, CaseMaker, asked_of
from edge_runtime.contract import Run, WriteTensor
from edge_runtime.errors import VerificationError
from edge_runtime.pipeline import Lens

LENS = Lens(ASSETS)
PHOTOS = ASSETS / "golden" / "photos"
SPECS = {entry.spec.id: entry.spec for entry in LENS.bundle.manifest.models}


@pytest.mark.parametrize("model", SPECS)
def test_every_model_has_cases_with_photos_that_are_there(model: str) -> None:
    asked = asked_of(SPECS[model])
    sizes = SPECS[model].image.sizes_hw
    assert {case.size_hw for case in asked} == set(sizes)
    assert asked[0].size_hw == min(sizes)
    assert len({case.name for case in asked}) == len(asked)
    for case in asked:
        assert (PHOTOS / case.photo).is_file()
    assert all(bool(case.mix) == (model == "style-transfer") for case in asked)
    assert all(bool(case.style) == (model == "style-transfer-any") for case in asked)


def test_a_case_holds_every_stage_with_what_its_tolerance_rests_on() -> None:
    spec = SPECS["image-classification"]
    maker = CaseMaker(LENS, spec, PHOTOS)
    case = maker.case(asked_of(spec)[0])
    assert [stage.index for stage in case.stages] == list(range(len(spec.program)))
    for stage in case.stages:
        step = spec.program[stage.index]
        for values in stage.values:
            assert {noise.source for noise in values.noise} >= {THREADS, KERNELS, DECODER}
            assert bool(values.path or values.numbers) != isinstance(step, WriteTensor)
            worst = max(noise.max_abs for noise in values.noise)
            assert values.from_photo is None or values.from_photo.max_abs >= 3 * worst
    run = next(s for s in case.stages if isinstance(spec.program[s.index], Run)).values[0]
    assert 0 < run.given.max_abs < 1e-3
    assert set(maker.contents) >= {run.path}


def test_a_result_that_hangs_on_the_decoder_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from edge_runtime.images import Photo

    def black(path: Any) -> Photo:
        return Photo(rgb=np.zeros((120, 160, 3), np.uint8))

    monkeypatch.setattr(golden_cases, "by_another_decoder", black)
    spec = SPECS["object-detection"]
    with pytest.raises(VerificationError, match="another one with FFmpeg decodes"):
        CaseMaker(LENS, spec, PHOTOS).case(asked_of(spec)[0])
