"""Pic Metric (github.com/Build-Week-Pic-Metric-3): what is in a photo, and pictures of it.

``/upload`` has the form, and takes a ``file`` or a ``url``; programs post to
``/do_data_science`` and ``/do_data_science_url``.  ``/upload/<md5>`` finds a photo again,
posted to where a browser has to send a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from flask import Blueprint, Response, jsonify, request

from edge_server.api.access import may_store, owner_of
from edge_server.api.bodies import Body, read_body
from edge_server.api.origins import refuse_other_sites
from edge_server.parents.pages import page, show_problems, wants_page
from edge_server.parents.pic_metric_answers import ANALYSIS, Looker
from edge_server.problems import Forbidden, MissingImage, NotFound
from edge_server.store.records import Search

if TYPE_CHECKING:
    from edge_server.engine.interface import Deadline
    from edge_server.parents.asking import Asker
    from edge_server.parents.pic_metric_answers import Looked
    from edge_server.problems import Problem

FILE, ADDRESS = "file", "url"


def pic_metric(asker: Asker) -> Blueprint:
    """The page and the addresses of programs."""
    blueprint = Blueprint("pic_metric", __name__)
    views = Views(asker, Looker(asker))
    post = partial(blueprint.add_url_rule, methods=["POST"])
    blueprint.add_url_rule("/upload", "upload_page", views.page)
    blueprint.add_url_rule("/upload/<md5>", "uploaded", views.again, methods=["GET", "POST"])
    post("/upload", "upload", views.uploaded)
    post("/do_data_science", "do_data_science", views.posted)
    post("/do_data_science_url", "do_data_science_url", views.posted)
    show_problems(blueprint, lambda problem: views.page(problem=problem), below="/upload")
    return blueprint


@dataclass(frozen=True)
class Views:
    """The page, and the answers to each address."""

    asker: Asker
    looker: Looker

    def posted(self) -> Response:
        """The answer as JSON."""
        refuse_other_sites(self.asker.services.settings)
        return _json(self._looked())

    def uploaded(self) -> Response:
        """The answer as JSON; as a page for a browser."""
        refuse_other_sites(self.asker.services.settings)
        return self._told(self._looked())

    def page(self, looked: Looked | None = None, problem: Problem | None = None) -> Response:
        """The forms, with what was found or what was wrong; where a photo was to be found
        again by who has no key, with a form for that."""
        keys = self.asker.services.settings.keys_required
        unknown = problem is not None and problem.status in {401, 403}
        again = request.path if unknown and request.path.startswith("/upload/") else ""
        return page("pic_metric.html.jinja", problem, looked=looked, keys=keys, again=again)

    def again(self, md5: str) -> Response:
        """What is known of a photo that was sent before, by its MD5."""
        store = self.asker.services.store
        if store is None or not may_store():
            raise Forbidden("nothing is kept for this key: use one with the scope 'store'")
        found = store.search(owner_of(), Search(md5=md5, analysis=ANALYSIS, limit=1)).photos
        if not found:
            raise NotFound("no photo of that MD5 is kept: post it to /upload")
        with self.asker.turn(*self.looker.questions()) as deadline:
            content = store.original(owner_of(), found[0].id)[1]
            return self._told(self.looker.look(content, deadline))

    def _told(self, looked: Looked) -> Response:
        return self.page(looked) if wants_page() else _json(looked)

    def _looked(self) -> Looked:
        with self.asker.turn(*self.looker.questions()) as deadline:
            content = self._content(read_body(request), deadline)
            return self.looker.look(content, deadline)

    def _content(self, body: Body, deadline: Deadline) -> bytes:
        """The photo's bytes: a form sends a file that nobody chose as one without bytes."""
        files = {FILE: body.files[FILE]} if body.files.get(FILE) else {}
        sent = body.fields.get(ADDRESS) not in (None, "", [""])
        fields = {f"{FILE}_{ADDRESS}": body.fields[ADDRESS]} if sent else {}
        content = self.asker.reader.content(Body(fields, files), FILE, deadline)
        if content is None:
            raise MissingImage(
                "there is no photo: send a file as 'file', or its address as 'url'"
            )
        return content


def _json(looked: Looked) -> Response:
    return jsonify(msgspec.to_builtins(looked.answer()))
