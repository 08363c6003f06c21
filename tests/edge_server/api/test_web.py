"""The page's files: what is served, to whom, and with which rules for the browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from edge_server.api.web import FILES, PageFiles, configuration


def rules(response: Any) -> dict[str, str]:
    """The Content-Security-Policy, by directive."""
    parts = response.headers["Content-Security-Policy"].split(";")
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in parts)}


def test_the_page_runs_no_script_but_its_own(client: Callable[..., Any]) -> None:
    response = client().http.get("/")
    found = rules(response)
    assert found["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert (found["default-src"], found["frame-ancestors"]) == ("'none'", "'none'")
    assert all("unsafe-inline" not in rest and "http" not in rest for rest in found.values())
    page = response.get_data(as_text=True)
    for elsewhere in ('src="http', 'href="http', "style=", "onclick="):
        assert elsewhere not in page


def test_every_part_that_the_page_names_is_there(client: Callable[..., Any]) -> None:
    http = client().http
    scripts = dict.fromkeys(("page.js", "shared.js", "people.js", "sw.js"), "text/javascript")
    kinds = scripts | dict.fromkeys(("page.css", "people.css"), "text/css")
    for name, kind in (
        kinds | {"icon.svg": "image/svg+xml", "styles.webp": "image/webp"}
    ).items():
        response = http.get(f"/page/{name}")
        assert (response.status_code, response.mimetype) == (200, kind)
        assert "no-cache" in response.headers["Cache-Control"]
        again = http.get(f"/page/{name}", headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304
    assert http.get("/page/sw.js").headers["Service-Worker-Allowed"] == "/"


def test_what_is_built_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FILES.rglob("*") if path.is_file()}
    code = {name for name in sizes if name.endswith((".js", ".css", ".html"))}
    later = {"people.js", "people.css"}  # fetched when somebody comes to their room
    assert sum(sizes[name] for name in code - later) < 100_000
    assert sum(sizes[name] for name in later) < 25_000
    assert sum(sizes.values()) < 250_000
    assert not [name for name in sizes if name.endswith(".map")]


def test_the_page_is_told_what_it_may_offer(client: Callable[..., Any]) -> None:
    caller = client()
    config = caller.http.get("/page/config.json").get_json()
    assert {"person", "cup"} <= set(config["objects"])
    assert "sunset" in config["backgrounds"]["colours"]
    assert "bokeh" in config["backgrounds"]["patterns"]
    assert "mood" in [one["name"] for one in config["filters"]]
    assert config["samples"]
    for name in config["samples"]:
        assert caller.http.get(f"/page/samples/{name}").mimetype == "image/webp"


def test_the_bundle_is_kept_by_its_hash(client: Callable[..., Any]) -> None:
    caller = client()
    digest = PageFiles(caller.services.bundle.folder).bundle_hash
    root = f"/bundle/{digest}/"
    entry = caller.services.bundle.entry("smile")
    file, path = caller.services.bundle.file(entry)
    response = caller.http.get(root + file.path)
    assert response.get_data() == path.read_bytes()
    assert "immutable" in response.headers["Cache-Control"]
    drawn = ("filters.schema.json", "filters.tables.json", "filters/mood.json")
    for name in ("manifest.json", "labels/coco80.txt", "golden/smile/golden.json", *drawn):
        assert caller.http.get(root + name).status_code == 200
    caller.problem(caller.http.get("/bundle/0123/manifest.json"), 404, "not-found")


def test_another_filter_is_another_address(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    hashes = [PageFiles(tmp_path).bundle_hash]
    (tmp_path / "filters").mkdir()
    for content in ("{}", "[]"):
        (tmp_path / "filters" / "mood.json").write_text(content)
        hashes.append(PageFiles(tmp_path).bundle_hash)
    assert len(set(hashes)) == 3


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "web/package.json",
        "models/../README.md",
        "models/%2e%2e/README.md",
        "golden",
    ],
)
def test_nothing_else_of_the_bundle_is_served(client: Callable[..., Any], path: str) -> None:
    caller = client()
    digest = PageFiles(caller.services.bundle.folder).bundle_hash
    caller.problem(caller.http.get(f"/bundle/{digest}/{path}"), 404, "not-found")


def test_the_runtime_is_served_where_it_was_built(tmp_path: Path) -> None:
    files = PageFiles(tmp_path)
    assert (files.runtime, files.device()) == (None, None)
    for folder in ("web", "web/dist"):
        root = tmp_path / folder.replace("/", "-")
        (root / folder / "wasm").mkdir(parents=True)
        (root / "manifest.json").write_text("{}")
        names = ("worker.js", "wasm/litert_wasm_internal.js", "wasm/litert_wasm_internal.wasm")
        for name in names:
            assert PageFiles(root).runtime is None
            (root / folder / name).write_bytes(b"")
        built = PageFiles(root)
        assert built.runtime == root / folder
        device = built.device()
        assert device is not None
        assert device["worker"] == f"/runtime/{built.runtime_hash}/worker.js"


def test_where_no_page_was_built_there_are_the_documents(
    client: Callable[..., Any], tmp_path: Path
) -> None:
    from flask import Flask

    from edge_server.api.web import web

    services = client().services
    files = PageFiles(services.bundle.folder, built=tmp_path)
    app = Flask("alone")
    app.register_blueprint(web(services, files))
    response = app.test_client().get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/docs")
    assert configuration(services, files)["samples"] == []


def test_the_page_needs_no_key_and_what_it_asks_does(client: Callable[..., Any]) -> None:
    caller = client(require_keys="yes")
    assert caller.http.get("/").status_code == 200
    assert caller.http.get("/page/config.json").get_json()["keys"] is True
    caller.problem(caller.http.get("/v1/models"), 401, "unauthenticated")
    sent = {"image_url": "http://example.org/a.jpg"}
    caller.problem(caller.http.post("/page/photo", json=sent), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({}, 400, "missing-image"),
        ({"image_url": ""}, 422, "url-not-allowed"),
        ({"image_url": "http://127.0.0.1/a.jpg"}, 422, "url-not-allowed"),
        ({"image_url": "file:///etc/passwd"}, 422, "url-not-allowed"),
        ({"image_url": 7}, 400, "bad-base64"),
        ({"image": "AAAA"}, 415, "unsupported-image-format"),
        ({"picture": "AAAA"}, 422, "invalid-parameter"),
    ],
)
def test_photos_are_fetched_under_the_rules_of_the_api(
    client: Callable[..., Any], sent: dict[str, Any], status: int, code: str
) -> None:
    caller = client()
    caller.problem(caller.http.post("/page/photo", json=sent), status, code)


def test_a_photo_of_a_format_that_browsers_lack_is_shown(
    client: Callable[..., Any], samples: Path
) -> None:
    content = BytesIO()
    with Image.open(samples / "coffee.png") as photo:
        photo.convert("RGB").save(content, "TIFF")
        rgb = np.asarray(photo.convert("RGB"))
    caller = client()
    parts = {"image": FileStorage(BytesIO(content.getvalue()), "coffee.tif")}
    boundary, body = encode_multipart(parts)
    kind = f'multipart/form-data; boundary="{boundary}"'
    response = caller.http.post("/page/photo", data=body, content_type=kind)
    assert response.mimetype == "image/png"
    with Image.open(BytesIO(response.get_data())) as shown:
        np.testing.assert_array_equal(np.asarray(shown), rgb)


def test_no_photo_is_fetched_where_addresses_are_not_taken(client: Callable[..., Any]) -> None:
    caller = client(url_input="no")
    sent = {"image_url": "http://example.org/a.jpg"}
    caller.problem(caller.http.post("/page/photo", json=sent), 403, "url-input-disabled")


def test_a_bundle_of_other_models_makes_a_page_as_well(
    client: Callable[..., Any], tmp_path: Path, root: Path
) -> None:
    caller = client()
    files = PageFiles(tmp_path)
    shutil.copy(root / "mobile_assets" / "manifest.json", tmp_path)
    assert configuration(caller.services, files)["device"] is None
