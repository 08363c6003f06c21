from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from edge_server.asgi.guard import RequestHead
from edge_server.parents.asking import Question
from edge_server.parents.cloud_vision import MODELS
from edge_server.parents.entrances import entrances
from edge_server.problems import ModelNotFound, Overloaded
from edge_server.settings import Settings


class Asking:
    """An asker whose heavy tasks a test names."""

    def __init__(self, *heavy: str) -> None:
        self.heavy_tasks = heavy
        self.services = SimpleNamespace(settings=Settings())

    def best(self, name: str) -> Any:
        if name == "classify":
            raise ModelNotFound("no model for it")
        return Question(task=name)

    def heavy(self, *questions: Any) -> bool:
        return any(question.task in self.heavy_tasks for question in questions)


HEAD = RequestHead(method="POST", path="/")


def made(*heavy: str) -> dict[tuple[str, str], Any]:
    asker: Any = Asking(*heavy)
    return dict(entrances(asker))


def test_each_address_stands_with_and_without_the_slash_that_it_may_have() -> None:
    found = set(made())
    for name in MODELS:
        for method, part in (
            ("POST", "img2img"),
            ("POST", "urlimg2img"),
            ("GET", "urlimg2img"),
        ):
            assert {(method, f"/{part}/{name}"), (method, f"/{part}/{name}/")} <= found
        assert ("GET", f"/img2img/{name}/") not in found
    assert {("POST", "/cut"), ("POST", "/cut/"), ("POST", "/")} <= found
    assert ("GET", "/") not in found


@pytest.mark.parametrize(
    ("path", "task"),
    [
        ("/img2img/depth-bts/", "depth"),
        ("/urlimg2img/superres-2b", "super-resolution"),
        ("/depth/depth-bts", "depth"),
        ("/binseg/binseg-3/", "segment"),
        ("/objdet/efficientdet-d4/", "objects"),
        ("/cut", "cut"),
        ("/remove/", "cut"),
        ("/remove", "objects"),
        ("/", "filter"),
        ("/smart-filter", "filter"),
    ],
)
def test_the_gate_is_that_of_the_task(path: str, task: str) -> None:
    assert set(made(task)["POST", path].heavy(HEAD)) == {True}
    assert set(made()["POST", path].heavy(HEAD)) == {False}


def test_a_task_that_is_not_here_is_told_by_its_address() -> None:
    with pytest.raises(ModelNotFound):
        made()["POST", "/do_data_science"].heavy(HEAD)


def test_where_browsers_post_forms_there_are_pages() -> None:
    doors = made()
    paged = {path for (_, path), door in doors.items() if door.page is not None}
    assert paged == {"/", "/smart-filter", "/upload"}
    for path in paged:
        shown = doors["POST", path].page(Overloaded("come again", retry_after=1))
        assert (shown.status_code, shown.mimetype) == (503, "text/html")
        assert b"come again" in shown.get_data()
