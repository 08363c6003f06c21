"""PASCAL VOC: ``JPEGImages`` beside ``Annotations`` (boxes) or ``SegmentationClass`` (masks).

http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from edge_calibration.photos.truth import BoxesTruth, MaskTruth
from edge_calibration.sources import Listing, PhotoItem, photo_files
from edge_runtime.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

PHOTOS, BOXES, MASKS = "JPEGImages", "Annotations", "SegmentationClass"


def is_voc(folder: Path) -> bool:
    """Whether a folder is laid out so."""
    return (folder / PHOTOS).is_dir() and any((folder / at).is_dir() for at in (BOXES, MASKS))


def read_voc(folder: Path) -> Listing:
    """The photos with their boxes, or with their masks where there are no boxes.

    Photos without either are left out.  Raises ``DatasetError`` for a damaged XML.
    """
    with_boxes = (folder / BOXES).is_dir()
    of = {path.stem: path for path in photo_files(folder / PHOTOS)}
    told = {
        path.stem: path
        for path in sorted((folder / (BOXES if with_boxes else MASKS)).iterdir())
        if path.suffix == (".xml" if with_boxes else ".png")
    }
    items = [
        PhotoItem(
            name=name,
            path=of.get(name, folder / PHOTOS / f"{name}.jpg"),
            truth=_boxes(path) if with_boxes else MaskTruth(path=path),
        )
        for name, path in told.items()
    ]
    return Listing(items=tuple(items), tables=tuple(told.values()))


def _boxes(path: Path) -> BoxesTruth:
    """VOC counts pixels from 1, and its edges are inside the box."""
    try:
        root = ET.fromstring(path.read_bytes())  # noqa: S314  expat bounds what grows in it
        objects = root.findall("object")
        corners = [
            [
                float(one.findtext(f"bndbox/{edge}", ""))
                for edge in ("xmin", "ymin", "xmax", "ymax")
            ]
            for one in objects
        ]
    except (ET.ParseError, ValueError) as error:
        raise DatasetError(f"{path} is not a VOC annotation ({error}): mend it") from None
    return BoxesTruth(
        boxes_xyxy=np.array(corners, np.float32).reshape(-1, 4)
        - np.array([1, 1, 0, 0], np.float32),
        labels=tuple(one.findtext("name", "") for one in objects),
        ignored=np.array([one.findtext("difficult") == "1" for one in objects], np.bool_),
    )
