"""The page's room of people, clicked through in Chromium: groups, names, merges, forgetting."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "out" / "weights"
AXE = ROOT / "mobile_assets" / "web" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")
SIDE = 480  # which is enough for their faces
# What a browser says of every answer that is a problem, and of a server that is away.
EXPECTED = re.compile(r"status of (4|5)\d\d|net::ERR")


@contextmanager
def serving(folder: Path, weights: Path, *options: str) -> Iterator[str]:
    """The address of an ``edge-serve`` on loopback."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("POCKETLENS_")}
    said = {"POCKETLENS_DATA": str(folder), "POCKETLENS_WEIGHTS": str(weights)}
    process = subprocess.Popen(
        [sys.executable, "-m", "edge_server", "--port", "0", *options],
        env=kept | said,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        assert found, "the server did not start"
        yield found.group()
    finally:
        process.kill()
        process.wait(20)
        process.stdout.close()


@contextmanager
def visiting(web: Any, address: str, **settings: Any) -> Iterator[Any]:
    """A page at an address of the server, whose console stays quiet."""
    web.ready()
    quiet = {"service_workers": "block", "reduced_motion": "reduce"}
    context = web.browser.new_context(**quiet | settings)
    page = context.new_page()
    page.set_default_timeout(120_000)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda one: (
            said.append(one.text)
            if one.type == "error" and not EXPECTED.search(one.text)
            else None
        ),
    )
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()
    assert said == []


