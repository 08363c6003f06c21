"""What a light model's answer costs through a server on loopback, and what is sent for it.

    python server/bench/latency.py

The same bytes, in turns: decoded and classified in this process, and by a server of one's own
over a connection that stays open.  Then a photo of 12 megapixels, as the client sends it.
"""

from __future__ import annotations

import argparse
import http.client
import io
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from load import served
from PIL import Image

from edge_runtime import Lens
from edge_runtime.predictor import Runtime
from edge_runtime.remote import RemoteLens

if TYPE_CHECKING:
    from collections.abc import Callable

PHOTO = Path(__file__).parents[2] / "calibration" / "data" / "samples" / "china.jpg"
TASKS = {"objects": "detect"}
SMALL, LARGE = (640, 480), (4000, 3000)
WARM = 5


def main() -> int:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    with served() as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for task in ("classify", "objects", "smile"):
            print(latency(task, connection, options.rounds))
        for task in ("classify", "objects", "smile"):
            print(weight(task, port))
    return 0


def latency(task: str, connection: http.client.HTTPConnection, rounds: int) -> str:
    """Median milliseconds here and there, of a JPEG of 640x480."""
    content = jpeg(SMALL)
    lens = Lens(runtime=Runtime(threads=1))
    here: Callable[[bytes], Any] = getattr(lens, TASKS.get(task, task))

    def there(_: bytes) -> None:
        connection.request("POST", f"/v1/{task}", content, {"Content-Type": "image/jpeg"})
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read():
            raise SystemExit(f"the server said {answer.status}")

    own, other = [], []
    for _ in range(rounds + WARM):
        own.append(spent(here, content))
        other.append(spent(there, content))
    one, two = median(own[WARM:]), median(other[WARM:])
    return f"{task:<10} in process {one:.2f} ms, through the server {two:.2f}: {two - one:+.2f}"


def spent(ask: Callable[[bytes], Any], content: bytes) -> float:
    """Milliseconds of one call."""
    started = perf_counter()
    ask(content)
    return 1000 * (perf_counter() - started)


def weight(task: str, port: int) -> str:
    """What of a photo of 12 megapixels the client sends."""
    content = jpeg(LARGE, noise=3.0)
    remote = RemoteLens(f"http://127.0.0.1:{port}")
    ask: Callable[[bytes], Any] = getattr(remote, TASKS.get(task, task))
    sent = ask(content).provenance.bytes_sent
    remote.close()
    return f"{task:<10} of {len(content):,} bytes {sent:,} are sent: {sent / len(content):.1%}"


def jpeg(size_wh: tuple[int, int], noise: float = 0.0) -> bytes:
    """A real photo of that size; ``noise``: the standard deviation of a sensor's, in grey
    levels, which a photo that was enlarged has lost."""
    content = io.BytesIO()
    with Image.open(PHOTO) as image:
        pixels = np.asarray(image.convert("RGB").resize(size_wh), np.float32)
    if noise:
        grain = np.random.default_rng(0).normal(0, noise, pixels.shape)
        pixels = pixels + grain.astype(np.float32)
    made = np.clip(pixels + 0.5, 0, 255).astype(np.uint8)
    Image.fromarray(made).save(content, "JPEG", quality=92)
    return content.getvalue()


if __name__ == "__main__":
    sys.exit(main())
