"""Requests about faces are read before anything is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge_server.api.face_requests import asking, own_here, told
from edge_server.people.records import Verdict
from edge_server.problems import DuplicateField, InvalidParameter, MissingImage, StoreDisabled
from edge_server.tasks.task import NoParams


@pytest.fixture
def context(client: Callable[..., Any]) -> Callable[..., Any]:
    """The context of a request, and the services that answer it."""

    def made(address: str, **given: Any) -> Any:
        caller = client(**given)
        return caller.http.application.test_request_context(address), caller.services

    return made


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("/v1/people/faces?nickname=x", InvalidParameter),
        ("/v1/people/faces?allow_truncated=true&image_url=a&image_url=b", DuplicateField),
        ("/v1/people/faces", MissingImage),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    context: Callable[..., Any], address: str, error: type
) -> None:
    inside, services = context(address)
    with inside, pytest.raises(error), asking(services, NoParams, "image") as asked:
        asked.upload("image")


def test_it_is_known_whether_a_photo_came(context: Callable[..., Any]) -> None:
    inside, services = context("/v1/people/verify?image_url=a&other_base64=b")
    with inside, asking(services, NoParams, "image", "other") as asked:
        assert asked.has("image")
        assert asked.has("other")
        assert not asked.has("third")


def test_a_question_without_photos_takes_none(context: Callable[..., Any]) -> None:
    inside, services = context("/v1/people/decisions?allow_truncated=true")
    with inside, pytest.raises(InvalidParameter), asking(services, NoParams):
        pass


def test_nothing_is_owned_where_nothing_is_kept(context: Callable[..., Any]) -> None:
    inside, services = context("/v1/people", store="no")
    with inside, pytest.raises(StoreDisabled):
        own_here(services)


def test_what_is_told_is_kept_by_nobody_in_between() -> None:
    response = told(Verdict(same=True, distance=0.3, threshold=0.6), 201)
    assert response.get_json() == {"same": True, "distance": 0.3, "threshold": 0.6}
    assert (response.status_code, response.headers["Cache-Control"]) == (201, "no-store")
