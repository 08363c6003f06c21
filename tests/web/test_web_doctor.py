"""What the web runtime writes down is healthy: the doctor of ``edge_runtime`` says so."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.bundle import Bundle
from edge_runtime.doctor.dump import read_dump
from edge_runtime.doctor.examination import examine
from edge_runtime.doctor.reporting import text

ROOT = Path(__file__).parents[2]
BUNDLE = Bundle.open(ROOT / "mobile_assets")
DUMP = """async (web, [model, photo]) => {
  window.lens ??= await web.opened();
  const bytes = web.bytes(photo);
  const trace = await window.lens.trace(model, await web.lib.openPhoto(bytes), {});
  return web.text(await web.lib.dumped(trace, { name: 'photo', bytes }, { keepPhoto: true }));
}"""


@pytest.mark.parametrize("model", [entry.spec.id for entry in BUNDLE.manifest.models])
@pytest.mark.parametrize("photo", ["obama.jpg", "coffee.png"])
def test_the_doctor_finds_the_web_runtime_healthy(
    model: str, photo: str, web: Any, samples: Path, tmp_path: Path
) -> None:
    content = base64.b64encode((samples / photo).read_bytes()).decode()
    path = tmp_path / "dump.zip"
    path.write_bytes(base64.b64decode(web.call(DUMP, [model, content])))
    report = examine(BUNDLE, read_dump(path))
    assert report.healthy, text(report)
    assert report.runtime == "web"
    assert {stage.verdict for stage in report.stages} == {"agrees"}
    print(text(report))
