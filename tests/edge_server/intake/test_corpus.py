"""Rows 66 and 157: the test images of Pillow's source distribution, some 1060 files that
broke decoders.

They are fetched once, from the package index, into the user's cache folder.  Where that is
not possible the tests are skipped, but where ``CI`` is set they fail.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import cv2
import numpy as np
import pytest
from PIL import Image

from edge_server.intake.intake import Intake
from edge_server.intake.upload import Upload
from edge_server.problems import Problem

RELEASE = "13.0.0"
MANY = 1000


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "pocketlens" / f"pillow-{RELEASE}-test-images"
    if not folder.is_dir():
        try:
            _fetch(folder)
        except (subprocess.SubprocessError, OSError) as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"Pillow's source distribution cannot be fetched: {error}")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _fetch(folder: Path) -> None:
    """Download the source, keep its test images; the folder is there whole or not at all."""
    downloads = folder.with_name(f"{folder.name}.{os.getpid()}")
    downloads.mkdir(parents=True)
    # The tests' guard against the network is left off for this one command.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", "pillow", "--dest", str(downloads), f"pillow=={RELEASE}"]
    subprocess.run(command, check=True, env=variables, timeout=300, stdout=subprocess.DEVNULL)
    inside = f"pillow-{RELEASE}/Tests/images"
    (archive,) = downloads.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        images = [member for member in tar if member.name.startswith(f"{inside}/")]
        tar.extractall(downloads, members=images, filter="data")
    archive.unlink()
    if not folder.is_dir():
        (downloads / inside).rename(folder)
    for path in sorted(downloads.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    downloads.rmdir()


def answer(call: Callable[..., Upload], given: object) -> tuple[int, str, Upload | None]:
    """Status, the hash of the pixels or the problem's code, and the photo; nothing else may
    be raised.
    """
    try:
        upload = call(given)
    except Problem as problem:
        return problem.status, problem.code, None
    return 200, str(hash(upload.photo.rgb.tobytes())), upload


# Where OpenCV decodes otherwise: it shows another frame of an animated PNG, takes neither
# the orientation of WebP and of ImageMagick's PNG nor AVIF's own turns, reads Lab as if its
# a and b were without sign, and two bitmaps: one with masks, one that is cut.
_OTHERWISE = {
    "hopper.Lab.tif",
    "lab.tif",
    "lab-green.tif",
    "lab-red.tif",
    "exif_imagemagick_orientation.png",
    "rgb32h52.bmp",
    "mmap_error.bmp",
}


def _comparable(path: Path, image: Image.Image, orientation: int) -> bool:
    animated = path.parent.name == "apng"
    turned = orientation != 1 and image.format in {"WEBP", "AVIF"}
    return not (animated or turned or path.name in _OTHERWISE or image.info.get("icc_profile"))


def _compared(path: Path, data: bytes, upload: Upload | None) -> bool:
    """Whether OpenCV decodes it as well, which then has to be nearly the same."""
    if upload is None or upload.photo.alpha is not None:
        return False
    with Image.open(path) as image:
        if not _comparable(path, image, upload.exif.orientation):
            return False
    other = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if other is None:
        return False
    assert other.shape == upload.photo.rgb.shape, path.name
    assert cv2.absdiff(other, upload.photo.rgb).mean() < 3, path.name
    return True


# Rows 66 and 157: each file is decoded once for all that is looked at.
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_file_has_an_answer_every_way_the_same_and_as_opencv_decodes(
    corpus: list[Path], peak: Callable[[], float]
) -> None:
    assert len(corpus) > MANY
    intake = Intake()
    statuses: Counter[int] = Counter()
    compared = 0
    before = peak()
    for path in corpus:
        data = path.read_bytes()
        began = monotonic()
        *found, upload = answer(intake.from_bytes, data)
        assert monotonic() - began < 10, path.name
        assert found[0] in {200, 415, 422}, (path.name, found)
        *again, _ = answer(intake.from_base64, base64.b64encode(data).decode())
        assert again == found, path.name
        statuses[found[0]] += 1
        compared += _compared(path, data, upload)
    assert statuses[200] > 600
    assert compared > 500
    assert peak() - before < 600
