"""Requests made up from the OpenAPI document: no bug, and no answer that is not in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from edge_server.api.app import create_app
from edge_server.engine.counting import Tally
from edge_server.running import local_engine, services_for
from edge_server.settings import Settings

PHOTO = Path(__file__).parents[2] / "calibration" / "data" / "samples" / "obama.jpg"
load_all_checks()
# No document can say which bytes are a photo, so that what fits it may be refused.
EXCLUDED = CHECKS.get_by_names(["positive_data_acceptance"])
EXAMPLES = 12  # for each operation; a longer campaign is a matter of this number


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("server")
    chosen = Settings(
        data=str(folder), weights=str(folder), requests_per_minute=0, url_input="no", threads=2
    )
    tally = Tally()
    engine = local_engine(chosen, tally)
    app = create_app(services_for(chosen, engine, tally, lambda: False))
    yield schemathesis.openapi.from_wsgi("/v1/openapi.json", app)
    engine.drain(10)


def test_no_request_finds_a_bug_or_an_answer_that_is_not_in_the_document(document: Any) -> None:
    asked: set[str] = set()
    for found in document.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def check(case: Any) -> None:
            response = case.call()
            assert response.status_code < 500 or response.status_code in {503, 504}
            case.validate_response(response, excluded_checks=EXCLUDED)

        check()
        asked.add(operation.label)
    assert {"POST /v1/style", "POST /v1/parity"} <= asked
    assert len(asked) > 10
