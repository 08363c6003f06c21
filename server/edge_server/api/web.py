"""The page at ``/``, and what it needs to compute in the browser, with nothing from elsewhere.

Its files are built from ``server/web`` and lie in ``edge_server/web``.  The bundle's files are
under an address with the hash of its manifest and filters, so that a browser may keep them; so
are the browser runtime's, where the bundle has one: ``web/`` or, in a checkout, ``web/dist/``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from mimetypes import guess_type
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from edge_runtime.backdrops import PAINTS, WORDS
from edge_runtime.discovery import MANIFEST
from edge_server.api.bodies import read_body
from edge_server.api.parameters import check_names
from edge_server.api.requests import ENDS, Reader
from edge_server.api.wire import encoded
from edge_server.engine.interface import Deadline
from edge_server.problems import MissingImage

if TYPE_CHECKING:
    from edge_server.api.app import Services

FILES = Path(__file__).parents[1] / "web"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# What of a bundle a browser reads; its other files are nobody's business.
_SHARED = ("labels/", "models/", "golden/", "filters/")
_FILTERS = ("filters.schema.json", "filters.tables.json")
_RUNTIME = ("worker.js", "wasm/litert_wasm_internal.js", "wasm/litert_wasm_internal.wasm")
_YEAR = 365 * 86400


@dataclass(frozen=True)
class PageFiles:
    """The folders that the page's parts are in."""

    bundle: Path
    built: Path = FILES

    @cached_property
    def bundle_hash(self) -> str:
        """Names the bundle's files: another manifest or filter, other addresses."""
        drawn = [self.bundle / name for name in _FILTERS]
        drawn += sorted((self.bundle / "filters").rglob("*.json"))
        return _hash(self.bundle / MANIFEST, *(path for path in drawn if path.is_file()))

    @cached_property
    def runtime(self) -> Path | None:
        """The folder of the browser runtime; None where it was not built."""
        places = (self.bundle / "web", self.bundle / "web" / "dist")
        whole = (p for p in places if all((p / name).is_file() for name in _RUNTIME))
        return next(whole, None)

    @cached_property
    def runtime_hash(self) -> str:
        """Names the runtime's files, of which the worker names the others' version."""
        return "" if self.runtime is None else _hash(self.runtime / _RUNTIME[0])

    def device(self) -> dict[str, str] | None:
        """The addresses of what computes in the browser; None where it was not built."""
        if self.runtime is None:
            return None
        root = f"/runtime/{self.runtime_hash}/"
        return {
            "worker": f"{root}worker.js",
            "wasm": f"{root}wasm/",
            "bundle": f"/bundle/{self.bundle_hash}/",
        }


def web(services: Services, files: PageFiles | None = None) -> Blueprint:
    """The page, its parts, and the bundle; where the page was not built, ``/docs``."""
    blueprint = Blueprint("web", __name__)
    files = files or PageFiles(services.bundle.folder)
    config = configuration(services, files)
    views = _Views(files)
    blueprint.add_url_rule("/", "page", views.page)
    blueprint.add_url_rule("/page/config.json", "config", lambda: jsonify(config))
    blueprint.add_url_rule("/page/<path:name>", "part", views.part)
    blueprint.add_url_rule("/page/photo", "photo", partial(shown, services), methods=["POST"])
    blueprint.add_url_rule("/bundle/<digest>/<path:name>", "bundle", views.bundle)
    blueprint.add_url_rule("/runtime/<digest>/<path:name>", "runtime", views.runtime)
    return blueprint


@dataclass(frozen=True)
class _Views:
    """The files by their addresses; raises ``NotFound`` for all others."""

    files: PageFiles

    def page(self) -> Any:
        if not (self.files.built / "index.html").is_file():
            return redirect("/docs")
        return _sent(self.files.built, "index.html")

    def part(self, name: str) -> Response:
        response = _sent(self.files.built, name)
        response.headers["Service-Worker-Allowed"] = "/"
        return response

    def bundle(self, digest: str, name: str) -> Response:
        known = name in (MANIFEST, *_FILTERS) or name.startswith(_SHARED)
        if not known or digest != self.files.bundle_hash:
            raise NotFound
        return _sent(self.files.bundle, name, _YEAR)

    def runtime(self, digest: str, name: str) -> Response:
        folder = self.files.runtime
        if folder is None or digest != self.files.runtime_hash:
            raise NotFound
        if name != "worker.js" and not name.startswith("wasm/"):
            raise NotFound
        return _sent(folder, name, _YEAR)


def configuration(services: Services, files: PageFiles) -> dict[str, Any]:
    """What the page has to know before it has a key."""
    settings, bundle = services.settings, services.bundle
    ids = [entry.spec.id for entry in bundle.manifest.models]
    labelled = bundle.entry("object-detection").spec if "object-detection" in ids else None
    samples = sorted(path.name for path in (files.built / "samples").glob("*.webp"))
    return {
        "version": version("pocketlens"),
        "keys": settings.keys_required,
        "urls": settings.urls_taken,
        "most_bytes": settings.max_body_bytes,
        "device": files.device(),
        "models": ids,
        "objects": list(bundle.labels(labelled)) if labelled else [],
        "backgrounds": {
            "colours": list(PAINTS),
            "patterns": [word for word in WORDS if word not in PAINTS],
        },
        "filters": _filters(bundle.folder / "filters"),
        "samples": samples,
    }


def _filters(folder: Path) -> list[dict[str, str]]:
    """The bundle's filters: name, title, and what each is about."""
    read = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    return [
        {"name": name, "title": recipe.get("title", name), "about": recipe.get("about", "")}
        for name, recipe in sorted(read.items())
    ]


def shown(services: Services) -> Response:
    """A photo, upright, as PNG: one at an address, since a page may not read another site's
    pictures by itself, or one of a format that the browser does not know.  Nothing else of
    the file is told."""
    body = read_body(request)
    check_names([*body.fields, *body.files], [f"image{end}" for end in ENDS])
    reader = Reader(engine=services.engine, intake=services.intake)
    deadline = Deadline.after(services.settings.request_seconds)
    upload = reader.image(body, "image", deadline)
    if upload is None:
        raise MissingImage("there is no photo: send image, or image_url")
    return Response(encoded(upload.photo.rgb, "image/png"), mimetype="image/png")


def _sent(folder: Path, name: str, seconds: int = 0) -> Response:
    """A file of a folder, compared by its ETag unless it never changes."""
    found = safe_join(str(folder), name)
    if found is None or normpath(name) != name or not Path(found).is_file():
        raise NotFound
    path = Path(found)
    kind = guess_type(path.name)[0] or "application/octet-stream"
    response = Response(mimetype=kind)
    response.set_etag(f"{path.stat().st_mtime_ns:x}-{path.stat().st_size:x}")
    if not request.if_none_match.contains(response.get_etag()[0] or ""):
        response.set_data(path.read_bytes())
    kept = f"max-age={seconds}, immutable" if seconds else "no-cache"
    response.headers.update(_HEADERS | {"Cache-Control": kept})
    response.make_conditional(request)
    return response


def _hash(*paths: Path) -> str:
    together = hashlib.sha256()
    for path in paths:
        together.update(hashlib.sha256(path.read_bytes()).digest())
    return together.hexdigest()[:16]
