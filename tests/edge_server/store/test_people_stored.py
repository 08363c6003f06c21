"""People and groups of faces over both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime.results import Face
from edge_server.intake.intake import Intake
from edge_server.people.collection import Collection
from edge_server.people.deciding import Deciding
from edge_server.people.records import Consent, SayParams
from edge_server.people.register import Register
from edge_server.people.results import SeenFace
from edge_server.problems import NotFound
from edge_server.store.store import Store
from edge_server.tasks.task import Own


def seen(place: float) -> SeenFace:
    vector = np.zeros(128, np.float32)
    vector[0] = place
    face = Face(box_xyxy=(1.0, 2.0, 3.0, 4.0), score=0.99, points={})
    return SeenFace(face=face, chip=np.zeros((150, 150, 3), np.uint8), vector=vector)


def photo(store: Store, number: int) -> Any:
    content = BytesIO()
    Image.fromarray(np.full((16, 16, 3), number, np.uint8)).save(content, "PNG")
    return store.keep("me", Intake().from_bytes(content.getvalue())).photo


def shape_of(collection: Collection) -> set[frozenset[str]]:
    clusters = collection.clusters().clusters
    return {frozenset(face.id for face in cluster.faces) for cluster in clusters}


def test_groups_are_kept_merged_split_and_forgotten(store: Store) -> None:
    own = Own(owner="me", store=store)
    collection, register = Collection(own), Register(own)
    photos = [photo(store, number) for number in range(6)]

    def collect(number: int) -> str:
        found = collection.collect(photos[number], [seen(0.1 * number + 9 * (number > 3))])
        return found.faces[0].id

    with ThreadPoolExecutor(3) as threads:
        ids = list(threads.map(collect, range(6)))
    near, far = frozenset(ids[:4]), frozenset(ids[4:])
    assert shape_of(collection) == {near, far}

    said = Deciding(collection).say(SayParams(kind="split", faces=(ids[0],)))
    assert shape_of(collection) == {near - {ids[0]}, far, frozenset({ids[0]})}
    collection.undo(said.id)
    Deciding(collection).say(SayParams(kind="merge", clusters=(ids[0], ids[5])))
    assert shape_of(collection) == {near | far}

    store.delete("me", photos[1].id)
    assert shape_of(collection) == {(near | far) - {ids[1]}}

    ada = register.enrol("Ada", Consent(by="Ada", at="2026-11-20"), seen(0.0))
    assert register.known().people == (ada.id,)
    Deciding(collection).say(SayParams(kind="person", clusters=(ids[4],), person=ada.id))
    register.delete(ada.id)
    assert collection.clusters().clusters == ()
    assert collection.decisions().decisions == ()
    assert register.people().people == ()
    with pytest.raises(NotFound):
        register.person(ada.id)
