from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_calibration.sources.voc import is_voc, read_voc
from edge_runtime.errors import DatasetError

Photo = Callable[..., Path]

XML = """<annotation><object><name>dog</name><difficult>1</difficult>
<bndbox><xmin>2</xmin><ymin>3</ymin><xmax>8</xmax><ymax>7</ymax></bndbox></object>
<object><name>cat</name>
<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></object></annotation>"""


@pytest.fixture
def voc(photo: Photo, tmp_path: Path) -> Path:
    for name in ("a", "b", "untold"):
        photo(f"JPEGImages/{name}.jpg")
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "Annotations" / "a.xml").write_text(XML)
    (tmp_path / "Annotations" / "b.xml").write_text("<annotation/>")
    return tmp_path


def test_boxes_start_at_pixel_zero(voc: Path) -> None:
    assert is_voc(voc)
    a, b = read_voc(voc).items
    assert (a.name, b.name) == ("a", "b")
    assert a.truth.labels == ("dog", "cat")
    assert np.array_equal(a.truth.boxes_xyxy, [[1, 2, 8, 7], [0, 0, 4, 4]])
    assert a.truth.ignored.tolist() == [True, False]
    assert b.truth.boxes_xyxy.shape == (0, 4)


def test_masks_where_there_are_no_boxes(photo: Photo, tmp_path: Path) -> None:
    photo("JPEGImages/a.jpg")
    masks = tmp_path / "SegmentationClass"
    masks.mkdir()
    classes = np.array([[0, 15], [255, 3]], np.uint8)
    picture = Image.fromarray(classes).convert("P")
    picture.putdata(classes.ravel().tolist())
    picture.save(masks / "a.png")
    (item,) = read_voc(tmp_path).items
    assert np.array_equal(item.truth.read(), classes)


@pytest.mark.parametrize("text", ["<annotation>", XML.replace("<xmin>2</xmin>", "")])
def test_a_damaged_annotation_is_named(text: str, voc: Path) -> None:
    (voc / "Annotations" / "b.xml").write_text(text)
    with pytest.raises(DatasetError, match=r"b.xml is not a VOC annotation"):
        read_voc(voc)


def test_another_folder_is_no_voc(photo: Photo, tmp_path: Path) -> None:
    photo("JPEGImages/a.jpg")
    assert not is_voc(tmp_path)
