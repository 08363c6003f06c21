from __future__ import annotations

import pytest

from edge_calibration.exams.smiles import SmileExam
from edge_runtime.contract_templates import face_expression

PROGRAM = face_expression("face-detection-short", crop_scale=1.2, smile_label="happy")


def test_smiles_and_expressions_are_compared() -> None:
    smile, expression = SmileExam(PROGRAM).metrics
    made, wanted = {"happy": 0.7, "sad": 0.3}, {"happy": 0.6, "sad": 0.05}
    assert smile.compare(made, wanted) == pytest.approx(0.1)
    assert expression.compare(made, wanted) == pytest.approx(0.25)
