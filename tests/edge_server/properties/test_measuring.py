from __future__ import annotations

from pathlib import Path

import numpy as np

from edge_runtime.images import Photo
from edge_server.intake.intake import Intake
from edge_server.properties.measuring import measured

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"


def test_a_file_s_facts_are_the_file_s() -> None:
    data = (SAMPLES / "obama.jpg").read_bytes()
    upload = Intake().from_bytes(data)
    found = measured(upload.photo, upload)
    assert (found.file.size_wh, found.file.format) == ((910, 1137), "jpeg")
    assert found.file.bytes == len(data)
    assert found.exif.model == "Canon EOS 5D Mark III"
    assert found.exif.taken == "2012:12:06 15:46:01"
    assert found.likeness.kind == "photo"
    assert (found.scene, found.location) == (None, None)


def test_pixels_alone_have_no_format() -> None:
    found = measured(Photo(np.zeros((3, 5, 3), np.uint8), np.zeros((3, 5), np.uint8)))
    assert (found.file.size_wh, found.file.format, found.file.bytes) == ((5, 3), None, None)
    assert found.file.transparent
    assert (found.sharpness, found.noise) == (None, None)
