from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge_runtime.backends import backend
from edge_runtime.bundle import Bundle
from edge_runtime.errors import BundleError, BundleTampered
from edge_runtime.golden import Tolerance
from edge_runtime.probe import Expected, Probe, flaw, probes
from edge_runtime.spec import Gate

BUNDLE = Bundle.open()
FILES = [
    (entry.spec.id, size)
    for entry in BUNDLE.manifest.models
    for size in entry.spec.image.sizes_hw
]


@pytest.mark.parametrize(("model", "size_hw"), FILES)
def test_what_ships_passes_every_golden_input(model: str, size_hw: tuple[int, int]) -> None:
    entry = BUNDLE.entry(model)
    file, path = BUNDLE.file(entry, None, size_hw)
    session = backend("litert").open(path, "cpu", 2, file.size_hw)
    found = probes(BUNDLE, entry, file)
    assert len(found) >= 1
    for probe in found:
        outputs = session.run(probe.inputs)
        assert flaw(outputs, probe) is None
        off = {name: value + np.float32(0.5) for name, value in outputs.items()}
        spans = {output.name: output.span for output in entry.spec.outputs}
        if max(spans.values()) <= 1:
            assert flaw(off, probe)


def test_all_faces_of_all_photos_are_probes() -> None:
    entry = BUNDLE.entry("face-landmarks")
    file, _ = BUNDLE.file(entry)
    assert [probe.case for probe in probes(BUNDLE, entry, file)] == [
        "portrait-exif6, face 0",
        "astronaut, face 0",
    ]


def test_another_variant_may_be_off_by_both_gates_where_it_counts() -> None:
    entry = BUNDLE.entry("face-detection-short")
    file, _ = BUNDLE.file(entry)
    other = msgspec.structs.replace(file, format="onnx", variant="fp32", sha256="0" * 64)
    gates = entry.spec.gates.variants
    for one in probes(BUNDLE, entry, other)[0].expected:
        allowed = gates["fp32"].max_abs + gates["mixed"].max_abs
        assert one.tolerance.max_abs == pytest.approx(allowed)
        assert one.counted.all() == (one.name == "scores")
        assert 0 < one.counted.mean() < 0.1 or one.name == "scores"


def test_a_size_without_golden_vectors_says_how_to_make_them() -> None:
    entry = BUNDLE.entry("smile")
    file, _ = BUNDLE.file(entry)
    with pytest.raises(BundleError, match="smile .* for 9x8 .* 'edge-convert golden smile'"):
        probes(BUNDLE, entry, msgspec.structs.replace(file, size_hw=(8, 9)))


def test_golden_vectors_of_other_files_are_not_taken() -> None:
    entry = BUNDLE.entry("smile")
    file, _ = BUNDLE.file(entry)
    rebuilt = tuple(msgspec.structs.replace(one, sha256="0" * 64) for one in entry.files)
    with pytest.raises(BundleError, match="of these files"):
        probes(BUNDLE, msgspec.structs.replace(entry, files=rebuilt), file)


@pytest.mark.parametrize("suffix", ["-resize-values.png", "-run-scores.bin"])
@pytest.mark.parametrize("how", ["other", "short", "gone"])
def test_damaged_golden_vectors_are_named(tmp_path: Path, suffix: str, how: str) -> None:
    golden = tmp_path / "golden"
    shutil.copytree(
        BUNDLE.folder / "golden" / "face-detection-short", golden / "face-detection-short"
    )
    bundle = Bundle(tmp_path, BUNDLE.manifest)
    entry = bundle.entry("face-detection-short")
    victim = next(path for path in sorted(golden.rglob("*")) if path.name.endswith(suffix))
    raw = bytearray(victim.read_bytes())
    raw[len(raw) // 2] ^= 1
    victim.write_bytes({"other": raw, "short": raw[:-4], "gone": b""}[how])
    with pytest.raises(BundleTampered, match=victim.name):
        probes(bundle, entry, BUNDLE.file(entry)[0])


def probe(numbers: list[float], counted: list[bool], stride: int = 1) -> Probe:
    expected = Expected(
        name="out",
        shape=(1, 4),
        stride=stride,
        numbers=np.array(numbers, np.float64),
        counted=np.array(counted),
        tolerance=Tolerance(max_abs=0.5, mean_abs=0.2),
    )
    return Probe(case="photo", inputs={}, expected=(expected,))


ALL = [True] * 4


@pytest.mark.parametrize(
    ("made", "numbers", "counted", "stride", "kind"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], ALL, 1, None),
        ([1, 2, 3, 4.4], [1, 2, 3, 4], ALL, 1, None),
        ([1, 2, 3, 4.6], [1, 2, 3, 4], ALL, 1, "wrong"),
        ([1.3, 2.3, 3.3, 4.3], [1, 2, 3, 4], ALL, 1, "wrong"),  # the mean
        ([1, 2, 3, 9], [1, 2, 3, 4], [True, True, True, False], 1, None),
        ([1, 2, 3, 9], [1, 2, 3, 4], [False] * 4, 1, None),
        ([1, 9, 3, 9], [1, 3], [True, True], 2, None),
        ([1, 9, 4, 9], [1, 3], [True, True], 2, "wrong"),
        ([0, 0, 0, 0], [1, 0, 0, 0], ALL, 1, "zeros"),
        ([0, 0, 0, 0], [0, 0, 0, 0], ALL, 1, None),
        ([1, np.nan, 3, 4], [1, 2, 3, 4], ALL, 1, "not-a-number"),
        ([1, 9, 3, np.inf], [1, 3], [True, True], 2, "not-a-number"),
    ],
)
def test_what_is_wrong_is_named(
    made: list[float], numbers: list[float], counted: list[bool], stride: int, kind: str | None
) -> None:
    found = flaw({"out": np.array([made], np.float32)}, probe(numbers, counted, stride))
    assert (found and found[0]) == kind
    if found:
        assert found[1].startswith("out is ")
        assert found[1].endswith("on photo")


def test_a_missing_output_and_another_shape_are_named() -> None:
    wanted = probe([1, 2, 3, 4], ALL)
    assert flaw({}, wanted) == ("missing", "out is missing on photo")
    found = flaw({"out": np.ones(4, np.float32)}, wanted)
    assert found == ("missing", "out is of shape (4,) on photo")


def test_gates_have_what_a_sum_needs() -> None:
    for entry in BUNDLE.manifest.models:
        gates = entry.spec.gates.variants
        assert isinstance(gates["fp32"], Gate)
        assert {file.variant for file in entry.files} <= set(gates)
