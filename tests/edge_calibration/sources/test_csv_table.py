from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_calibration.photos.truth import ClassTruth, SmileTruth
from edge_calibration.sources.csv_table import read_csv
from edge_runtime.errors import DatasetError


def written(folder: Path, text: str) -> Path:
    path = folder / "truth.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "truths"),
    [
        (
            "image,label\nb.png,dog\na.png,cat",
            [ClassTruth(label="cat"), ClassTruth(label="dog")],
        ),
        (
            "\ufeffimage,smile\na.png,Yes\nb.png,0",
            [SmileTruth(smiling=True), SmileTruth(smiling=False)],
        ),
        ('image,label\n"a, b.png","cat, tabby"', [ClassTruth(label="cat, tabby")]),
    ],
)
def test_a_row_says_what_a_photo_shows(text: str, truths: list[object], tmp_path: Path) -> None:
    assert [item.truth for item in read_csv(written(tmp_path, text)).items] == truths


def test_landmarks_are_points(tmp_path: Path) -> None:
    (item,) = read_csv(written(tmp_path, "image,x0,y0,x1,y1\na.png,1,2,3.5,4")).items
    assert np.array_equal(item.truth.points_xy, [[1, 2], [3.5, 4]])


def test_masks_of_two_values_are_two_classes(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 255]], np.uint8)).save(tmp_path / "m.png")
    (item,) = read_csv(written(tmp_path, "image,mask\na.png,m.png")).items
    assert item.truth.read().tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("photo,label\na.png,cat", "has the columns photo, label: give image and one of"),
        ("image,colour\na.png,red", "has the columns image, colour"),
        ("image,label,smile\na.png,cat,yes", "has the columns"),
        ("", "has the columns : give"),
        ("image,label\na.png,", "line 2: the label is empty"),
        ("image,label\n,cat", "line 2: name the photo"),
        ("image,smile\na.png,perhaps", "line 2: smile is 'perhaps': say yes or no"),
        ("image,mask\na.png,m.png", "line 2: there is no mask 'm.png'"),
        ("image,x0,y0\na.png,1,left", "line 2: the landmarks are not"),
        ("image,x0\na.png,1", "line 2: the landmarks are not"),
        ("image,label\na.png,cat\na.png,dog", "names a.png twice"),
    ],
)
def test_what_cannot_be_understood_is_named(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=told):
        read_csv(written(tmp_path, text))


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_bytes("image,label\na.png,caf\xe9".encode("latin-1"))
    with pytest.raises(DatasetError, match="save it as UTF-8"):
        read_csv(path)
