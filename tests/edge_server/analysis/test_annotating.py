from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from edge_runtime import Lens, open_photo
from edge_runtime.drawing import ACCENT, SMILE
from edge_server.analysis.annotating import annotated
from edge_server.analysis.findings import Finding
from edge_server.api.wire import runs, value_json

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
GREY = np.full((300, 400, 3), 128, np.uint8)


def finding(result: Any) -> Finding:
    fields = dict.fromkeys(("model", "variant", "sha256", "device"), "")
    return Finding(result=msgspec.Raw(msgspec.json.encode(result)), ms={}, **fields)


def has(picture: np.ndarray[Any, Any], colour: tuple[int, int, int]) -> int:
    return int(np.all(picture == colour, axis=2).sum())


def test_nothing_found_is_the_photo_itself_and_the_photo_is_never_touched() -> None:
    before = GREY.copy()
    assert (annotated(GREY, {"faces": finding({"faces": []})}) == before).all()
    annotated(GREY, {"objects": finding({"objects": [thing([20, 20, 90, 90])]})})
    assert (before == GREY).all()


def thing(box: list[float], label: str = "cat") -> dict[str, Any]:
    return {"label": label, "score": 0.8, "box": box}


def test_boxes_lie_where_they_were_found() -> None:
    faces = {"faces": [{"box": [100, 100, 180, 200], "score": 0.9, "points": {}}]}
    picture = annotated(GREY, {"faces": finding(faces)})
    assert has(picture[95:105, 130:150], ACCENT)
    assert (picture[120:180, 120:160] == 128).all()


def test_what_a_face_looks_like_stands_at_its_box_and_is_not_cut_off() -> None:
    box, gender = [100, 100, 180, 200], {"label": "female", "probability": 0.9}
    face = {"box": box, "score": 0.9, "points": {}}
    name = face | {"name": "Ada Byron, of Lovelace"}
    looks = face | {"age": 34.2, "age_spread": 9.0, "gender": gender}

    def painted(*faces: dict[str, Any]) -> Any:
        wide = np.full((300, 900, 3), 128, np.uint8)
        return annotated(
            wide, {str(n): finding({"faces": [one]}) for n, one in enumerate(faces)}
        )

    assert has(painted(looks), ACCENT) > has(painted(face), ACCENT)
    # "face 90%" is what has to go where a name and a guess fill the plate.
    smiles = face | {"smile": 0.3}
    assert (painted(name, looks, smiles) != painted(name, looks)).any()


def test_a_mask_tints_its_pixels_and_no_other() -> None:
    mask = np.zeros(GREY.shape[:2], bool)
    mask[50:100, 60:200] = True
    picture = annotated(GREY, {"segment": finding({"person": 0.1, "mask": runs(mask)})})
    assert ((picture != GREY).any(axis=2) == mask).all()


def test_a_mask_of_another_size_is_not_painted() -> None:
    found = finding({"person": 1.0, "mask": runs(np.ones((5, 5), bool))})
    assert (annotated(GREY, {"segment": found}) == GREY).all()


@pytest.mark.parametrize("size", [(1, 1), (20, 30), (2000, 30)])
def test_a_photo_may_be_smaller_than_any_text(size: tuple[int, int]) -> None:
    rgb = np.zeros((*size, 3), np.uint8)
    found = finding({"objects": [thing([0, 0, size[1], size[0]], "a long name" * 9)]})
    notes = finding({"labels": [{"label": "x" * 200, "score": 1}]})
    assert annotated(rgb, {"objects": found, "classify": notes}).shape == rgb.shape


def test_a_real_photo_has_its_face_its_person_and_its_labels() -> None:
    lens, photo = Lens(), open_photo(SAMPLES / "obama.jpg")
    findings = {
        "classify": finding(value_json(lens.classify(photo).value, "rle")),
        "objects": finding(value_json(lens.detect(photo).value, "rle")),
        "smile": finding(value_json(lens.smile(photo).value, "rle")),
    }
    picture = annotated(photo.rgb, findings)
    assert picture.shape == photo.rgb.shape
    assert has(picture, SMILE) > 1000
    changed = (picture != photo.rgb).any(axis=2).mean()
    assert 0.02 < changed < 0.2
