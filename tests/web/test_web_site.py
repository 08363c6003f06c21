"""The server's page at ``/``, clicked through in Chromium: every task, here and there."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "mobile_assets"
AXE = ASSETS / "web" / "node_modules" / "axe-core" / "axe.min.js"
SOURCES = ROOT / "server" / "web"
PHOTO, THING = "astronaut.png", "coffee.png"
# LiteRT.js tells the console, as errors, what it does and what a machine without a GPU lacks.
EXPECTED = re.compile(r"^(INFO|WARNING|INTEL|VERBOSE)|WebGPU|GPU adapter|status of (4|5)\d\d")
QUICK = ("objects", "classify", "faces", "smile", "landmarks", "segment", "properties")
ON_DEVICE = ("objects", "classify", "faces", "smile", "landmarks")


class Server:
    """``edge-serve`` on loopback."""

    def __init__(self, folder: Path, *options: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("POCKETLENS_")}
        said = {"POCKETLENS_DATA": str(folder), "POCKETLENS_WEIGHTS": str(folder / "weights")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge_server", "--port", "0", *options],
            env=kept | said,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", self.process.stdout.readline())
        if found is None:
            self.kill()
            pytest.fail("the server did not start")
        self.url = found.group()

    def answer(self, task: str, photo: Path, **fields: str) -> dict[str, Any]:
        """What the API says to the same question."""
        files = {"image": (photo.name, photo.read_bytes())}
        headers = {"Accept": "application/json"}
        got = httpx.post(
            f"{self.url}/v1/{task}", files=files, data=fields, headers=headers, timeout=60
        )
        assert got.status_code == 200, got.text
        record: dict[str, Any] = got.json()
        return record

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Visitor:
    """Somebody at the page, and what the console said."""

    def __init__(self, web: Any, url: str, context: Any = None, **settings: Any) -> None:
        web.ready()
        self.context = context or web.browser.new_context(reduced_motion="reduce", **settings)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.said: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.url = url
        self.open()

    def open(self) -> None:
        self.page.goto(self.url)
        self.page.wait_for_selector("body[data-ready]")

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            self.said.append(message.text)

    def take(self, photo: Path) -> None:
        """Give it a photo, and wait until that is the one that is shown: it may be another of
        the same name, and what is clicked before it came would be undone by it."""
        self.page.evaluate("() => document.querySelector('#photo-name').replaceChildren()")
        self.page.set_input_files(
            "#file" if self.page.is_visible("#welcome") else "#another", photo
        )
        self.page.wait_for_selector(f"#photo-name:has-text('{photo.name}')")

    def at(self, place: str) -> None:
        self.page.click(f"#places label:has([value={place}])")

    def choose(self, task: str) -> None:
        self.page.click(f'#task label:has([value="{task}"])')

    def press(self) -> None:
        self.page.click("#controls button[type=submit]")

    def done(self, photo: str, task: str, place: str) -> None:
        self.page.wait_for_selector(
            f'body[data-done="{photo} {task} {place}"]:not([aria-busy])'
        )
        assert self.page.is_visible("#result")

    def forget(self) -> None:
        """So that the next answer is not taken for this one."""
        self.page.evaluate("() => delete document.body.dataset.done")

    def saved(self, button: str) -> bytes:
        with self.page.expect_download() as download:
            self.page.click(button)
        return Path(download.value.path()).read_bytes()

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.saved("#save-json"))
        return found

    def pixels(self) -> np.ndarray:
        with Image.open(io.BytesIO(self.saved("#save-picture"))) as image:
            return np.asarray(image)

    def picture(self, name: str) -> None:
        """A screenshot in the folder ``WEB_SCREENSHOTS``, if that is set."""
        if os.environ.get("WEB_SCREENSHOTS"):
            path = Path(os.environ["WEB_SCREENSHOTS"]) / f"site-{name}.png"
            self.page.screenshot(path=path, full_page=True)

    def leave(self) -> None:
        self.context.close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere(samples: Path) -> Iterator[str]:
    """Another site, with photos."""
    handler = partial(Quiet, directory=str(samples))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{other.server_port}"
        other.shutdown()


@pytest.fixture(scope="module")
def server(
    web: Any, elsewhere: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    port = elsewhere.rsplit(":", 1)[1]
    rules = ("--url-networks", "127.0.0.0/8", "--url-ports", port)
    made = Server(tmp_path_factory.mktemp("site"), *rules)
    yield made
    made.kill()


@pytest.fixture
def visitor(web: Any, server: Server) -> Iterator[Visitor]:
    made = Visitor(web, server.url, viewport={"width": 1280, "height": 860})
    yield made
    assert made.said == []
    made.leave()


def decoded(picture: dict[str, str]) -> np.ndarray:
    import base64

    with Image.open(io.BytesIO(base64.b64decode(picture["base64"]))) as image:
        return np.asarray(image)


def test_quick_tasks_answer_as_the_server_does(
    visitor: Visitor, server: Server, samples: Path
) -> None:
    visitor.take(samples / PHOTO)
    for task in QUICK:
        visitor.choose(task)
        visitor.done(PHOTO, task, "server")
        assert visitor.page.inner_text(".badge") == "On the server"
        assert re.search(r"\d m?s", visitor.page.inner_text(".time"))
        there = server.answer(task, samples / PHOTO, masks="png")
        assert visitor.record()["result"] == there["result"]


@pytest.mark.parametrize(
    ("task", "fields"),
    [("background", {"background": "transparent"}), ("style", {"style": "0"}), ("filter", {})],
)
def test_pictures_are_the_servers(
    task: str, fields: dict[str, str], visitor: Visitor, server: Server, samples: Path
) -> None:
    visitor.take(samples / PHOTO)
    visitor.choose(task)
    visitor.done(PHOTO, task, "server")
    there = decoded(server.answer(task, samples / PHOTO, picture="png", **fields)["picture"])
    np.testing.assert_array_equal(visitor.pixels(), there)
    assert visitor.page.is_visible(".slider")


def test_a_style_and_words_are_chosen_by_their_pictures(
    visitor: Visitor, server: Server, samples: Path
) -> None:
    photo = samples / PHOTO
    visitor.take(photo)
    visitor.choose("style")
    visitor.done(PHOTO, "style", "server")
    visitor.forget()
    visitor.page.click('.styles label:has([value="7"])')
    visitor.done(PHOTO, "style", "server")
    there = decoded(server.answer("style", photo, picture="png", style="7")["picture"])
    np.testing.assert_array_equal(visitor.pixels(), there)
    visitor.choose("background")
    visitor.done(PHOTO, "background", "server")
    visitor.forget()
    visitor.page.click('.pick label:has([value="words"])')
    visitor.done(PHOTO, "background", "server")
    assert visitor.pixels().shape[2] == 3
    visitor.picture("words")


def test_names_are_typed_and_the_objects_cut_out(
    visitor: Visitor, server: Server, samples: Path
) -> None:
    visitor.take(samples / THING)
    visitor.choose("cut")
    visitor.press()
    assert "Type what" in visitor.page.inner_text("#problem")
    assert visitor.page.locator('#names option[value="cup"]').count() == 1
    visitor.page.fill("#name", "cup")
    visitor.page.keyboard.press("Enter")
    visitor.press()
    visitor.done(THING, "cut", "server")
    fields = {"objects": "cup", "picture": "png", "masks": "png"}
    there = server.answer("cut", samples / THING, **fields)
    np.testing.assert_array_equal(visitor.pixels(), decoded(there["picture"]))
    assert visitor.record()["result"] == there["result"]
    visitor.page.click("[aria-label='Remove cup']")
    visitor.page.fill("#name", "cupp")
    visitor.press()
    visitor.page.wait_for_selector('body[data-problem="unknown-name"]')
    assert "cup" in visitor.page.inner_text("#problem")


@pytest.fixture(scope="module")
def at_home(web: Any, server: Server, samples: Path) -> Iterator[Visitor]:
    """Somebody who computes on the device, and whose models are loaded once."""
    made = Visitor(web, server.url)
    made.at("device")
    made.take(samples / PHOTO)
    made.done(PHOTO, "objects", "device")
    yield made
    assert made.said == []
    made.leave()


def test_on_this_device_the_answers_are_the_servers(
    at_home: Visitor, server: Server, samples: Path
) -> None:
    visitor = at_home
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.method))
    visitor.take(samples / PHOTO)
    for task in ON_DEVICE:
        visitor.choose(task)
        visitor.done(PHOTO, task, "device")
        assert visitor.page.inner_text(".badge") == "On this device"
        here = visitor.record()
        assert "litert.js" in here["ran"]["device"]
        there = server.answer(task, samples / PHOTO)["result"]
        assert_alike(here["result"], there)
    visitor.choose("style")
    visitor.done(PHOTO, "style", "device")
    there = decoded(server.answer("style", samples / PHOTO, picture="png")["picture"])
    assert np.abs(visitor.pixels()[..., :3].astype(int) - there).mean() < 1
    assert set(asked) == {"GET"}  # nothing was sent


def test_on_this_device_a_style_is_as_strong_and_as_coloured_as_was_chosen(
    at_home: Visitor, server: Server, samples: Path
) -> None:
    visitor, page = at_home, at_home.page
    visitor.take(samples / PHOTO)
    visitor.choose("style")
    visitor.done(PHOTO, "style", "device")
    painted = visitor.pixels()[..., :3].astype(int)
    visitor.forget()
    page.get_by_label("How strong").fill("0.45")
    visitor.done(PHOTO, "style", "device")
    visitor.forget()
    page.get_by_label("Keep the photo's colours").check()
    visitor.done(PHOTO, "style", "device")
    made = visitor.pixels()[..., :3].astype(int)
    visitor.picture("style-finished")
    fields = {"strength": "0.45", "keep_colours": "true", "picture": "png"}
    there = decoded(server.answer("style", samples / PHOTO, **fields)["picture"])
    assert np.abs(made - painted).mean() > 10
    assert np.abs(made - there).max() <= 3
    assert np.abs(made - there).mean() < 0.01
    page.get_by_label("Keep the photo's colours").uncheck()
    page.get_by_label("How strong").fill("1")


def assert_alike(here: Any, there: Any) -> None:
    """The same names, and numbers within what two runtimes differ by."""
    if isinstance(there, dict):
        assert list(here) == list(there)
        for name, value in there.items():
            assert_alike(here[name], value)
    elif isinstance(there, list):
        assert len(here) == len(there)
        for one, other in zip(here, there, strict=True):
            assert_alike(one, other)
    elif isinstance(there, float):
        assert here == pytest.approx(there, abs=0.35 if abs(there) > 1 else 0.02)
    else:
        assert here == there


def test_masks_of_this_device_fit_the_servers(
    at_home: Visitor, server: Server, samples: Path
) -> None:
    visitor = at_home
    visitor.take(samples / PHOTO)
    visitor.choose("segment")
    visitor.done(PHOTO, "segment", "device")
    visitor.page.wait_for_selector("canvas.masks")
    there = decoded(server.answer("segment", samples / PHOTO, masks="png")["result"]["mask"])
    seen = visitor.page.evaluate("""() => {
      const canvas = document.querySelector('canvas.masks');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return Array.from(data.filter((_, i) => i % 4 === 3));
    }""")
    mine = np.array(seen).reshape(there.shape) >= 128
    assert (mine & (there > 0)).sum() / (mine | (there > 0)).sum() > 0.99
    assert visitor.page.is_disabled('#task [value="depth"]')


@pytest.mark.parametrize(
    ("kind", "background"),
    [
        ("transparent", "transparent"),
        ("blur", "blur"),
        ("colour", "#ece2d0"),
        ("words", "sunset,gradient"),
    ],
)
def test_backgrounds_of_this_device_are_the_servers(
    kind: str, background: str, at_home: Visitor, server: Server, samples: Path
) -> None:
    visitor = at_home
    visitor.take(samples / PHOTO)
    visitor.choose("background")
    visitor.done(PHOTO, "background", "device")
    if kind != "transparent":
        visitor.forget()
        visitor.page.click(f'.pick label:has([value="{kind}"])')
        visitor.done(PHOTO, "background", "device")
    fields = {"background": background, "picture": "png"}
    assert_same_picture(visitor, server.answer("background", samples / PHOTO, **fields))
    visitor.picture(f"device-{kind}")


@pytest.mark.parametrize(("preset", "model"), [("mood", "smile"), ("royal", "landmarks")])
def test_filters_of_this_device_are_the_servers(
    preset: str, model: str, at_home: Visitor, server: Server, samples: Path
) -> None:
    visitor = at_home
    visitor.take(samples / PHOTO)
    visitor.choose("filter")
    visitor.done(PHOTO, "filter", "device")
    if preset != "mood":
        visitor.forget()
        visitor.page.select_option("#controls select", preset)
        visitor.done(PHOTO, "filter", "device")
    fields = {"preset": preset, "picture": "png"}
    assert_same_picture(visitor, server.answer("filter", samples / PHOTO, **fields))
    assert model in visitor.record()["ran"]["model"]
    visitor.picture(f"device-{preset}")


@pytest.fixture(scope="module")
def small(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of a photo that is enlarged in four windows."""
    path = tmp_path_factory.mktemp("small") / "small.png"
    with Image.open(samples / "chelsea.png") as photo:
        photo.convert("RGB").crop((120, 60, 270, 200)).save(path)
    return path


