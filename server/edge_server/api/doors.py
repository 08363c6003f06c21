"""Every address that is behind a gate, and which gate that is as far as the head tells."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from edge_server.analysis.analyses import Analyses
from edge_server.api.analyze import AnalyzeParams
from edge_server.api.early import Door
from edge_server.api.parameters import read_parameters
from edge_server.oip.models import VERSION
from edge_server.parents.asking import Asker
from edge_server.parents.entrances import entrances
from edge_server.tasks.parity import PARITY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from edge_server.api.app import Services
    from edge_server.asgi.guard import RequestHead
    from edge_server.tasks.task import Task

Doors: TypeAlias = dict[tuple[str, str], Door]

LIGHT = ("/v1/photos", "/v1/search", "/v1/analyze/batch")
HEAVY = (f"/v1/{PARITY}", "/v1/people/enrolments", "/v1/people/verify", "/v1/people/faces")


def doors(services: Services) -> Doors:
    """By method and path."""
    analyses = Analyses.of(services.tasks, services.engine)
    analyze = "/v1/analyze"
    made = {("POST", analyze): Door(analyze, partial(analyzed, analyses))}
    for path, route, heavy in _fixed(services.tasks):
        made["POST", path] = Door(route, partial(_always, heavy))
    return made | dict(entrances(Asker(services)))


def _fixed(tasks: Collection[Task]) -> Iterator[tuple[str, str, bool]]:
    """Path, route and gate of the addresses that have one gate."""
    for path in LIGHT:
        yield path, path, False
    for path in HEAVY:
        yield path, path, True
    model, version = "/v2/models/<name>", f"/versions/{VERSION}"
    for task in tasks:
        yield f"/v1/{task.name}", f"/v1/{task.name}", task.heavy
        asked = f"/v2/models/{task.name}"
        yield f"{asked}/infer", f"{model}/infer", task.heavy
        yield f"{asked}{version}/infer", f"{model}/versions/<version>/infer", task.heavy


def _always(heavy: bool, _head: RequestHead) -> tuple[bool]:  # noqa: FBT001  bound by partial
    return (heavy,)


def analyzed(analyses: Analyses, head: RequestHead) -> Collection[bool]:
    """Whether an analysis of all that ``/v1/analyze`` is asked for may be heavy.

    A heavy one that the address names is in it whatever the body has; otherwise the body may
    name more, unless it is the photo itself.  Raises the ``Problem`` of what cannot be asked.
    """
    fields: dict[str, list[str]] = {}
    for name, text in parse_qsl(head.query.decode("latin1"), keep_blank_values=True):
        fields.setdefault(name, []).append(text)
    named = read_parameters(AnalyzeParams, fields).analyses
    if named and analyses.heavy(analyses.chosen(named).analyses):
        return (True,)
    if _may_name_more(head, fields):
        return (False, True)
    return {analyses.heavy(analyses.chosen(named, own=own).analyses) for own in (False, True)}


def _may_name_more(head: RequestHead, fields: Collection[str]) -> bool:
    kind = parse_options_header(head.header(b"content-type"))[0]
    if kind.lower() == "application/json":  # which may not repeat what the address has
        return "analyses" not in fields
    whole = kind.lower().startswith("image/") or kind.lower() == "application/octet-stream"
    return bool(kind) and not whole
