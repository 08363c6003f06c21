from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.health import survey as module
from edge_calibration.health.survey import embedding, facts_of, survey
from edge_calibration.photos.photo_set import open_photos
from edge_runtime.images import open_photo
from edge_runtime.pipeline import Lens


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


def test_every_photo_is_decoded_once(lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, told = [], []
    monkeypatch.setattr(
        module, "open_photo", lambda path: opened.append(path) or open_photo(path)
    )
    items = open_photos("samples").items[:3]
    facts = survey(items, lens, told.append)
    assert opened == [item.path for item in items]
    assert [one.name for one in facts] == told == [item.name for item in items]


def test_faces_are_people_s(lens: Lens) -> None:
    items = {item.name: item for item in open_photos("samples").items}
    by_name = {one.name: one for one in survey([items["astronaut"], items["chelsea"]], lens)}
    (face,) = by_name["astronaut"].faces
    assert 0.1 < face.size < 0.4
    assert face.tone is not None
    assert by_name["chelsea"].faces == ()


@pytest.mark.parametrize("animal", ["macaque", "calf", "camels", "wild-panda"])
def test_an_animals_face_does_not_count(animal: str, lens: Lens) -> None:
    path = next(item.path for item in open_photos("evaluation").items if item.name == animal)
    assert facts_of(animal, open_photo(path).rgb, lens).faces == ()


def test_light_is_in_shares_of_white(lens: Lens) -> None:
    half = np.zeros((80, 80, 3), np.uint8)
    half[:, 40:] = 255
    facts = facts_of("half", half, lens)
    assert facts.brightness == pytest.approx(0.5)
    assert facts.contrast == pytest.approx(0.5)


def test_embeddings_are_near_for_what_is_alike(lens: Lens) -> None:
    paths = {item.name: item.path for item in open_photos("samples").items}
    cat, cup = (open_photo(paths[name]).rgb for name in ("chelsea", "coffee"))
    one, mirrored, other = (embedding(rgb, lens) for rgb in (cat, cat[:, ::-1], cup))
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert one @ mirrored > 0.8 > one @ other
