"""The addresses of the projects' clients that are behind a gate, and which gate that is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from edge_server.api.early import Door
from edge_server.parents.asking import Question
from edge_server.parents.cloud_vision import DETECTORS, KINDS, MODELS, OBJECTS
from edge_server.parents.object_remove import Remover
from edge_server.parents.pic_metric import Views
from edge_server.parents.pic_metric_answers import Looker
from edge_server.parents.smart_filter import FormView

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from edge_server.asgi.guard import RequestHead
    from edge_server.parents.asking import Asker


def entrances(asker: Asker) -> Iterator[tuple[tuple[str, str], Door]]:
    """Each door by its method and path."""
    yield from _cloud_vision(asker)
    for path in ("/cut", "/cut/"):
        yield ("POST", path), Door("/cut", _Asked(asker, Question(task="cut")))
    removing = Remover(asker).questions
    for path in ("/remove", "/remove/"):
        yield ("POST", path), Door("/remove", lambda _head: (asker.heavy(*removing()),))
    for path in ("/", "/smart-filter"):
        filtered = _Asked(asker, Question(task="filter"))
        yield ("POST", path), Door(path, filtered, FormView(asker).page)
    yield from _pic_metric(asker)


def _cloud_vision(asker: Asker) -> Iterator[tuple[tuple[str, str], Door]]:
    kinds = {"img2img": tuple(MODELS), "urlimg2img": tuple(MODELS), **KINDS}
    for kind, names in kinds.items():
        methods = ("GET", "POST") if kind == "urlimg2img" else ("POST",)
        for name, method in product(names, methods):
            door = Door(f"/{kind}/<model>/", _Asked(asker, MODELS[name]))
            yield (method, f"/{kind}/{name}"), door
            yield (method, f"/{kind}/{name}/"), door
    found = Door("/objdet/<model>/", lambda _head: (asker.heavy(asker.best(OBJECTS)),))
    for name in DETECTORS:
        yield ("POST", f"/objdet/{name}"), found
        yield ("POST", f"/objdet/{name}/"), found


def _pic_metric(asker: Asker) -> Iterator[tuple[tuple[str, str], Door]]:
    looker = Looker(asker)
    views = Views(asker, looker)

    def looked(_head: RequestHead) -> Collection[bool]:
        return (asker.heavy(*looker.questions()),)

    shown = Door("/upload", looked, lambda problem: views.page(problem=problem))
    yield ("POST", "/upload"), shown
    for path in ("/do_data_science", "/do_data_science_url"):
        yield ("POST", path), Door(path, looked)


@dataclass(frozen=True)
class _Asked:
    """The gate of a question."""

    asker: Asker
    question: Question

    def __call__(self, _head: RequestHead) -> Collection[bool]:
        return (self.asker.heavy(self.question),)
