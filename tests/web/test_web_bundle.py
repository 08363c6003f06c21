"""``edge-convert bundle --platform web``: a folder that any server of files can serve."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from edge_convert.app_bundle import write_bundle
from edge_runtime import Bundle, Lens
from edge_runtime.wire import result_record

ASSETS = Path(__file__).parents[2] / "mobile_assets"
SMILES = """async ([photo, threaded]) => {
  const lib = await import('/web/runtime.js');
  const bytes = Uint8Array.from(atob(photo), (c) => c.charCodeAt(0));
  const urls = { worker: '/web/worker.js', bundle: '/', wasm: '/web/wasm/' };
  const lens = threaded
    ? new lib.WorkerLens(urls)
    : new lib.Lens(await lib.Bundle.open(lib.fetcher('/')), await lib.LiteRt.load(urls));
  const answer = lib.predictionRecord(await lens.predict('smile', bytes)).result;
  await lens.close();
  return answer;
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Python's own server of files, with no header of ours."""

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def served(web: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A bundle of one task for the web, and where it is served."""
    out = tmp_path_factory.mktemp("bundle") / "app"
    write_bundle(Bundle.open(ASSETS), ["smile"], "web", out)
    handler = partial(Quiet, directory=str(out))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", out
        server.shutdown()


@pytest.mark.parametrize("threaded", [False, True])
def test_a_bundle_that_is_served_runs_a_photo(
    threaded: bool, served: tuple[str, Path], samples: Path, web: Any
) -> None:
    origin, out = served
    photo = samples / "obama.jpg"
    page = web.new_page()
    page.goto(f"{origin}/manifest.json")
    content = base64.b64encode(photo.read_bytes()).decode()
    answer, error = web.ask(page, SMILES, [content, threaded])
    page.close()
    assert error is None
    (made,) = answer["faces"]
    (wanted,) = result_record(Lens(out).smile(photo).value)["faces"]
    assert made["smile"] == pytest.approx(wanted["smile"], abs=1e-3)
    assert made["box"] == pytest.approx(wanted["box"], abs=0.03)
