"""Owners with a store, made-up faces, and a server with the real weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from edge_runtime.results import Face
from edge_server.api.app import Services, create_app
from edge_server.engine.counting import Tally
from edge_server.engine.local import LocalEngine
from edge_server.intake.intake import Intake
from edge_server.models.face_detection_mtcnn import FACES, POINTS
from edge_server.models.face_recognition import RECOGNITION
from edge_server.people.results import SeenFace
from edge_server.running import local_engine, services_for
from edge_server.settings import Settings
from edge_server.store.records import PhotoRecord
from edge_server.store.store import Store, open_store
from edge_server.tasks.task import Own

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
SIDE = 480  # what the photos are made no larger than, which is enough for their faces


@cache
def photo_bytes(name: str) -> bytes:
    """A sample as a small PNG; ``two.png`` has two faces."""
    if name == "two.png":
        two = Image.new("RGB", (960, 480))
        for left in (0, 480):
            two.paste(_small("astronaut.png"), (left, 0))
        return _png(two)
    return _png(_small(name))


def _small(name: str) -> Image.Image:
    photo = Image.open(SAMPLES / name).convert("RGB")
    photo.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return photo


def _png(photo: Image.Image) -> bytes:
    content = BytesIO()
    photo.save(content, "PNG")
    return content.getvalue()


def made_face(place: float, left: float = 10.0, score: float = 0.999) -> SeenFace:
    """A face whose vector lies at a place on a line: 0.6 apart is still one person."""
    vector = np.zeros(128, np.float32)
    vector[0] = place
    chip = np.full((150, 150, 3), round(20 + 9 * left) % 256, np.uint8)
    points = {name: (left + i, 20.0 + i) for i, name in enumerate(POINTS)}
    box = (left, 10.0, left + 30, 50.0)
    return SeenFace(
        face=Face(box_xyxy=box, score=score, points=points), chip=chip, vector=vector
    )


@pytest.fixture
def face() -> Callable[..., SeenFace]:
    """Makes a face: its place on a line, where it is in the photo, its score."""
    return made_face


@dataclass
class Owner:
    """Somebody with a store, and photos to keep in it."""

    own: Own
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def photo(self, number: int | None = None) -> PhotoRecord:
        """A photo like no other one, kept; of the same number, the same one."""
        number = next(self.numbers) if number is None else number
        pixels = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        content = BytesIO()
        Image.fromarray(pixels).save(content, "PNG")
        upload = Intake().from_bytes(content.getvalue())
        return self.own.store.keep(self.own.owner, upload).photo

    def bytes_on_disk(self) -> bytes:
        """Everything in the database's files."""
        files = sorted(self.folder.glob("store.sqlite*"))
        return b"".join(path.read_bytes() for path in files)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """On SQLite, in a folder of this test's own."""
    opened = open_store(Settings(data=str(tmp_path)))
    assert opened is not None
    yield opened
    opened.close()


@pytest.fixture
def owner(store: Store, tmp_path: Path) -> Owner:
    return Owner(Own(owner="me", store=store), tmp_path)


@pytest.fixture
def stranger(store: Store, tmp_path: Path) -> Owner:
    """Another owner of the same server."""
    return Owner(Own(owner="stranger", store=store), tmp_path, count(1000))


@dataclass
class Caller:
    """A caller of a server in this process, with a key or without."""

    http: FlaskClient
    services: Services
    key: str = ""

    def send(self, method: str, path: str, **given: Any) -> TestResponse:
        """Paths are sent as files of a form, what else is given as its fields; without any,
        it is JSON."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        headers |= given.pop("headers", {})
        if not any(isinstance(value, Path) for value in given.values()):
            return self.http.open(path, method=method, json=given or None, headers=headers)
        fields = {
            name: FileStorage(BytesIO(photo_bytes(value.name)), value.name)
            if isinstance(value, Path)
            else value
            for name, value in given.items()
        }
        boundary, body = encode_multipart(fields)
        kind = f'multipart/form-data; boundary="{boundary}"'
        return self.http.open(
            path, method=method, data=body, content_type=kind, headers=headers
        )

    def told(self, method: str, path: str, status: int = 200, **given: Any) -> Any:
        """The JSON of an answer, which has to have that status."""
        response = self.send(method, path, **given)
        assert response.status_code == status, response.get_data(as_text=True)
        return json.loads(response.get_data() or b"null")

    def problem(self, method: str, path: str, code: str, **given: Any) -> Any:
        """The problem that it ends in, which has to have that code."""
        record = json.loads(self.send(method, path, **given).get_data())
        assert record.get("code") == code, record
        return record


@pytest.fixture(scope="session")
def engine(pulled: Callable[..., Path]) -> Iterator[tuple[LocalEngine, Tally]]:
    """One for all these tests, with the real weights."""
    folder = pulled(FACES, RECOGNITION)
    tally = Tally()
    made = local_engine(Settings(weights=str(folder), threads=1, device="cpu"), tally)
    yield made, tally
    assert made.drain(30)


@pytest.fixture
def served(
    engine: tuple[LocalEngine, Tally], tmp_path: Path
) -> Iterator[Callable[..., Caller]]:
    """Makes callers of one application with these settings; ``scopes`` makes a key."""
    stores: list[Store] = []
    apps: dict[str, Any] = {}

    def made(*scopes: str, **given: Any) -> Caller:
        if str(given) not in apps:
            settings = Settings(data=str(tmp_path), **given)
            services = services_for(settings, *engine, lambda: False)
            apps[str(given)] = services, create_app(services)
            stores.extend([services.store] if services.store else [])
        services, app = apps[str(given)]
        key = services.keys.add("test", scopes) if scopes else ""
        return Caller(app.test_client(), services, key)

    yield made
    for one in stores:
        one.close()
