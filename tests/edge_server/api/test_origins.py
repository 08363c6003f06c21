from __future__ import annotations

import pytest
from flask import Flask

from edge_server.api.origins import refuse_other_sites
from edge_server.problems import Forbidden
from edge_server.settings import Settings

SETTINGS = Settings(cors_origins=("https://good.example",))


@pytest.mark.parametrize(
    ("origin", "host", "passes"),
    [
        (None, "localhost:8000", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("https://photos.example", "photos.example", True),  # TLS ends at a proxy
        ("https://Photos.Example", "photos.example", True),
        ("https://good.example", "localhost:8000", True),
        ("http://good.example", "localhost:8000", False),
        ("http://localhost:8001", "localhost:8000", False),
        ("http://localhost", "localhost:8000", False),
        ("http://evil.example", "localhost:8000", False),
        ("http://localhost:8000.evil.example", "localhost:8000", False),
        ("null", "localhost:8000", False),
        ("", "localhost:8000", False),
        ("http://[", "localhost:8000", False),
    ],
)
def test_only_ones_own_pages_and_those_that_are_named_may_post(
    origin: str | None, host: str, passes: bool
) -> None:
    headers = {"Host": host} | ({} if origin is None else {"Origin": origin})
    with Flask("x").test_request_context("/", method="POST", headers=headers):
        if passes:
            refuse_other_sites(SETTINGS)
        else:
            with pytest.raises(Forbidden, match="another site"):
                refuse_other_sites(SETTINGS)
