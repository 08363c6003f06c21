"""The application over the real bundle and the real engine, and clients of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from edge_server.api.app import Services, create_app
from edge_server.engine.counting import Tally
from edge_server.engine.local import LocalEngine
from edge_server.running import local_engine, services_for
from edge_server.settings import Settings

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"


@dataclass
class Client:
    """A caller in this process."""

    http: FlaskClient
    services: Services

    def post(self, path: str, photo: str = "obama.jpg", **given: Any) -> TestResponse:
        """Send a sample as ``image`` in a form, with what else is given: text, or paths."""
        headers = given.pop("headers", {})
        files = {"image": SAMPLES / photo} | {
            k: v for k, v in given.items() if isinstance(v, Path)
        }
        sent = {
            name: FileStorage(BytesIO(path.read_bytes()), path.name)
            for name, path in files.items()
        }
        boundary, body = encode_multipart(given | sent)
        kind = f'multipart/form-data; boundary="{boundary}"'
        return self.http.post(path, data=body, content_type=kind, headers=headers)

    def problem(self, response: TestResponse, status: int, code: str) -> dict[str, Any]:
        """The response has to be that problem."""
        record: dict[str, Any] = json.loads(response.get_data())
        assert (response.status_code, record["code"]) == (status, code), record
        assert response.content_type == "application/problem+json"
        assert record["instance"] == f"urn:uuid:{response.headers['X-Request-Id']}"
        assert response.headers["Cache-Control"] == "no-store"
        text = response.get_data(as_text=True)
        assert "Traceback" not in text
        assert "/home" not in text
        assert "edge_server" not in text
        return record


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights that has none."""
    return tmp_path_factory.mktemp("weights")


@pytest.fixture(scope="session")
def engine(weights: Path) -> Iterator[tuple[LocalEngine, Tally]]:
    """One engine for all these tests: models are loaded once."""
    tally = Tally()
    made = local_engine(Settings(weights=str(weights), threads=2, device="cpu"), tally)
    yield made, tally
    assert made.drain(30)


@pytest.fixture
def client(
    engine: tuple[LocalEngine, Tally], tmp_path: Path
) -> Iterator[Callable[..., Client]]:
    """Makes a client of an application with these settings."""
    begun: list[Services] = []

    def made(**given: Any) -> Client:
        settings = Settings(data=str(tmp_path), **given)
        services = services_for(settings, *engine, lambda: False)
        begun.append(services)
        app = create_app(services)
        return Client(app.test_client(), services)

    yield made
    for services in begun:
        services.jobs.stop()
        store = vars(services).get("store")
        if store is not None:
            store.close()
