"""Smart Filter from its clients' side: the form of the project, and a browser with our page."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from edge_server.parents.smart_filter import Wishes
from edge_server.problems import MissingImage

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
SELFIE = SAMPLES / "astronaut.png"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
CORNER = np.s_[:40, :40]
GLASSES = np.s_[95:115, 190:280]  # of who smiles
Http = requests.Session
ENABLED, DISABLED = "enable-face-features", "disable-face-features"


def submit(http: Http, url: str, behind: Path | None = None, **given: Any) -> requests.Response:
    """Every field of the form, as a browser sends it: no file chosen is a file of nothing."""
    fields = {"options": "without", "options-face-features": DISABLED, "params": ""}
    empty = ("", b"", "application/octet-stream")
    files = {
        "file": (SELFIE.name, SELFIE.read_bytes(), "image/png"),
        "bg-file": (behind.name, behind.read_bytes(), "image/jpeg") if behind else empty,
    }
    headers = given.pop("headers", {})
    sent = {name.replace("_", "-"): text for name, text in given.items()}
    return http.post(url, data=fields | sent, files=files, headers=headers)


@pytest.fixture
def made(address: str, http: Http, picture: Any, pixels: Any) -> Callable[..., Any]:
    def pixels_of(*given: Any, **fields: Any) -> Any:
        found = picture(submit(http, f"{address}/", *given, **fields))
        assert found.format == "PNG"
        return pixels(found)

    return pixels_of


def test_the_form_gives_a_png_with_another_background(made: Any, pixels: Any) -> None:
    from PIL import Image

    own, found = pixels(Image.open(SELFIE).convert("RGB")), made()
    assert found.shape == own.shape
    assert np.abs(found[CORNER] - own[CORNER]).mean() > 15
    assert np.abs(found[140:160, 215:255] - own[140:160, 215:255]).mean() < 3  # the face


def test_words_make_a_background_offline(made: Any) -> None:
    words = made(options="unsplash", params=" rainbow , texture ")
    assert np.array_equal(words, made(options="unsplash", params="rainbow,texture"))
    assert words[CORNER].std() > 10
    searched = made(options="unsplash", params="flowers")
    assert np.array_equal(searched, made(options="unsplash", params="spring,bokeh"))
    red = made(options="unsplash")[CORNER].mean(axis=(0, 1))  # no words: as the project
    assert red[0] > 180
    assert red[1:].max() < 90


def test_a_picture_of_ones_own_is_the_background(made: Any) -> None:
    china = made(SAMPLES / "china.jpg", options="custom")
    assert np.abs(china[CORNER] - made()[CORNER]).mean() > 15
    # a picture that is not asked for changes nothing
    assert np.array_equal(made(SAMPLES / "china.jpg"), made())


@pytest.mark.parametrize(
    ("behind", "given"),
    [
        (None, {"options": "without"}),
        (SAMPLES / "china.jpg", {"options": "custom"}),
        (None, {"options": "unsplash", "params": "sky"}),
    ],
)
def test_with_face_features_who_smiles_has_sunglasses(
    behind: Path | None, given: dict[str, str], made: Any
) -> None:
    plain = made(behind, **given)
    smart = made(behind, **given, options_face_features=ENABLED)
    assert np.median(smart[GLASSES]) < np.median(plain[GLASSES]) - 60


@pytest.mark.parametrize(
    ("fields", "task", "params", "pictures"),
    [
        ({}, "background", {"background": "candy,gradient"}, False),
        ({"options-face-features": ENABLED}, "filter", {}, False),
        (
            {"options": "unsplash", "params": ["sky"]},
            "background",
            {"background": "sky"},
            False,
        ),
        (
            {"options": "unsplash", "params": "", "options-face-features": [ENABLED]},
            "filter",
            {"background": "red"},
            False,
        ),
        ({"options": "custom"}, "background", {}, True),
        ({"options": "custom", "options-face-features": ENABLED}, "filter", {}, True),
    ],
)
def test_what_a_form_means(
    fields: dict[str, Any], task: str, params: dict[str, str], pictures: bool
) -> None:
    behind: Any = object()
    wishes = Wishes.of(fields)
    question = wishes.question(behind if wishes.custom else None)
    assert (question.task, question.params) == (task, params)
    assert dict(question.pictures) == ({"background_image": behind} if pictures else {})
    if pictures:
        with pytest.raises(MissingImage, match="bg-file"):
            wishes.question(None)


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"options": "beach"}, 422, "invalid-parameter"),
        ({"options_face_features": "yes"}, 422, "invalid-parameter"),
        ({"options": "custom"}, 400, "missing-image"),
        ({"options": "unsplash", "params": "nonsense"}, 422, "unknown-name"),
        ({"options": "unsplash", "params": "x" * 300}, 422, "invalid-parameter"),
    ],
)
def test_a_program_gets_problems_and_a_browser_the_form_with_them(
    given: dict[str, str], status: int, code: str, address: str, http: Http
) -> None:
    refused = submit(http, f"{address}/", **given)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["Content-Type"] == "application/problem+json"
    shown = submit(http, f"{address}/smart-filter", headers=BROWSER, **given)
    assert shown.status_code == status
    assert shown.headers["Content-Type"].startswith("text/html")
    assert 'role="alert"' in shown.text
    assert '<form method="post"' in shown.text


def test_a_photo_that_is_none_is_said(address: str, http: Http) -> None:
    for files, code in (({}, "missing-image"), ({"file": b"no"}, "unsupported-image-format")):
        sent = {"params": (None, "")} | files
        assert http.post(f"{address}/", files=sent).json()["code"] == code


class Form(HTMLParser):
    """The fields of a page's forms, and what else may run or be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str | None]] = []
        self.fields: dict[str, list[str]] = {}
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(given)
        elif tag == "input" and given.get("name"):
            self.fields.setdefault(str(given["name"]), []).append(str(given.get("value", "")))
        elif tag in {"script", "iframe", "style", "object"}:
            self.others.append(tag)
        self.others += [name for name in given if name.startswith("on") or name == "style"]


def test_the_page_has_the_projects_form_and_nothing_that_runs(address: str, http: Http) -> None:
    page = http.get(f"{address}/smart-filter", headers=BROWSER)
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'self'" in policy
    form = Form()
    form.feed(page.text)
    assert form.others == []
    assert [(f["method"], f["enctype"]) for f in form.forms] == [
        ("post", "multipart/form-data")
    ]
    assert form.fields["options"] == ["without", "custom", "unsplash"]
    assert sorted(form.fields["options-face-features"]) == [DISABLED, ENABLED]
    assert {"file", "bg-file", "params"} <= form.fields.keys()


def test_a_browser_that_submits_the_page_sees_the_picture(
    address: str, http: Http, picture: Any
) -> None:
    sent = submit(http, f"{address}/smart-filter", headers=BROWSER)
    assert picture(sent).format == "PNG"
