from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_calibration.cli import main
from edge_calibration.lint import mending
from edge_calibration.lint.mending import MENDS, mend
from edge_runtime.errors import BundleError, PocketLensError, UnknownName, VerificationError

Make = Callable[..., Path]
Found = Callable[[Path], set[str]]
INT8 = {"x": "INT8", "y": "INT8"}
ORDERS = {
    "p": np.array([0, 3, 1, 2], np.int32),
    "q": np.array([0, 2, 3, 1], np.int32),
    "b": (1, 3, 8, 8),
}
TURNS = [["ABS", "x", "a"], ["TRANSPOSE", "a p", "b"], ["TRANSPOSE", "b q", "y"]]
PING = [["ABS", "x", "a"], ["DEQUANTIZE", "a", "b"], ["QUANTIZE", "b", "c"], ["NEG", "c", "y"]]
CASES = {
    "PL001-integer-border": {"ops": [["RELU", "x", "y"]], "tensors": INT8},
    "PL010-transposed-twice": {"ops": TURNS, "tensors": ORDERS},
    "PL013-no-signature": {"ops": [["RELU", "x", "y"]], "signed": False},
    "PL017-clamp-to-one": {"ops": [["RELU_0_TO_1", "x", "y"]]},
    "PL025-ping-pong": {"ops": PING, "tensors": {**INT8, "a": "INT8", "c": "INT8"}},
}


def test_every_mend_is_shown() -> None:
    assert set(CASES) == set(MENDS)


@pytest.mark.parametrize("rule", CASES)
def test_what_is_mended_is_found_no_more(
    rule: str, case: Make, found: Found, tmp_path: Path
) -> None:
    path, out = case(CASES[rule]), tmp_path / "mended.tflite"
    before = path.read_bytes()
    assert rule in found(path)
    report = mend(path, out)
    assert rule in {one.rule for one in report.mends}
    assert (report.written, report.difference) == (str(out), pytest.approx(0, abs=0.1))
    assert rule not in found(out)
    assert path.read_bytes() == before
    assert mend(out, tmp_path / "again.tflite").mends == ()


def test_what_is_well_is_not_written(case: Make, tmp_path: Path) -> None:
    report = mend(case({"ops": [["RELU", "x", "y"]]}), tmp_path / "mended.tflite")
    assert (report.written, report.mends) == (None, ())
    assert not (tmp_path / "mended.tflite").exists()


def test_a_mend_that_changes_the_answer_is_not_written(
    case: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = case({"ops": [["ABS", "x", "a"], ["NEG", "a", "y"]]})

    def wrong(model: object) -> list[str]:
        model.subgraphs[0].operators[1].inputs = [0]  # type: ignore[attr-defined]
        return ["y"]

    monkeypatch.setitem(mending.MENDS, "PL001-integer-border", wrong)
    assert mend(path, tmp_path / "same.tflite").mends  # pixels are their own magnitude
    path = case({"ops": [["NEG", "x", "a"], ["ABS", "a", "y"]]})
    with pytest.raises(VerificationError, match="nothing was written"):
        monkeypatch.setitem(mending.MENDS, "PL001-integer-border", _without_last)
        mend(path, tmp_path / "mended.tflite")
    assert not (tmp_path / "mended.tflite").exists()


def _without_last(model: object) -> list[str]:
    graph = model.subgraphs[0]  # type: ignore[attr-defined]
    graph.operators[0].outputs = [int(graph.outputs[0])]
    del graph.operators[1]
    return ["y"]


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("a.onnx", UnknownName, "unknown kind of file to mend"),
        ("a.tflite", BundleError, "is not a TFLite file"),
    ],
)
def test_what_cannot_be_mended(
    name: str, error: type[PocketLensError], message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"no model")
    with pytest.raises(error, match=message):
        mend(tmp_path / name, tmp_path / "out.tflite")


def test_the_command_writes_beside_the_file(
    case: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    path = case(CASES["PL017-clamp-to-one"])
    assert main(["lint", "--json", "--fix", str(path)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["mends"] == [{"rule": "PL017-clamp-to-one", "places": ["y"]}]
    assert Path(report["written"]).name == "tiny.mended.tflite"
    assert Path(report["written"]).exists()
    assert main(["lint", "--fix", report["written"]]) == 0
    assert "nothing to mend" in capsys.readouterr().out


def test_one_file_at_a_time_is_mended(case: Make) -> None:
    path = str(case(CASES["PL017-clamp-to-one"]))
    with pytest.raises(SystemExit):
        main(["lint", "--fix", path, path])


def test_a_mended_file_takes_the_place_of_its_own_only_where_it_is_said(
    case: Make, found: Found
) -> None:
    path = case(CASES["PL017-clamp-to-one"])
    assert main(["lint", "--fix", str(path), "-o", str(path)]) == 0
    assert "PL017-clamp-to-one" not in found(path)