@pytest.fixture(scope="module")
def photos(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five photos of three people, made small."""
    folder = tmp_path_factory.mktemp("photos")
    for name in NAMES:
        photo = Image.open(samples / name).convert("RGB")
        photo.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
        photo.save(folder / f"{Path(name).stem}.png")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def url(web: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the weights that ``make test`` pulls."""
    from edge_server.models.face_detection_mtcnn import FACES
    from edge_server.models.face_recognition import RECOGNITION
    from edge_server.weights.weights_store import WeightsStore

    missing = [one for one in (FACES, RECOGNITION) if not WeightsStore(WEIGHTS).has(one)]
    if missing:
        said = f"run 'edge-serve weights pull {missing[0]} --folder out/weights'"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(said)
    with serving(tmp_path_factory.mktemp("people"), WEIGHTS) as made:
        yield made


def told(url: str, path: str) -> Any:
    return httpx.get(f"{url}/v1/{path}").raise_for_status().json()


def sizes(url: str) -> list[int]:
    return [len(group["faces"]) for group in told(url, "people/clusters")["clusters"]]


def news(page: Any, text: str) -> None:
    page.wait_for_selector(f".news.good:has-text('{text}')")


def picture(page: Any, name: str) -> None:
    """A screenshot in the folder ``WEB_SCREENSHOTS``, if that is set."""
    if os.environ.get("WEB_SCREENSHOTS"):
        page.wait_for_timeout(300)
        path = Path(os.environ["WEB_SCREENSHOTS"]) / f"people-{name}.png"
        page.screenshot(path=path, full_page=True)


def test_from_photos_to_people_and_back(web: Any, url: str, photos: list[Path]) -> None:
    with visiting(web, url) as page:
        page.click("#way")
        page.wait_for_selector("#people :text('No photos are kept here yet')")
        page.set_input_files("#people input[type=file]", photos)
        news(page, "5 faces in 5 photos")
        assert sizes(url) == [3, 1, 1]
        covers = "() => document.querySelectorAll('.card .cover img[src^=blob]').length === 3"
        page.wait_for_function(covers)  # each is asked for when it comes into view

        name_by_keyboard(page, url)
        merge_and_take_back(page, url)
        open_and_split(page, url)

        page.click(".who button:has-text('Forget')")
        said = page.inner_text("dialog.question")
        assert all(text in said for text in ("Barack Obama", "3 collected faces", "stay"))
        page.keyboard.press("Escape")
        assert len(told(url, "people")["people"]) == 1
        page.click(".who button:has-text('Forget')")
        page.click("dialog.question button[type=submit]")
        news(page, "Barack Obama is forgotten")
        assert told(url, "people")["people"] == []
        assert sizes(url) == [1, 1]
        assert len(told(url, "photos")["photos"]) == 5
        page.click("button:has-text('Look for faces in 3 photos')")
        news(page, "3 faces in 3 photos")
        assert sizes(url) == [3, 1, 1]


def name_by_keyboard(page: Any, url: str) -> None:
    """Nobody is named without the tick."""
    keys = page.keyboard
    page.focus("#people-title")
    for _ in range(12):
        keys.press("Tab")
        if page.evaluate("() => document.activeElement.matches('.card .button')"):
            break
    keys.press("Enter")
    page.wait_for_selector("dialog.question")
    keys.type("Barack Obama")
    keys.press("Tab")  # to the tick
    keys.press("Tab")
    keys.type("he himself")
    keys.press("Enter")
    assert page.evaluate("() => document.activeElement.type") == "checkbox"
    assert told(url, "people")["people"] == []
    keys.press("Space")
    keys.press("Tab")
    keys.press("Enter")
    news(page, "This is Barack Obama, in 3 photos")
    (person,) = told(url, "people")["people"]
    assert (person["name"], person["consent"]["by"]) == ("Barack Obama", "he himself")
    assert page.evaluate("() => document.activeElement.id") == "people-title"


def merge_and_take_back(page: Any, url: str) -> None:
    boxes = page.locator(".card .choose input")
    boxes.nth(1).check()
    assert page.is_disabled(".chosen .primary")
    boxes.nth(2).check()
    page.click(".chosen .primary")
    news(page, "2 groups are one person")
    assert sizes(url) == [3, 2]
    page.click(".news button")
    news(page, "Taken back")
    assert sizes(url) == [3, 1, 1]


def open_and_split(page: Any, url: str) -> None:
    page.click(".card a:has-text('Barack Obama')")
    page.wait_for_selector(".sights li:nth-child(3) img[src^=blob]")
    assert "he himself" in page.inner_text(".who")
    frame = page.locator(".sights .frame").first.bounding_box()
    sight = page.locator(".sights .sight").first.bounding_box()
    assert sight["x"] < frame["x"] < frame["x"] + frame["width"] < sight["x"] + sight["width"]
    page.locator(".sights .choose input").last.check()
    page.click(".chosen .primary")
    news(page, "1 face taken out")
    assert sizes(url) == [2, 1, 1, 1]
    page.click("a.back")
    page.click(".told summary")
    page.click(".told li:first-child button")
    news(page, "Taken back")
    assert sizes(url) == [3, 1, 1]
    page.click(".card a:has-text('Barack Obama')")
    page.click(".sights button >> nth=0")
    page.wait_for_selector("#work:not([hidden])")  # the photo, to be asked about
    page.go_back()
    page.wait_for_selector(".who")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(
    scheme: str, width: int, web: Any, url: str, photos: list[Path]
) -> None:
    for photo in photos if not sizes(url) else ():
        files = {"image": photo.read_bytes()}
        httpx.post(f"{url}/v1/people/faces", files=files, timeout=60).raise_for_status()
    size = {"width": width, "height": 860}
    found = []
    with visiting(
        web, f"{url}/#people", viewport=size, color_scheme=scheme, bypass_csp=True
    ) as page:
        page.add_script_tag(path=str(AXE))
        page.wait_for_selector(".card")
        steps = (".card .choose input", ".card .button >> nth=0", "", ".card a >> nth=0")
        for number, step in enumerate(steps):
            found += violations(page)
            picture(page, f"{scheme}-{width}-{number}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if step:
                page.locator(step).first.click()
            else:
                page.keyboard.press("Escape")
        page.wait_for_selector(".sights img[src^=blob]")
        found += violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"{scheme}-{width}-group")
    assert found == []


def violations(page: Any) -> list[str]:
    run = """async () => (await axe.run()).violations.map(
      (found) => [found.impact, found.id, found.nodes.map((node) => node.html)]
    )"""
    return [f"{impact} {rule}: {nodes}" for impact, rule, nodes in page.evaluate(run)]


def test_a_key_and_weights_that_are_missing_are_asked_for(
    web: Any, tmp_path: Path, photos: list[Path]
) -> None:
    from edge_server.keys import KeyStore

    with serving(tmp_path, tmp_path / "none", "--require-keys", "yes") as url:
        key = KeyStore(tmp_path / "keys.json").add("somebody", ("infer", "store"))
        with visiting(web, f"{url}/#people") as page:
            page.click(".trouble[data-code=unauthenticated] button")
            page.fill("#key", key)
            page.keyboard.press("Enter")
            page.wait_for_selector("#people :text('No photos are kept here yet')")
            page.set_input_files("#people input[type=file]", photos[0])
            page.wait_for_selector(".news.bad:has-text('edge-serve weights pull')")


@pytest.mark.parametrize("kind", ["gone", "away"])
def test_an_outage_is_said_and_is_not_nobody(kind: str, web: Any, url: str) -> None:
    problem = {"title": "The store is away", "detail": "ask again", "code": "storage-busy"}
    answer = {"status": 503, "content_type": "application/problem+json"}
    with visiting(web, url) as page:
        broken = "**/v1/people/clusters"
        page.route(
            broken,
            lambda route: (
                route.abort() if kind == "gone" else route.fulfill(json=problem, **answer)
            ),
        )
        page.click("#way")
        page.wait_for_selector(".trouble")
        shown = page.inner_text("#people")
        assert ("cannot be reached" if kind == "gone" else "The store is away") in shown
        assert "No photos" not in shown
        assert page.locator(".card").count() == 0
        page.unroute(broken)
        page.click(".trouble button")
        page.wait_for_selector(".trouble", state="detached")
        page.wait_for_selector("#people :is(.card, .hero)")


def test_a_room_that_cannot_be_fetched_says_so(web: Any, url: str) -> None:
    with visiting(web, url) as page:
        page.route("**/page/people.js", lambda route: route.abort())
        page.click("#way")
        page.wait_for_selector("#people .notice:has-text('cannot be reached')")
        page.unroute("**/page/people.js")
        page.reload()
        page.wait_for_selector("#people :is(.card, .hero)")


def test_a_photo_that_is_dropped_among_people_is_looked_at(web: Any, url: str) -> None:
    """By a server that has too much to do at first."""
    import base64

    with BytesIO() as content:
        Image.new("RGB", (64, 64), "teal").save(content, "PNG")
        nobody = base64.b64encode(content.getvalue()).decode()
    drop = """(content) => {
      const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'teal.png', { type: 'image/png' }));
      data.items.add(new File(['no photo'], 'notes.txt', { type: 'text/plain' }));
      const settings = { dataTransfer: data, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent('drop', settings));
    }"""
    busy = {"title": "Too much to do", "detail": "ask again", "code": "overloaded"}
    answer = {"status": 503, "headers": {"Retry-After": "1"}}
    with visiting(web, f"{url}/#people") as page:
        page.wait_for_selector("#people :is(.card, .hero)")
        once = {"times": 1}
        page.route(
            "**/v1/people/faces", lambda route: route.fulfill(json=busy, **answer), **once
        )
        page.evaluate(drop, nobody)
        news(page, "0 faces in 1 photo. notes.txt:")
        assert page.is_hidden("#work")