def test_an_enlargement_of_this_device_is_the_phones(
    at_home: Visitor, server: Server, small: Path
) -> None:
    visitor, page = at_home, at_home.page
    visitor.forget()
    visitor.take(small)
    visitor.choose("super-resolution")
    assert "fur and leaves look drawn" in page.inner_text("#controls")
    page.select_option("#controls select", "2")
    page.evaluate("""() => {
      window.shares = [];
      const seen = () => window.shares.push(document.querySelector('#progress progress').value);
      window.watch = new MutationObserver(seen);
      window.watch.observe(document.querySelector('#progress progress'), { attributes: true });
    }""")
    visitor.press()
    visitor.done("small.png", "super-resolution", "device")
    shares = page.evaluate("() => { window.watch.disconnect(); return window.shares; }")
    assert shares == sorted(shares)
    assert len({one for one in shares if 0 < one < 1}) >= 2  # of four windows
    assert page.inner_text(".badge") == "On this device"
    assert re.search(r"\d m?s", page.inner_text(".time"))
    assert "super-resolution-compact" in visitor.record()["ran"]["model"]
    here = visitor.pixels()[..., :3].astype(int)
    fields = {"model": "super-resolution-compact", "scale": "2", "picture": "png"}
    there = decoded(server.answer("super-resolution", small, **fields)["picture"])
    assert here.shape == there.shape == (280, 300, 3)
    assert np.abs(here - there).max() <= 1
    visitor.picture("device-enlarged")


