from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

import msgspec
import pytest
from PIL import Image

from edge_server.analysis.reporting import Report
from edge_server.problems import Problem, WeightsMissing


@pytest.fixture
def report(laboratory: Any, photo: Callable[..., bytes]) -> Callable[..., Report]:
    def made(names: tuple[str, ...] = (), **given: Any) -> Report:
        wanted = laboratory.wanted(*names, pixels=bool(given.get("media_type")))
        inquiry = laboratory.analyst().begin(photo(), wanted)
        inquiry.finish()
        return Report(inquiry=inquiry, request_id="r", began=perf_counter(), **given)

    return made


def test_analyses_stand_in_their_own_order(report: Any) -> None:
    record = json.loads(msgspec.json.encode(report(("smile", "objects", "faces")).whole()))
    assert list(record["results"]) == ["smile", "objects", "faces"]
    assert set(record) == {"image", "skipped", "results", "problems", "warnings", "ms"}
    assert set(record["ms"]) == {"decode", "total"}
    assert record["image"]["size"] == [64, 48]


def test_a_problem_is_told_as_if_it_were_the_whole_answer(
    report: Any, failing: Any, laboratory: Any
) -> None:
    laboratory.behave["caption"] = failing(WeightsMissing("pull them"))
    problem = report(("caption", "faces"), path="/v1/analyze").whole()["problems"]["caption"]
    assert (problem["code"], problem["status"]) == ("weights-missing", 503)
    assert problem["instance"] == "urn:uuid:r"


def test_a_picture_is_inside_where_it_is_wanted(report: Any) -> None:
    record = report(("faces",), media_type="image/webp").whole()
    assert record["picture"]["type"] == "image/webp"
    image = Image.open(io.BytesIO(base64.b64decode(record["picture"]["base64"])))
    assert image.size == (64, 48)


def test_what_was_kept_is_named(report: Any) -> None:
    assert report(("faces",)).stored() == []
    again = report(("faces", "smile"))
    assert again.stored() == ["faces"]
    assert "picture" not in again.whole()


def test_there_is_no_picture_of_what_was_not_decoded(report: Any) -> None:
    report(("faces",))
    with pytest.raises(Problem, match="report this"):
        report(("faces",)).picture("image/png")
