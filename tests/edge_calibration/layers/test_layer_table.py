from __future__ import annotations

from edge_calibration.layers.layer_report import LayerError, LayerReport, comparison
from edge_calibration.layers.layer_table import BAR, layer_lines
from edge_calibration.layers.tensor_error import CodeUse, TensorError


def made(snr_db: float, codes: CodeUse | None = None) -> LayerError:
    error = TensorError(snr_db=snr_db, cosine=1, max_abs=0, mean_abs=0)
    return LayerError(
        layer="up.mix",
        operation=f"step{snr_db:.0f}",
        paired=True,
        tensor="t",
        kind="ADD",
        shape=(1,),
        inputs=(),
        error=error,
        own=error,
        codes=codes,
    )


def test_a_row_a_layer_and_longer_bars_for_more_loss() -> None:
    codes = CodeUse(held=(0, 1), seen=(0, 2), at_ends=0.5, clipped=0.25, dead=0.5)
    layers = [made(200), made(60), made(30), made(-5, codes)]
    report = LayerReport(
        model="m",
        format="tflite",
        variant="v",
        sha256="",
        photos=("a", "b"),
        conversion=None,
        quantisation=comparison("the variant", "the float32 graph", 20, layers),
        delegate_db=24.9,
    )
    lines = list(layer_lines(report))
    assert lines[0] == "m tflite v, on a, b"
    rows = lines[3:7]
    assert [row.count("█") for row in rows] == [0, 0, BAR // 2, BAR]
    assert "exact" in rows[0]
    assert "25.0%" in rows[3]
    assert "50%" in rows[3]
    assert lines[7] == "  first layer under 20 dB: up.mix (step-5)"
    assert lines[8].startswith("  lose most by themselves: up.mix (step-5); up.mix (step30)")
    assert "24.9 dB" in lines[9]