def test_enlarging_on_this_device_can_be_cancelled(at_home: Visitor, samples: Path) -> None:
    visitor, page = at_home, at_home.page
    visitor.take(samples / PHOTO)
    visitor.choose("super-resolution")
    visitor.forget()
    visitor.press()
    moved = "() => document.querySelector('#progress progress').value > 0"
    page.wait_for_function(moved)
    page.wait_for_selector("#progress-text:has-text('%')")
    visitor.picture("device-enlarging")
    page.click("#cancel")
    page.wait_for_selector("#progress", state="hidden")
    assert page.inner_text("#status") == "Cancelled"
    assert not page.is_visible("#result")
    visitor.choose("objects")  # in another worker
    visitor.done(PHOTO, "objects", "device")


def test_without_the_usual_weights_the_server_is_asked_for_what_is_there(
    visitor: Visitor, server: Server, small: Path
) -> None:
    page = visitor.page
    visitor.take(small)
    visitor.choose("super-resolution")
    assert page.input_value("#controls details select") == "super-resolution-compact"
    assert "no weights here" in page.inner_text("#controls details")
    page.select_option("#controls label:has-text('How large') select", "2")
    visitor.press()
    visitor.done("small.png", "super-resolution", "server")
    assert visitor.record()["ran"]["model"] == "super-resolution-compact"
    fields = {"model": "super-resolution-compact", "scale": "2", "picture": "png"}
    there = decoded(server.answer("super-resolution", small, **fields)["picture"])
    np.testing.assert_array_equal(visitor.pixels(), there)
    visitor.picture("server-enlarged")
    page.select_option("#controls details select", "super-resolution")
    visitor.press()
    page.wait_for_selector('body[data-problem="weights-missing"]')
    assert "model=super-resolution-compact is at hand" in page.inner_text("#problem")


