from __future__ import annotations

from typing import Any

import pytest

from edge_server.object_names import known_labels, meant_labels
from edge_server.problems import UnknownName

COCO = ("person", "bicycle", "car", "cat", "dog", "sheep", "bus", "mouse", "knife", "couch")
COCO += ("cell phone", "sports ball", "bird", "wine glass", "tv")
VOC = ("background", "aeroplane", "sofa", "tvmonitor", "motorbike", "pottedplant", "person")


@pytest.mark.parametrize(
    ("names", "labels", "expected"),
    [
        (["cat"], COCO, ["cat"]),
        (["Cats", "CAT", " dogs "], COCO, ["cat", "dog"]),
        (["people"], COCO, ["person"]),
        (["women", "pedestrians"], COCO, ["person"]),
        (["buses", "mice", "knives", "puppies"], COCO, ["bus", "mouse", "knife", "dog"]),
        (
            ["cell_phones", "Sports-Ball", "wine  glass"],
            COCO,
            ["cell phone", "sports ball", "wine glass"],
        ),
        (["sofa", "television"], COCO, ["couch", "tv"]),
        (["couch", "tv", "motorcycles"], VOC, ["sofa", "tvmonitor", "motorbike"]),
        (["airplane", "potted plants"], VOC, ["aeroplane", "pottedplant"]),
        (["pets"], COCO, ["cat", "dog"]),
        (["animals"], COCO, ["bird", "cat", "dog", "sheep"]),
        (["sheep"], COCO, ["sheep"]),
        ([], COCO, []),
    ],
)
def test_known_labels(names: list[str], labels: Any, expected: Any) -> None:
    assert list(known_labels(names, labels)) == expected


def test_unknown_names_are_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        known_labels(["cat", "persn", "dragon"], COCO)
    assert "'persn' (nearest: person)" in caught.value.detail
    assert "no class 'dragon'" in caught.value.detail
    assert "Known are: bicycle, bird" in caught.value.detail
    assert [fault.pointer for fault in caught.value.faults] == ["/objects/1", "/objects/2"]


def test_a_long_name_is_not_repeated_whole() -> None:
    with pytest.raises(UnknownName) as caught:
        known_labels(["x" * 5000], COCO)
    assert len(caught.value.detail) < 400


def test_a_near_synonym_leads_to_its_label() -> None:
    with pytest.raises(UnknownName, match="nearest: bicycle"):
        known_labels(["pushbyke"], COCO)


def test_of_some_labels_those_that_are_meant() -> None:
    labels = ("dog", "mug", "hat")
    assert meant_labels(("hats", "cup", "cat", "pets"), labels) == ("hat", "mug", "dog")
    assert meant_labels(("cat",), labels) == ()
