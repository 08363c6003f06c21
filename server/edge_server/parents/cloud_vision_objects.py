"""What Cloud Vision API says of objects: three lists, each as text of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_runtime.results import Objects

# COCO numbers its 80 classes from 1 to 90, without these.
MISSING = frozenset({12, 26, 29, 30, 45, 66, 68, 69, 71, 83})


def class_ids(labels: Sequence[str]) -> dict[str, int]:
    """The number that the project has for each of COCO's 80 labels, in COCO's order: COCO's
    own, counted from 0.
    """
    numbers = (number - 1 for number in range(1, 91) if number not in MISSING)
    return dict(zip(labels, numbers, strict=True))


def lists_of(found: Objects, numbers: dict[str, int]) -> dict[str, str]:
    """``rois`` (x0, y0, x1, y1 in pixels of the photo), ``class_ids`` and ``scores``, the
    surest first; what is not of COCO's classes has no number, and is left out.
    """
    known = [one for one in found.objects if one.label in numbers]
    lists = {
        "rois": [[round(side, 3) for side in one.box_xyxy] for one in known],
        "class_ids": [numbers[one.label] for one in known],
        "scores": [round(one.score, 6) for one in known],
    }
    return {name: msgspec.json.encode(values).decode() for name, values in lists.items()}