def assert_same_picture(visitor: Visitor, there: dict[str, Any]) -> None:
    """Within a few grey levels; far off only along outlines, which are smoothed otherwise."""
    here, theirs = seen_on_white(visitor.pixels()), seen_on_white(decoded(there["picture"]))
    away = np.abs(here - theirs).max(axis=2)
    assert away.mean() < 1, f"{away.mean():.2f} grey levels"
    assert (away > 24).mean() < 0.005, f"{(away > 24).mean():.2%} of the pixels"


def seen_on_white(pixels: np.ndarray) -> np.ndarray:
    rgb: np.ndarray = pixels[..., :3].astype(float)
    if pixels.shape[2] == 4:
        rgb = 255 + pixels[..., 3:] / 255 * (rgb - 255)
    return rgb


def test_overlays_are_switched_and_the_picture_is_what_is_seen(
    visitor: Visitor, samples: Path
) -> None:
    visitor.take(samples / PHOTO)
    visitor.choose("smile")
    visitor.done(PHOTO, "smile", "server")
    with_all = visitor.pixels()
    for name, drawn in (
        ("boxes", ".marks .box"),
        ("points", ".marks .points"),
        ("text", ".texts"),
    ):
        assert visitor.page.locator(drawn).first.is_visible()
        visitor.page.uncheck(f'.overlays [value="{name}"]')
        assert not visitor.page.locator(drawn).first.is_visible()
    with Image.open(samples / PHOTO) as photo:
        bare = np.asarray(photo.convert("RGB"))
    assert (visitor.pixels()[..., :3] == bare).all()
    assert (with_all[..., :3] != bare).any()


