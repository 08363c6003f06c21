"""A server as its users start it, and what the clients of the five projects need beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image

from edge_server.keys import KeyStore
from edge_server.models.semantic_segmentation import VOC_LABELS
from edge_server.weights.weights_store import Own, WeightsStore

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
FRONT_END = "https://pic-metric.example"


@dataclass(frozen=True)
class Upstream:
    """Another site: the sample photos by their names."""

    address: str
    port: int

    def url(self, name: str) -> str:
        return f"{self.address}/{name}"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    def handler(*given: Any) -> _Quiet:
        return _Quiet(*given, directory=str(SAMPLES))

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        port = server.server_address[1]
        yield Upstream(f"http://127.0.0.1:{port}", port)
        server.shutdown()
        thread.join(5)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published weights of drawings for super-resolution, which are the small ones; made up
    numbers of small networks for the others: what they see in a photo is nothing."""
    torch = pytest.importorskip("torch")
    from edge_server.networks.bts import BTS
    from edge_server.networks.segmenters import ARCHITECTURES

    folder = tmp_path_factory.mktemp("weights")
    store = WeightsStore(folder / "here")
    store.pull("super-resolution", "x4plus-anime", progress=lambda *_: None)
    torch.manual_seed(0)
    torch.save({"model": BTS("densenet121", 10.0, size=128).state_dict()}, folder / "bts.pth")
    store.add("depth-bts", folder / "bts.pth", Own(name="small", settings={"side": 128.0}))
    segmenter = ARCHITECTURES["lraspp-mobilenet-v3"].build(len(VOC_LABELS))
    torch.save(segmenter.state_dict(), folder / "lraspp.pth")
    store.add("semantic-segmentation", folder / "lraspp.pth", Own(name="small"))
    return folder / "here"


@pytest.fixture(scope="session")
def served(serve_long: Callable[..., Any], upstream: Upstream, weights: Path) -> Any:
    """A server that fetches from that site; the front end of another may post to it."""
    return serve_long(
        "--grpc-port",
        "-1",
        cors_origins=FRONT_END,
        url_networks="127.0.0.0/8",
        url_ports=f"80,443,{upstream.port}",
        requests_per_minute="0",
        weights=str(weights),
        memory_bytes=str(64 * 2**30),  # models are loaded once
    )


@pytest.fixture(scope="session")
def address(served: Any) -> str:
    """Of that server."""
    found: str = served.address
    return found


@pytest.fixture(scope="session")
def front_end() -> str:
    """The origin of a page that the server knows."""
    return FRONT_END


@dataclass(frozen=True)
class Keyed:
    """A server that asks for keys, has no weights and fetches no URLs."""

    address: str
    keys: dict[str, str]
    log: list[str]

    def headers(self, name: str) -> dict[str, str]:
        return {"X-API-Key": self.keys[name]}


@pytest.fixture(scope="session")
def keyed(serve_long: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Keyed:
    data = tmp_path_factory.mktemp("keyed")
    store = KeyStore(data / "keys.json")
    keys = {
        "one": store.add("one", ("infer", "store")),
        "other": store.add("other", ("infer", "store")),
        "infer": store.add("infer", ("infer",)),
    }
    served = serve_long(data=str(data), require_keys="yes", url_input="no")
    return Keyed(served.address, keys, served.errors)


@pytest.fixture
def http() -> Iterator[requests.Session]:
    """A client that follows no redirects, so that none are needed."""
    with requests.Session() as session:
        session.max_redirects = 0
        session.trust_env = False
        yield session


@pytest.fixture(scope="session")
def sized(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Path]:
    """A photo of a width and height: what is small is computed quickly."""
    folder = tmp_path_factory.mktemp("photos")

    def made(width: int, height: int) -> Path:
        path = folder / f"{width}x{height}.png"
        with Image.open(SAMPLES / "chelsea.png") as opened:
            opened.convert("RGB").resize((width, height)).save(path)
        return path

    return made


@pytest.fixture
def picture() -> Callable[[requests.Response], Image.Image]:
    """The picture that a response is."""

    def opened(response: requests.Response) -> Image.Image:
        assert response.status_code == 200, response.text[:500]
        assert response.headers["Content-Type"].startswith("image/")
        image = Image.open(BytesIO(response.content))
        image.load()
        return image

    return opened


@pytest.fixture
def pixels() -> Callable[[Image.Image], Any]:
    """Numbers that can be negative when they are subtracted."""
    return lambda image: np.asarray(image).astype(int)
