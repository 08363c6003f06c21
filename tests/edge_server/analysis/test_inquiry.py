from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from edge_server.analysis.inquiry import NOT_KEPT
from edge_server.problems import (
    Cancelled,
    ImageUndecodable,
    Problem,
    StorageUnavailable,
    UnsupportedImageFormat,
    WeightsMissing,
)


def finished(analyst: Any, content: bytes, wanted: Any) -> Any:
    inquiry = analyst.begin(content, wanted)
    inquiry.finish()
    return inquiry


def test_a_photo_is_computed_once_and_then_not_even_decoded(
    laboratory: Any, photo: Callable[..., bytes]
) -> None:
    analyst, wanted = laboratory.analyst(), laboratory.wanted()
    first = finished(analyst, photo(), wanted)
    assert not any(one.stored for one in first.findings.values())
    assert len(laboratory.calls) == 5
    again = analyst.begin(photo(), wanted)
    assert again.upload is None
    again.finish()
    assert all(one.stored for one in again.findings.values())
    assert again.image == first.image
    assert len(laboratory.calls) == 5
    other = finished(analyst, photo(1), wanted)
    assert other.image["sha256"] != first.image["sha256"]
    assert len(laboratory.calls) == 10


def test_only_what_is_not_kept_is_computed(
    laboratory: Any, photo: Callable[..., bytes]
) -> None:
    analyst = laboratory.analyst()
    finished(analyst, photo(), laboratory.wanted("faces", "classify"))
    laboratory.calls.clear()
    inquiry = analyst.begin(photo(), laboratory.wanted("faces", "objects"))
    assert inquiry.left == ("objects",)
    names = [name for name, _ in inquiry.proceed()]
    assert names == ["faces", "objects"]
    assert laboratory.asked == ["objects"]
    assert [name for name, one in inquiry.findings.items() if one.stored] == ["faces"]


@pytest.mark.parametrize("where", ["keep=false", "no store"])
def test_nothing_is_kept_where_it_is_not_wanted(
    where: str, laboratory: Any, photo: Callable[..., bytes]
) -> None:
    analyst = laboratory.analyst(keeps=where != "no store")
    wanted = laboratory.wanted("faces", keep=where == "no store")
    for _ in range(2):
        assert not finished(analyst, photo(), wanted).findings["faces"].stored
    assert laboratory.store.find("me", analyst.begin(photo(), wanted).image["sha256"]) is None
    assert laboratory.asked == ["faces", "faces"]


def test_a_picture_needs_the_pixels_whatever_is_kept(
    laboratory: Any, photo: Callable[..., bytes]
) -> None:
    analyst = laboratory.analyst()
    finished(analyst, photo(), laboratory.wanted())
    inquiry = analyst.begin(photo(), laboratory.wanted(pixels=True))
    assert inquiry.upload is not None
    inquiry.finish()
    assert len(laboratory.calls) == 5


def test_what_fails_is_a_problem_beside_the_others_and_is_tried_again(
    laboratory: Any, failing: Any, photo: Callable[..., bytes]
) -> None:
    laboratory.behave["caption"] = failing(WeightsMissing("pull them"))
    analyst, wanted = laboratory.analyst(), laboratory.wanted("caption", "faces")
    for _ in range(2):
        inquiry = finished(analyst, photo(), wanted)
        assert inquiry.problems["caption"].code == "weights-missing"
        assert set(inquiry.findings) == {"faces"}
    assert laboratory.asked == ["caption", "caption", "faces"]


def test_where_all_fails_the_answer_is_a_problem(
    laboratory: Any, failing: Any, photo: Callable[..., bytes]
) -> None:
    laboratory.behave["caption"] = failing(WeightsMissing("pull them"))
    with pytest.raises(WeightsMissing, match="pull them"):
        finished(laboratory.analyst(), photo(), laboratory.wanted("caption"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"nothing", UnsupportedImageFormat),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), ImageUndecodable),
    ],
)
def test_what_is_no_photo_is_the_problem_that_it_always_is(
    content: bytes, kind: type[Problem], laboratory: Any
) -> None:
    with pytest.raises(kind):
        laboratory.analyst().begin(content, laboratory.wanted())


def test_a_store_that_cannot_be_reached_costs_no_answer(
    laboratory: Any, photo: Callable[..., bytes]
) -> None:
    class Broken:
        def __getattr__(self, _name: str) -> Any:
            raise StorageUnavailable("it is gone")

    analyst = replace(laboratory.analyst(), store=Broken())
    inquiry = finished(analyst, photo(), laboratory.wanted("faces"))
    assert set(inquiry.findings) == {"faces"}
    assert inquiry.warnings == [NOT_KEPT]


def test_who_has_gone_is_told_nothing_and_nothing_is_kept(
    laboratory: Any, photo: Callable[..., bytes]
) -> None:
    analyst, wanted = laboratory.analyst(), laboratory.wanted("faces")
    inquiry = analyst.begin(photo(), wanted)
    laboratory.behave["faces"] = lambda _call: inquiry.tickets.cancel()
    with pytest.raises(Cancelled):
        inquiry.finish()
    assert analyst.begin(photo(), wanted).left == ("faces",)