def test_before_and_after_by_the_arrow_keys(visitor: Visitor, samples: Path) -> None:
    visitor.take(samples / PHOTO)
    visitor.choose("style")
    visitor.done(PHOTO, "style", "server")
    split = "() => document.querySelector('.view').style.getPropertyValue('--split')"
    assert visitor.page.evaluate(split) == "50%"
    visitor.page.focus(".slider")
    for _ in range(10):
        visitor.page.keyboard.press("ArrowRight")
    assert visitor.page.evaluate(split) == "60%"
    visitor.page.keyboard.press("Home")
    assert visitor.page.evaluate(split) == "0%"


def test_everything_comes_part_by_part_and_is_kept_until_it_is_forgotten(
    visitor: Visitor, samples: Path
) -> None:
    page = visitor.page
    visitor.take(samples / "obama.jpg")
    visitor.choose("analyze")
    visitor.press()
    visitor.done("obama.jpg", "analyze", "server")
    found = page.inner_text("#result")
    assert all(title in found for title in ("Faces", "Objects", "What is it?", "Properties"))
    assert list(visitor.record()["result"])
    visitor.picture("everything")
    visitor.choose("search")
    visitor.done("obama.jpg", "search", "server")
    page.wait_for_selector(".matches img[src^=blob]")
    assert "the same photo" in page.inner_text(".matches")
    page.click("#again")
    page.wait_for_selector("#history .kept img[src^=blob]")
    page.click("#history .kept button.sample")
    page.wait_for_selector("#work:not([hidden])")
    page.click("#again")
    page.click("#history .kept .forget")
    page.wait_for_selector("#history", state="hidden")
    assert httpx.get(f"{visitor.url}/v1/photos").json()["photos"] == []


def test_several_photos_become_an_album(
    visitor: Visitor, server: Server, samples: Path, tmp_path: Path
) -> None:
    page = visitor.page
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    page.set_input_files("#file", [samples / THING, broken, samples / "chelsea.png"])
    page.wait_for_selector("#album .album li:nth-child(3).ended")
    page.wait_for_selector("#album-end", state="hidden")
    told = [one.split("\n") for one in page.locator("#album .album li").all_inner_texts()]
    assert [one[0] for one in told] == [THING, "broken.jpg", "chelsea.png"]
    assert "cup" in told[0][1]
    assert "format" in told[1][1]
    assert "cat" in told[2][1]
    assert page.inner_text("#album-title") == "3 of 3 photos"
    visitor.picture("album")
    page.click("#album li:nth-child(1) button")
    visitor.done(THING, "objects", "server")
    for photo in httpx.get(f"{server.url}/v1/photos").json()["photos"]:
        httpx.delete(f"{server.url}/v1/photos/{photo['id']}")


def test_a_problem_is_told_in_the_servers_words(visitor: Visitor, samples: Path) -> None:
    visitor.take(samples / PHOTO)
    visitor.choose("depth")
    visitor.press()
    visitor.page.wait_for_selector('body[data-problem="weights-missing"]')
    assert "edge-serve weights pull depth-bts" in visitor.page.inner_text("#problem")
    assert not visitor.page.is_visible("#result")
    broken = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no photo"}
    visitor.page.set_input_files("#another", broken)
    visitor.page.wait_for_selector('body[data-problem="unsupported-image-format"]')
    visitor.at("device")
    visitor.page.set_input_files("#another", broken)
    visitor.page.wait_for_selector('body[data-problem="photo"]')
    assert "notes.txt cannot be opened" in visitor.page.inner_text("#problem")


def test_what_the_browser_cannot_show_the_server_shows(
    visitor: Visitor, server: Server, samples: Path, tmp_path: Path
) -> None:
    path = tmp_path / "coffee.tif"
    with Image.open(samples / THING) as photo:
        photo.convert("RGB").save(path)
    visitor.take(path)
    visitor.done("coffee.tif", "objects", "server")
    there = server.answer("objects", path)
    assert (visitor.record()["result"], there["image"]["format"]) == (there["result"], "tiff")


def test_by_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.page
    keys = page.keyboard
    tabs_to(page, "() => document.activeElement.matches('.sample')")
    keys.press("Enter")
    visitor.done("astronaut.webp", "objects", "server")
    page.focus("header a")
    tabs_to(page, "() => document.activeElement.matches('#task input')")
    keys.press("ArrowDown")
    visitor.done("astronaut.webp", "classify", "server")
    page.focus("header a")
    tabs_to(page, "() => document.activeElement.matches('#places input')")
    keys.press("ArrowLeft")
    visitor.done("astronaut.webp", "classify", "device")
    assert "On this device" in page.inner_text("#status")
    tabs_to(page, "() => document.activeElement.id === 'save-json'")
    with page.expect_download():
        keys.press("Enter")


