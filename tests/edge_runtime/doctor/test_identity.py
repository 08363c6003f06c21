"""Which file ran: by its hash, whatever the app says of it."""

from __future__ import annotations

from typing import Any

import pytest

from edge_runtime.doctor.dump import DumpHead
from edge_runtime.doctor.identity import identify
from edge_runtime.errors import UnknownName

MODEL = "portrait-segmentation"


def file_of(lens: Any, model: str = MODEL, kind: str = "tflite") -> Any:
    return next(f for f in lens.bundle.entry(model).files if f.format == kind)


def test_the_file_of_the_bundle_is_right(lens: Any) -> None:
    file = file_of(lens)
    head = DumpHead(model=MODEL, version="1.0.0", variant=file.variant, sha256=file.sha256)
    found = identify(lens.bundle, head)
    assert (found.same, found.findings, found.runtime.variant) == (True, (), file.variant)


def test_an_app_that_does_not_say_is_believed(lens: Any) -> None:
    assert identify(lens.bundle, DumpHead(model=MODEL)).same


@pytest.mark.parametrize(
    ("changes", "name", "same"),
    [
        ({"sha256": "0" * 64}, "other-file", False),
        ({"sha256": "another model"}, "other-model", False),
        ({"version": "0.9.0"}, "other-version", True),
        ({"variant": "fp32"}, "other-variant", True),
    ],
)
def test_another_file_is_a_finding(lens: Any, changes: Any, name: str, same: bool) -> None:
    head = {"model": MODEL, "sha256": file_of(lens).sha256, **changes}
    if head["sha256"] == "another model":
        head["sha256"] = file_of(lens, "smile").sha256
    found = identify(lens.bundle, DumpHead(**head))
    assert [finding.diagnosis for finding in found.findings] == [name]
    assert found.same == same


def test_a_file_that_cannot_run_here_is_not_the_same(lens: Any) -> None:
    file = file_of(lens, kind="coreml")
    found = identify(lens.bundle, DumpHead(model=MODEL, sha256=file.sha256))
    assert (found.same, found.findings) == (False, ())


def test_a_model_that_the_bundle_does_not_have(lens: Any) -> None:
    with pytest.raises(UnknownName, match="did you mean 'smile'"):
        identify(lens.bundle, DumpHead(model="smiles"))
