"""Chromium, and a server on this machine that has the bundle: what the web tests need."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "mobile_assets"
WEB = ASSETS / "web"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DTYPES = {"uint8": "u1", "int32": "<i4", "float32": "<f4", "float64": "<f8"}
# The camera is one that Chromium makes up.
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", *CAMERA]
# Begun and not awaited, so that the waiting has an end.
START = """(argument) => {
  window.answer = null;
  setTimeout(() => (SCRIPT)(argument).then(
    (value) => { window.answer = [value ?? null, null]; },
    (error) => { window.answer = [null, String(error?.stack ?? error)]; },
  ));
}"""
# The page's own file of functions: arrays travel as base64 of their bytes.
SETUP = """async () => {
  const lib = await import('/web/dist/runtime.js');
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const text = (bytes) => {
    let all = '';
    for (let i = 0; i < bytes.length; i += 8192) {
      all += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return btoa(all);
  };
  const kinds = {
    uint8: Uint8Array, int32: Int32Array, float32: Float32Array, float64: Float64Array,
  };
  const tensor = ({ dtype, shape, data }) =>
    ({ shape, data: new kinds[dtype](bytes(data).buffer) });
  const packed = ({ shape, data }) => ({
    dtype: data.constructor.name.toLowerCase().replace('array', ''), shape,
    data: text(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  });
  const pixels = (a) => ({ width: a.shape[1], height: a.shape[0], data: tensor(a).data });
  const opened = async (threads = 1) => {
    const backend = await lib.LiteRt.load({ wasm: '/web/dist/wasm/', threads });
    return new lib.Lens(await lib.Bundle.open(lib.fetcher('/')), backend);
  };
  window.web = { lib, bytes, text, tensor, packed, pixels, opened };
}"""


def missing() -> str:
    """What the browser proof lacks here; nothing where it can run."""
    if CHROMIUM is None:
        return "there is no chromium: on Debian, 'apt install chromium'"
    if shutil.which("node") is None:
        return "there is no node: on Debian, 'apt install nodejs npm'"
    if find_spec("playwright") is None:
        return "playwright is not installed: pip install '.[web]'"
    if not (WEB / "node_modules" / "@litertjs").is_dir():
        return "the web packages are not installed: run 'npm ci' in mobile_assets/web"
    return ""


class Handler(SimpleHTTPRequestHandler):
    """The bundle's files, some of them perhaps replaced, or missing (None)."""

    extensions_map = {".wasm": "application/wasm", ".js": "text/javascript"} | {
        kind: name
        for kind, name in SimpleHTTPRequestHandler.extensions_map.items()
        if kind not in {".wasm", ".js"}
    }

    def __init__(self, *args: Any, replaced: dict[str, bytes | None], **kwargs: Any) -> None:
        self.replaced = replaced
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path not in self.replaced:
            super().do_GET()
            return
        content = self.replaced[path]
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def end_headers(self) -> None:
        # What a page needs before WebAssembly may use threads.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@dataclass
class Web:
    """A page that has the runtime, on a server whose files can be replaced."""

    kind: Any
    origin: str
    replaced: dict[str, bytes | None]
    flags: list[str]
    browser: Any = None
    page: Any = None
    asked: list[str] = field(default_factory=list)
    lost: bool = True

    def ready(self) -> None:
        """Another page, or another browser, where the last one crashed or does not answer."""
        if self.browser is None or not self.browser.is_connected():
            self.browser = self.kind.launch(executable_path=CHROMIUM, args=self.flags)
            self.lost = True
        if self.lost:
            if self.page is not None:
                self.page.close()
            self.page = self.browser.new_page()
            self.page.on("request", lambda request: self.asked.append(request.url))
            self.page.goto(f"{self.origin}/blank")
            self.page.evaluate(SETUP)
            self.lost = False

    def new_page(self, **settings: Any) -> Any:
        """A page without the runtime, which the caller closes."""
        self.ready()
        return self.browser.new_page(**settings)

    def call(self, script: str, argument: Any = None, seconds: float = 60) -> Any:
        """Run ``async (web, argument) => ...`` in the page, for so long at most.

        A page that crashed or did not answer costs the call that saw it: the next has another.
        """
        self.ready()
        self.lost = True  # until it has answered
        value, error = self.ask(
            self.page, f"(a) => ({script})(window.web, a)", argument, seconds
        )
        self.lost = False
        assert error is None, error
        return value

    @staticmethod
    def ask(page: Any, script: str, argument: Any, seconds: float = 60) -> tuple[Any, Any]:
        """What ``async (argument) => ...`` gives in a page, or its error, within that time."""
        page.evaluate(START.replace("SCRIPT", script), argument)
        waited = {"timeout": 1000 * seconds, "polling": 10}
        value, error = page.wait_for_function("() => window.answer", **waited).json_value()
        return value, error

    @contextmanager
    def with_files(self, files: Mapping[str, bytes | None]) -> Iterator[None]:
        """With these files in place of the bundle's own."""
        self.replaced.update(files)
        try:
            yield
        finally:
            for path in files:
                del self.replaced[path]

    @contextmanager
    def another_browser(self, flags: list[str]) -> Iterator[Web]:
        """The runtime in a Chromium of its own, with other flags."""
        made = Web(self.kind, self.origin, self.replaced, flags)
        made.ready()
        yield made
        made.browser.close()


def packed(array: np.ndarray) -> dict[str, Any]:
    """An array as the page takes it."""
    content = np.ascontiguousarray(array)
    return {
        "dtype": str(array.dtype),
        "shape": list(array.shape),
        "data": base64.b64encode(content.tobytes()).decode(),
    }


def unpacked(record: Mapping[str, Any]) -> np.ndarray:
    """An array of the page."""
    flat = np.frombuffer(base64.b64decode(record["data"]), DTYPES[record["dtype"]])
    return flat.reshape(record["shape"])


def read_dump(content: str) -> dict[str, Any]:
    """A dump of the runtime, of base64: each stage has its ``arrays`` by name."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(content))) as archive:
        assert archive.testzip() is None
        dump: dict[str, Any] = json.loads(archive.read("dump.json"))
        for stage in dump["stages"]:
            stage["arrays"] = {
                value["name"]: np.frombuffer(
                    archive.read(value["path"]), DTYPES[value["dtype"]]
                ).reshape(value["shape"])
                for value in stage["values"]
            }
    return dump


@pytest.fixture(scope="session")
def built() -> Path:
    """The web package, built from what is there; skipped where its tools are missing."""
    if missing():
        if os.environ.get("CI"):
            pytest.fail(missing())
        pytest.skip(missing())
    subprocess.run(["node", "scripts/build.mjs"], cwd=WEB, check=True, timeout=120)
    return WEB


@pytest.fixture(scope="session")
def web(built: Path) -> Iterator[Web]:
    """Chromium with the runtime loaded; nothing of either is left afterwards."""
    from playwright.sync_api import sync_playwright

    replaced: dict[str, bytes | None] = {"/blank": b"<!doctype html><title>blank</title>"}
    handler = partial(Handler, directory=str(ASSETS), replaced=replaced)
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        made = Web(playwright.chromium, origin, replaced, FLAGS)
        made.ready()
        yield made
        made.browser.close()
        server.shutdown()


@pytest.fixture(scope="session")
def codec() -> Any:
    """How arrays travel: ``packed``, ``unpacked`` and ``read_dump``."""

    class Codec:
        pack = staticmethod(packed)
        unpack = staticmethod(unpacked)
        dump = staticmethod(read_dump)

    return Codec


@pytest.fixture(scope="session")
def traced(web: Web) -> Callable[..., dict[str, Any]]:
    """The dump of a model's run on a photo, by the web runtime."""
    script = """async (web, [model, photo, request, style]) => {
      window.lens ??= await web.opened();
      const bytes = web.bytes(photo);
      const picture = style && { style: await web.lib.openPhoto(web.bytes(style)) };
      const rgb = await web.lib.openPhoto(bytes);
      const trace = await window.lens.trace(model, rgb, { ...request, ...picture });
      return web.text(await web.lib.dumped(trace, { name: 'photo', bytes }));
    }"""

    def run(model: str, photo: bytes, style: bytes = b"", **request: Any) -> dict[str, Any]:
        texts = [base64.b64encode(part).decode() for part in (photo, style)]
        dump = web.call(script, [model, texts[0], request, texts[1]])
        read: dict[str, Any] = read_dump(dump)
        return read

    return run