def tabs_to(page: Any, there: str) -> None:
    """Tab until the focus is there; whatever has it on the way shows that it has."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(there):
            return
    pytest.fail(f"no tab leads to {there}")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_in_light_and_dark(
    scheme: str, width: int, web: Any, server: Server, samples: Path
) -> None:
    size = {"width": width, "height": 860}
    visitor = Visitor(web, server.url, viewport=size, color_scheme=scheme, bypass_csp=True)
    page = visitor.page
    page.add_script_tag(path=str(AXE))
    found = violations(page)
    visitor.picture(f"{scheme}-{width}")
    visitor.take(samples / PHOTO)
    for task in ("smile", "style", "background", "depth"):
        visitor.choose(task)
        if task == "depth":
            visitor.press()
            page.wait_for_selector("body[data-problem]")
        else:
            visitor.done(PHOTO, task, "server")
        found += violations(page)
        visitor.picture(f"{scheme}-{width}-{task}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for place in ("server", "device"):
        visitor.at(place)
        visitor.choose("super-resolution")
        found += violations(page)
        visitor.picture(f"{scheme}-{width}-enlarge-{place}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#settings")
    found += violations(page)
    assert found == []
    visitor.leave()


def violations(page: Any) -> list[str]:
    """What axe holds against the page, with the elements."""
    run = """async () => (await axe.run()).violations.map(
      (found) => [found.impact, found.id, found.nodes.map((node) => node.html)]
    )"""
    return [f"{impact} {rule}: {nodes}" for impact, rule, nodes in page.evaluate(run)]


def test_the_switch_of_the_colours_is_remembered(visitor: Visitor) -> None:
    page = visitor.page
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("#theme")
    assert page.evaluate(ground) == light
    page.click("#theme")
    dark = page.evaluate(ground)
    assert dark != light
    visitor.open()
    assert page.evaluate(ground) == dark


def test_a_photo_is_dropped_or_pasted(visitor: Visitor, samples: Path) -> None:
    import base64

    content = base64.b64encode((samples / THING).read_bytes()).decode()
    give = """([kind, name, content]) => {
      const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], name, { type: 'image/png' }));
      const event = kind === 'drop'
        ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
    }"""
    for kind in ("drop", "paste"):
        visitor.page.evaluate(give, [kind, f"{kind}.png", content])
        visitor.done(f"{kind}.png", "objects", "server")


def test_a_photo_comes_by_its_address(
    visitor: Visitor, server: Server, elsewhere: str, samples: Path
) -> None:
    page = visitor.page
    page.fill("#address", f"{elsewhere}/{THING}")
    page.click("#from-address button")
    visitor.done(THING, "objects", "server")
    assert visitor.record()["result"] == server.answer("objects", samples / THING)["result"]
    page.click("#again")
    page.fill("#address", f"{elsewhere}/nothing.png")
    page.click("#from-address button")
    page.wait_for_selector('body[data-problem="url-not-found"]')


def test_a_key_is_asked_for_and_kept_for_the_tab(
    web: Any, tmp_path: Path, samples: Path
) -> None:
    from edge_server.keys import KeyStore

    server = Server(tmp_path, "--require-keys", "yes")
    key = KeyStore(tmp_path / "keys.json").add("somebody")
    visitor = Visitor(web, server.url)
    page = visitor.page
    page.wait_for_selector('body[data-problem="unauthenticated"]')
    assert page.is_checked("#places [value=device]")  # which needs no key
    page.click("#problem button")
    page.fill("#key", key)
    page.keyboard.press("Enter")
    page.wait_for_selector("body:not([data-problem])")
    visitor.at("server")
    visitor.take(samples / PHOTO)
    visitor.done(PHOTO, "objects", "server")
    assert page.evaluate("() => JSON.stringify(localStorage)").find(key) == -1
    assert page.evaluate("() => sessionStorage['pocketlens-key']") == key
    visitor.leave()
    server.kill()


def test_with_the_server_gone_the_device_goes_on(
    web: Any, tmp_path: Path, samples: Path, small: Path
) -> None:
    server = Server(tmp_path)
    visitor = Visitor(web, server.url)
    page = visitor.page
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    visitor.at("device")
    visitor.take(samples / PHOTO)
    visitor.done(PHOTO, "objects", "device")
    page.click("#settings")
    page.click("#offline button")
    page.wait_for_selector("#offline :text('Everything is kept')")
    page.click("#key-dialog button[value=use]")
    visitor.at("server")
    visitor.done(PHOTO, "objects", "server")
    words = {"filter": {}, "background": {"background": "sunset,gradient"}}
    served = {
        task: server.answer(task, samples / PHOTO, picture="png", **fields)
        for task, fields in words.items()
    }
    compact = {"model": "super-resolution-compact", "picture": "png"}
    larger = decoded(server.answer("super-resolution", small, **compact)["picture"])
    server.kill()
    visitor.choose("faces")
    page.wait_for_selector('body[data-problem="unreachable"]')
    assert not page.is_visible("#result")  # an outage is no empty answer
    assert page.locator(".marks path").count() == 0
    visitor.open()  # from what the browser kept
    assert page.is_checked("#places [value=device]")
    visitor.take(samples / THING)
    visitor.done(THING, "objects", "device")
    assert "cup" in page.inner_text("#result")
    visitor.choose("classify")  # which was never asked for while there was a network
    visitor.done(THING, "classify", "device")
    visitor.take(samples / PHOTO)
    for task, there in served.items():
        visitor.choose(task)
        visitor.done(PHOTO, task, "device")
        if task == "background":
            visitor.forget()
            page.click('.pick label:has([value="words"])')
            visitor.done(PHOTO, task, "device")
        assert_same_picture(visitor, there)
    visitor.take(small)
    visitor.choose("super-resolution")
    visitor.press()
    visitor.done("small.png", "super-resolution", "device")
    assert np.abs(visitor.pixels()[..., :3].astype(int) - larger).max() <= 1
    visitor.leave()


def test_without_the_runtime_the_page_says_how_to_get_it(
    web: Any, server: Server, samples: Path
) -> None:
    config = httpx.get(f"{server.url}/page/config.json").json() | {"device": None}
    web.ready()
    context = web.browser.new_context(service_workers="block")
    context.route("**/page/config.json", lambda route: route.fulfill(json=config))
    visitor = Visitor(web, server.url, context=context)
    assert visitor.page.is_disabled("#places [value=device]")
    assert "make web" in visitor.page.inner_text("footer")
    visitor.take(samples / PHOTO)
    visitor.done(PHOTO, "objects", "server")
    assert visitor.said == []
    visitor.leave()


KEPT = {"format": "jpeg", "width": 8, "height": 8, "kept": 1.7e9}
AWAY = {
    "title": "The store cannot be reached",
    "code": "storage-unavailable",
    "detail": "the store cannot be reached: ask again soon",
}


def test_a_photo_that_could_not_be_forgotten_is_said_to_be_there(
    web: Any, server: Server
) -> None:
    web.ready()
    context = web.browser.new_context(service_workers="block")
    one = {"photos": [KEPT | {"id": "a"}]}
    context.route("**/v1/photos?*", lambda route: route.fulfill(json=one))
    answer = {"status": 503, "content_type": "application/problem+json"}
    context.route("**/v1/photos/a**", lambda route: route.fulfill(json=AWAY, **answer))
    visitor = Visitor(web, server.url, context=context)
    visitor.page.click("#history .kept .forget")
    visitor.page.wait_for_selector("#history .notice")
    assert "not forgotten" in visitor.page.inner_text("#history .notice")
    assert "not forgotten" in visitor.page.inner_text("#status")
    assert visitor.page.is_visible("#history .kept .forget")
    visitor.leave()


def test_of_two_lists_that_were_asked_for_at_once_the_newest_is_shown(
    web: Any, server: Server, samples: Path
) -> None:
    web.ready()
    context = web.browser.new_context(service_workers="block")
    asked: list[Any] = []

    def ask(route: Any) -> None:
        asked.append(route)

    context.route("**/v1/photos?*", ask)
    context.route("**/v1/photos/*/**", lambda route: route.fulfill(status=404, json={}))
    visitor = Visitor(web, server.url, context=context)
    visitor.take(samples / PHOTO)
    visitor.page.click("#again")
    while len(asked) < 2:
        visitor.page.wait_for_timeout(20)
    asked[1].fulfill(json={"photos": [KEPT | {"id": "b", "width": 9}]})
    visitor.page.wait_for_selector("#history .kept img[alt*=', 9 ']")
    with visitor.page.expect_response("**/v1/photos?*") as late:
        asked[0].fulfill(json={"photos": [KEPT | {"id": "a"}]})
    late.value.finished()
    visitor.page.wait_for_timeout(100)
    assert visitor.page.locator("#history .kept").count() == 1
    assert visitor.page.is_visible("#history .kept img[alt*=', 9 ']")
    visitor.leave()


def test_a_store_that_is_away_is_no_empty_history(web: Any, server: Server) -> None:
    web.ready()
    context = web.browser.new_context(service_workers="block")
    answer = {"status": 503, "content_type": "application/problem+json"}
    context.route("**/v1/photos?*", lambda route: route.fulfill(json=AWAY, **answer))
    visitor = Visitor(web, server.url, context=context)
    visitor.page.wait_for_selector("#history .notice")
    assert "ask again soon" in visitor.page.inner_text("#history")
    visitor.leave()


def test_a_person_is_made_known_with_consent_and_forgotten(
    web: Any, server: Server, samples: Path
) -> None:
    """The server's answers are played: its weights are not in a test."""
    face = {
        "box": [10, 10, 99, 99],
        "score": 0.9,
        "points": {},
        "person": None,
        "name": "unknown",
    }
    asked: list[Any] = []

    def answer(route: Any) -> None:
        asked.append(route.request)
        route.fulfill(json={"task": "people", "result": {"faces": [face]}, "ms": {}})

    web.ready()
    context = web.browser.new_context(service_workers="block")
    context.route(re.compile(r"/v1/people"), answer)
    models = json.dumps({"models": []})
    context.route("**/v1/models", lambda route: route.fulfill(body=models))
    visitor = Visitor(web, server.url, context=context)
    page = visitor.page
    visitor.take(samples / PHOTO)
    visitor.choose("people")
    visitor.done(PHOTO, "people", "server")
    page.click("#result details.more summary")
    page.fill("#result form label:has-text('Name') input", "Eileen")
    page.click("#result form button")
    assert len(asked) == 1  # nobody is made known without saying who agreed
    page.fill("#result form label:has-text('agreed') input", "herself")
    page.click("#result form button")
    page.wait_for_selector("#result form :text('Eileen is known')")
    sent = asked[-1].post_data_buffer or b""
    assert asked[-1].url.endswith("/v1/people/enrolments")
    for name, value in (("name", b"Eileen"), ("consent_by", b"herself"), ("consent_at", b"20")):
        assert re.search(rb'name="%b"\r\n\r\n%b' % (name.encode(), value), sent)
    face |= {"person": "f" * 32, "name": "Eileen"}
    visitor.choose("faces")
    visitor.choose("people")
    page.click("#result button:has-text('Forget Eileen')")
    assert asked[-1].method == "POST"  # what goes is said before it goes
    page.click("dialog.question button[type=submit]")
    page.wait_for_selector("#result :text('is forgotten')")
    assert (asked[-1].method, asked[-1].url[-32:]) == ("DELETE", "f" * 32)
    assert "f" * 32 not in page.inner_text("#result")
    visitor.leave()


