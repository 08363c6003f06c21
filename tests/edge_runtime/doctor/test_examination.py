"""No false alarm: right runs, and runs that differ by what harmless changes make."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.bundle import Bundle
from edge_runtime.doctor.examination import examine
from edge_runtime.doctor.reporting import text
from edge_runtime.errors import DumpError
from edge_runtime.golden import read_golden

ROOT = Path(__file__).parents[3]
BUNDLE = Bundle.open(ROOT / "mobile_assets")
MODELS = [entry.spec.id for entry in BUNDLE.manifest.models]
CASES = [
    (model, case.photo.removeprefix("photos/"))
    for model in MODELS
    for case in {c.photo: c for c in read_golden(BUNDLE.folder, model).cases}.values()
]
SMALL = "portrait-exif6.jpg"
# What other CPUs make of a graph's sums (mobile_assets/web/README.md has more).
NOISE = 2e-6


def noisy(dump: Any) -> Any:
    """Floats with a little noise, at every stage that computes with floats."""
    rng = np.random.default_rng(3)
    return replace(
        dump,
        stages={
            place: {
                name: array + rng.uniform(-NOISE, NOISE, array.shape)
                if array.dtype.kind == "f"
                else array
                for name, array in arrays.items()
            }
            for place, arrays in dump.stages.items()
        },
    )


@pytest.mark.parametrize(("model", "photo"), CASES)
def test_a_right_run_is_healthy(model: str, photo: str, app: Any, read: Any) -> None:
    dump = read(app(model, photo).dump())
    for one in (dump, noisy(dump)):
        report = examine(BUNDLE, one)
        assert report.healthy, text(report)
        assert {stage.verdict for stage in report.stages} == {"agrees"}
        assert report.stages[-1].step == "result"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kept", [(2, 3, 4), (3,), (0,)])
def test_a_right_run_of_which_little_was_kept(
    model: str, kept: tuple[int, ...], app: Any, read: Any
) -> None:
    report = examine(BUNDLE, read(app(model, "astronaut.png").dump(kept)))
    assert report.healthy, text(report)


@pytest.mark.parametrize("model", MODELS)
def test_only_the_result(model: str, app: Any, read: Any) -> None:
    dump = read(app(model, SMALL if model != "style-transfer-any" else "astronaut.png").dump())
    report = examine(BUNDLE, replace(dump, stages=style_of(dump)))
    assert report.healthy, text(report)


def style_of(dump: Any) -> Any:
    """What cannot be known from the photo."""
    names = {"style_weights", "style_vector"}
    return {
        place: {name: a for name, a in arrays.items() if name in names}
        for place, arrays in dump.stages.items()
        if names & arrays.keys() and dump.head.model.startswith("style-transfer")
    }


def test_another_jpeg_decoder_is_no_mistake(app: Any, diagnosed: Any) -> None:
    def as_ycbcr(moment: Any) -> np.ndarray:
        from io import BytesIO

        from PIL import Image, ImageOps

        image = ImageOps.exif_transpose(Image.open(BytesIO(moment.photo)))
        ycbcr = np.array(image.convert("YCbCr"))
        ycbcr[..., 1:] = np.rint(ycbcr[..., 1:] / 2.0) * 2
        return np.array(Image.fromarray(ycbcr, "YCbCr").convert("RGB"))

    planted = app("portrait-segmentation", SMALL, mistakes={"decode-photo": as_ycbcr})
    assert diagnosed(planted.dump()).healthy
    assert diagnosed(planted.dump((2, 3))).healthy


def test_a_second_mistake_is_found_as_well(app: Any, diagnosed: Any) -> None:
    mistakes = {
        "resize": lambda m: m.right()[..., ::-1].copy(),
        "map-boxes": lambda m: m.given,
    }
    report = diagnosed(app("face-detection-short", SMALL, mistakes=mistakes).dump())
    assert [(f.step, f.diagnosis) for f in report.findings] == [
        ("resize", "bgr"),
        ("map-boxes", "not-mapped"),
    ]


def test_what_follows_from_a_mistake_is_not_another_one(app: Any, diagnosed: Any) -> None:
    mistakes = {
        "upsample-mask": lambda m: replace(m.right(), probability=m.right().probability.T)
    }
    report = diagnosed(app("portrait-segmentation", SMALL, mistakes=mistakes).dump())
    assert len(report.findings) == 1
    cut = {"resize": lambda m: m.right()[:200]}
    made = app("portrait-segmentation", SMALL, mistakes=cut | {"write-tensor": shortened})
    report = diagnosed(made.dump((1, 2)))
    assert [f.step for f in report.findings] == ["resize"]
    assert [s.verdict for s in report.stages] == ["differs", "follows"]


def shortened(moment: Any) -> Any:
    return {"image": moment.given.astype(np.float32)[np.newaxis]}


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"sha256": "1" * 64}, "other-file"), ({"version": "0.1.0"}, "other-version")],
)
def test_another_file_is_said_first(
    changes: Any, name: str, app: Any, diagnosed: Any, read: Any
) -> None:
    dump = read(app("smile", "astronaut.png").dump())
    head = type(dump.head)(
        **{f: getattr(dump.head, f) for f in dump.head.__struct_fields__} | changes
    )
    report = examine(BUNDLE, replace(dump, head=head))
    assert [f.diagnosis for f in report.findings] == [name]
    assert not report.healthy


def test_a_dump_that_cannot_be_compared(app: Any, read: Any) -> None:
    dump = read(app("portrait-segmentation", "astronaut.png").dump())
    fields = {f: getattr(dump.head, f) for f in dump.head.__struct_fields__}
    another = b"another photo"
    cases: list[tuple[Any, bytes | None, str]] = [
        ({"photo_sha256": sha256(another).hexdigest()}, None, "the photo is not"),
        (
            {"stages": (replace_step(dump.head.stages[0], "resize"),)},
            None,
            "has 'decode-photo'",
        ),
        ({"stages": (replace_step(dump.head.stages[0], "run", 9),)}, None, "no such step"),
    ]
    for changes, photo, message in cases:
        head = type(dump.head)(**fields | changes)
        with pytest.raises(DumpError, match=message):
            examine(BUNDLE, replace(dump, head=head), photo)


def replace_step(stage: Any, step: str, index: int = 0) -> Any:
    return type(stage)(index=index, step=step, values=stage.values)


def test_a_dump_without_anything_says_what_to_add(app: Any, read: Any) -> None:
    dump = read(app("portrait-segmentation", "astronaut.png").dump((4,)))
    head = type(dump.head)(model="portrait-segmentation")
    with pytest.raises(DumpError, match="neither stages nor a result"):
        examine(BUNDLE, replace(dump, head=head, stages={}, photo=None))
    with pytest.raises(DumpError, match="--photo"):
        examine(BUNDLE, replace(dump, head=head, photo=None))


def test_a_golden_photo_need_not_be_in_the_dump(app: Any, read: Any) -> None:
    dump = replace(read(app("portrait-segmentation", SMALL).dump((0, 1))), photo=None)
    assert examine(BUNDLE, dump).healthy
    json.dumps(text(examine(BUNDLE, dump)))
