"""The page asks a real server, in a process of its own: what Python's client gets, it gets."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.geometry import iou
from edge_runtime.outcomes import Degraded, Ok, Unavailable
from edge_runtime.painting import Style
from edge_runtime.remote import RemoteLens, RemoteSettings
from edge_runtime.remote.analyze import Analysed, ask_analyze
from edge_runtime.wire import result_record

# Asks a server from the page; large arrays travel packed.
ASK = """async (web, [url, task, photo, given, settings]) => {
  const remote = new web.lib.RemoteLens(url, { settings });
  const outcome = await remote[task](web.bytes(photo), ...given);
  if (outcome.kind === 'unavailable') return outcome;
  const { value, ...rest } = outcome;
  const { pixels, mask, probability } = value;
  const array = (data, shape) => web.packed({ data, shape });
  return {
    ...rest,
    record: 'faces' in value || 'objects' in value || 'labels' in value
      ? web.lib.resultRecord(value) : null,
    probability: probability && array(probability, [value.height, value.width]),
    pixels: pixels && array(pixels.data, [pixels.height, pixels.width, pixels.channels ?? 3]),
    mask: mask && array(mask.data, [mask.height, mask.width]),
    found: value.found,
  };
}"""

BACKGROUND = """async (web, [url, photo, behind]) => {
  const remote = new web.lib.RemoteLens(url, { settings: { seconds: 60 } });
  const library = await web.lib.Library.open(web.lib.fetcher('/'));
  const { value, ...rest } = await remote.background(web.bytes(photo), behind, {}, library);
  const { width, height, data } = value;
  const rgba = web.packed({ data: new Uint8Array(data), shape: [height, width, 4] });
  return { ...rest, rgba };
}"""
ANALYZE = """async (web, [url, photo, names]) => {
  const remote = new web.lib.RemoteLens(url, { settings: { seconds: 60 } });
  const told = [];
  const heard = (name, { values, problems }) =>
    void told.push([name, Object.keys({ ...values, ...problems }).length]);
  const said = await remote.analyze(web.bytes(photo), names, { keep: false, heard });
  if (said.kind === 'unavailable') return [said, told];
  const values = Object.fromEntries(
    Object.entries(said.values).map(([name, value]) => [name, web.lib.resultRecord(value)]),
  );
  return [{ ...said, values }, told];
}"""


class Server:
    """``edge-serve`` on loopback, which the pages of one origin may ask."""

    def __init__(self, folder: Path, origin: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("POCKETLENS_")}
        said = {
            "POCKETLENS_DATA": str(folder),
            "POCKETLENS_WEIGHTS": str(folder / "weights"),
            "POCKETLENS_CORS_ORIGINS": origin,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge_server", "--port", "0"],
            env=kept | said,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", self.process.stdout.readline())
        assert found
        self.url = found.group()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="module")
def server(web: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"), web.origin)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def remote(server: Server) -> Iterator[RemoteLens]:
    made = RemoteLens(server.url, settings=RemoteSettings(seconds=60))
    yield made
    made.close()


@pytest.fixture
def asked(web: Any, server: Server, samples: Path) -> Callable[..., Any]:
    """What the page gets of the server for a task and a photo."""

    def ask(task: str, photo: str, *given: Any, url: str = "", **settings: Any) -> Any:
        content = base64.b64encode((samples / photo).read_bytes()).decode()
        options = {"seconds": 60, **settings}
        return web.call(ASK, [url or server.url, task, content, given, options])

    return ask


@pytest.mark.parametrize("task", ["faces", "landmarks", "smile", "classify", "detect"])
def test_the_page_gets_what_python_gets(
    task: str, asked: Callable[..., Any], remote: RemoteLens, samples: Path
) -> None:
    there = asked(task, "astronaut.png")  # small enough that every pixel is sent
    here = getattr(remote, task)(samples / "astronaut.png")
    assert isinstance(here, Ok)
    assert there["kind"] == "ok"
    assert there["record"] == result_record(here.value)
    provenance = there["provenance"]
    for name in ("where", "model", "sha256", "variant", "accelerator"):
        assert provenance[name] == getattr(here.provenance, name)
    assert provenance["ms"].keys() == here.provenance.ms.keys()


def test_masks_are_the_same(
    asked: Callable[..., Any], remote: RemoteLens, samples: Path, codec: Any
) -> None:
    there = asked("segment", "astronaut.png")
    here = remote.segment(samples / "astronaut.png")
    assert isinstance(here, Ok)
    mask = codec.unpack(there["probability"])
    assert mask.shape == here.value.probability.shape
    assert np.abs(mask - here.value.probability).max() < 1e-6
    assert (mask > 0.5).any()


def test_a_painting_is_finished_here_as_python_does(
    asked: Callable[..., Any], remote: RemoteLens, samples: Path, codec: Any
) -> None:
    finish = {"strength": 0.4, "keepColours": True}
    there = codec.unpack(asked("style", "astronaut.png", "7", {}, finish)["pixels"])
    style = Style(mix="7", strength=0.4, keep_colours=True)
    here = remote.style(samples / "astronaut.png", style)
    assert isinstance(here, Ok)
    np.testing.assert_array_equal(there, here.value.pixels)
    whole = codec.unpack(asked("style", "astronaut.png", "7")["pixels"])
    assert np.abs(there.astype(int) - whole).mean() > 10


def test_a_large_photo_is_sent_small(
    asked: Callable[..., Any], remote: RemoteLens, samples: Path
) -> None:
    there, here = asked("faces", "obama.jpg"), remote.faces(samples / "obama.jpg")
    assert isinstance(here, Ok)
    (one,), (other,) = there["record"]["faces"], here.value.faces
    boxes = np.array([one["box"], other.box_xyxy])
    assert iou(boxes[0], boxes[1:]) > 0.97
    size = (samples / "obama.jpg").stat().st_size
    sent, saved = there["provenance"]["bytesSent"], there["provenance"]["bytesSaved"]
    assert 0 < sent < size / 2
    assert saved == size - sent
    turned = asked("faces", "obama.jpg", {"fullSize": True})["provenance"]
    assert turned["bytesSent"] > size / 2


def test_less_is_said_to_be_less(
    asked: Callable[..., Any], remote: RemoteLens, samples: Path, codec: Any
) -> None:
    there = asked("cut", "astronaut.png", ["person"])
    here = remote.cut(samples / "astronaut.png", ["person"])
    assert isinstance(here, Degraded)
    assert (there["kind"], there["why"]) == ("degraded", here.why)
    assert there["found"] == ["person"]
    assert np.array_equal(codec.unpack(there["mask"]).astype(bool), here.value.mask)
    assert np.array_equal(codec.unpack(there["pixels"]), here.value.pixels)


def test_a_person_before_something_else_is_composed_on_the_page(
    web: Any, server: Server, remote: RemoteLens, samples: Path, codec: Any
) -> None:
    content = base64.b64encode((samples / "obama.jpg").read_bytes()).decode()
    here = remote.background(samples / "obama.jpg", "#102030")
    assert isinstance(here, Ok)
    colour = {"behind": "colour", "colour": "#102030"}
    there = web.call(BACKGROUND, [server.url, content, colour])
    assert (there["kind"], there["provenance"]["where"]) == ("ok", "server")
    assert there["provenance"]["bytesSent"] < (samples / "obama.jpg").stat().st_size / 2
    found = codec.unpack(there["rgba"])
    assert found.shape == (*here.value.pixels.shape[:2], 4)
    # the photo was shrunk by another kernel before it was sent
    assert np.abs(found[..., :3].astype(int) - here.value.pixels).mean() < 1
    words = web.call(BACKGROUND, [server.url, content, {"behind": "words", "words": "sunset"}])
    painted = codec.unpack(words["rgba"])
    assert (found[20, 20, :3] == (16, 32, 48)).all()
    assert (painted[20, 20, :3] != (16, 32, 48)).any()
    assert (painted[600, 455] == found[600, 455]).all()


def test_many_analyses_are_told_of_as_they_come(
    web: Any, server: Server, remote: RemoteLens, samples: Path
) -> None:
    photo, names = samples / "astronaut.png", ["classify", "objects", "smile", "depth"]
    here = ask_analyze(remote, photo, names, keep=False)
    assert isinstance(here, Analysed)
    content = base64.b64encode(photo.read_bytes()).decode()
    there, told = web.call(ANALYZE, [server.url, content, names])
    assert there["kind"] == "analysed"
    assert there["values"] == {k: result_record(v) for k, v in here.values.items()}
    assert there["models"] == {k: list(v) for k, v in here.models.items()}
    assert there["problems"]["depth"]["code"] == here.problems["depth"].code
    assert there["problems"]["depth"]["why"] == here.problems["depth"].why
    assert there["ms"].keys() == here.ms.keys()
    assert sorted(name for name, _ in told) == sorted(names)
    assert [ended for _, ended in told] == [1, 2, 3, 4]
    there, told = web.call(ANALYZE, [server.url, content, ["depth"]])
    assert (there["kind"], there["code"]) == ("unavailable", "weights-missing")
    assert [name for name, _ in told] == ["depth"]


@pytest.mark.parametrize(
    ("task", "given"), [("depth", []), ("superResolution", []), ("cut", [["unicorn"]])]
)
def test_what_the_server_does_not_have_is_no_answer(
    task: str,
    given: list[Any],
    asked: Callable[..., Any],
    remote: RemoteLens,
    samples: Path,
) -> None:
    name = "super_resolution" if task == "superResolution" else task
    here = getattr(remote, name)(samples / "coffee.png", *given)
    assert isinstance(here, Unavailable)
    there = asked(task, "coffee.png", *given)
    expected = {"kind": "unavailable", "code": here.code, "retryAfter": here.retry_after}
    assert there == expected | {"why": here.why}


def test_a_hedged_question_is_answered_as_another(
    asked: Callable[..., Any], remote: RemoteLens, web: Any, server: Server, samples: Path
) -> None:
    before = web.asked.count(f"{server.url}/v1/faces")
    there = asked("faces", "astronaut.png", {"hedgeAfter": 0})
    here = remote.faces(samples / "astronaut.png")
    assert isinstance(here, Ok)
    assert there["record"] == result_record(here.value)
    assert there["provenance"]["attempts"] == 1
    assert web.asked.count(f"{server.url}/v1/faces") == before + 2


def test_nobody_is_there(asked: Callable[..., Any]) -> None:
    # port 9 is one that browsers refuse; nobody listens on 10
    for url in ("http://127.0.0.1:10", "http://127.0.0.1:9"):
        gone = asked("faces", "astronaut.png", url=url, backoff=0)
        assert (gone["kind"], gone["code"]) == ("unavailable", "unreachable")


def test_a_page_of_another_origin_gets_nothing(web: Any, server: Server) -> None:
    page = web.new_page()
    page.goto(web.origin.replace("127.0.0.1", "localhost") + "/blank")
    script = """async (url) => {
      const { RemoteLens } = await import('/web/dist/runtime.js');
      const photo = { width: 8, height: 8, data: new Uint8Array(192) };
      return new RemoteLens(url, { settings: { attempts: 1 } }).faces(photo);
    }"""
    answer, error = web.ask(page, script, server.url)
    page.close()
    assert error is None
    assert (answer["kind"], answer["code"]) == ("unavailable", "unreachable")


class Demo:
    """The page, with a server in its field."""

    def __init__(self, page: Any, origin: str) -> None:
        self.page = page
        page.goto(f"{origin}/web/index.html")
        self.done("portrait-segmentation")

    def done(self, task: str) -> None:
        self.page.wait_for_selector(f'body[data-done="astronaut.png {task}"]', timeout=60_000)

    def choose(self, task: str) -> None:
        self.page.check(f'input[value="{task}"]')
        self.done(task)

    def outcome(self) -> tuple[str, str, str]:
        """Kind, side, and the whole line."""
        shown = self.page.locator("#outcome")
        kind, where = (shown.get_attribute(name) for name in ("data-kind", "data-where"))
        return kind, where, shown.inner_text()

    def picture(self, name: str) -> None:
        """A screenshot in the folder ``WEB_SCREENSHOTS``, if that is set."""
        if os.environ.get("WEB_SCREENSHOTS"):
            folder = Path(os.environ["WEB_SCREENSHOTS"])
            self.page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_the_page_says_who_answered(web: Any, tmp_path: Path) -> None:
    server = Server(tmp_path, web.origin)
    page = web.new_page(viewport={"width": 1200, "height": 900})
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    demo = Demo(page, web.origin)
    assert demo.outcome()[:2] == ("ok", "device")
    demo.choose("depth")
    assert demo.outcome()[0] == "unavailable"
    assert "no server is known" in demo.outcome()[2]
    assert all(url.startswith((web.origin, "data:", "blob:")) for url in sent)

    page.select_option("#policy", "server-first")
    page.fill("#server", server.url)
    demo.choose("smile")
    kind, where, line = demo.outcome()
    assert (kind, where) == ("ok", "server")
    assert "bytes sent" in line
    assert "the server, cpu" in page.inner_text("#from")
    assert page.is_disabled("#dump")
    demo.picture("by-the-server")
    demo.choose("super-resolution")
    assert demo.outcome()[:2] == ("degraded", "device")
    assert "A picture of 1024 x 1024." in page.inner_text("#findings")
    demo.picture("less")

    server.kill()
    demo.choose("face-detection-short")
    assert demo.outcome()[:2] == ("ok", "device")
    assert not page.is_disabled("#dump")
    demo.choose("depth")
    kind, _, line = demo.outcome()
    assert kind == "unavailable"
    assert "cannot be reached" in line or "weights are not on the server" in line
    assert "nobody answered" in page.inner_text("#findings")
    demo.picture("nobody")
    page.close()


def test_a_key_is_not_sent_in_clear(web: Any) -> None:
    page = web.new_page(viewport={"width": 1200, "height": 900})
    demo = Demo(page, web.origin)
    page.fill("#key", "secret")
    page.fill("#server", "http://vision.example")
    page.press("#server", "Tab")
    page.wait_for_selector("#status.wrong")
    assert "use https" in page.inner_text("#status")
    demo.choose("smile")
    assert demo.outcome()[:2] == ("ok", "device")
    page.close()