def test_the_camera_takes_a_photo(visitor: Visitor) -> None:
    page = visitor.page
    page.click("#camera")
    page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    page.click("#camera-dialog [value=take]")
    visitor.done("camera.jpg", "objects", "server")
    assert not page.is_visible("#camera-dialog")


def node(*command: str | Path) -> None:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_committed_is_what_the_sources_give(built: Path, tmp_path: Path) -> None:
    node("node", SOURCES / "build.mjs", tmp_path, "--tests")
    committed = ROOT / "server" / "edge_server" / "web"
    for path in tmp_path.glob("*.*"):
        assert path.read_bytes() == (committed / path.name).read_bytes(), (
            f"{path.name} is old: run 'node server/web/build.mjs'"
        )
    node("node", "--test", tmp_path / "tests" / "reading.test.mjs")


def test_the_sources_hold(built: Path) -> None:
    tools = built / "node_modules" / ".bin"
    node(tools / "tsc", "-p", SOURCES)
    node(tools / "prettier", "--config", built / ".prettierrc.json", "--check", SOURCES)
    for path in SOURCES.rglob("*.ts"):
        assert len(path.read_text().splitlines()) <= 250, path


def test_the_pictures_are_those_of_the_samples(samples: Path, tmp_path: Path) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("pictures", SOURCES / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    pictures: Any = module_from_spec(spec)
    spec.loader.exec_module(pictures)
    for name in pictures.SHOWN:
        shown = (pictures.INTO / "samples" / name).with_suffix(".webp")
        with Image.open(samples / name) as photo, Image.open(shown) as small:
            away = np.abs(np.asarray(photo.convert("RGB"), int) - np.asarray(small))
            assert away.mean() < 6
    with Image.open(pictures.INTO / "styles.webp") as sheet:
        assert sheet.size == (pictures.SIDE * pictures.COLUMNS, pictures.SIDE * 2)
