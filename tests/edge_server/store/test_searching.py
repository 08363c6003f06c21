from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from edge_server.intake.upload import Upload
from edge_server.problems import InvalidParameter
from edge_server.store.records import Outcome, Question, Search
from edge_server.store.store import Store


@pytest.fixture
def filled(store: Store, upload: Callable[..., Upload]) -> Store:
    photos: list[tuple[Upload, dict[str, str], bytes]] = [
        (
            upload(1, (40, 30), make="Acme", model="One"),
            {"t": "Beach day"},
            b'{"label": "dog"}',
        ),
        (upload(2, (20, 60), make="Acme", taken="2023:01:05 00:00:00"), {}, b"{}"),
        (
            upload(3, (8, 8), model="Other", taken="2024:06:01 10:00:00"),
            {},
            b'{"text": "50% o_f"}',
        ),
    ]
    for sent, tags, answer in photos:
        store.keep("ann", sent, tags)
        analysis = "ocr" if b"text" in answer else "classify"
        store.put_result(
            "ann", sent.sha256, Question(analysis=analysis), Outcome(answer=answer)
        )
    store.keep("bob", upload(4, (40, 30), make="Acme"), {"t": "beach"})
    return store


# What is looked for, and the numbers of the photos, the last kept first.
FOUND: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [3, 2, 1]),
    ({"words": "DOG"}, [1]),
    ({"words": "beach dog"}, [1]),
    ({"words": "beach cat"}, []),
    ({"words": "50%"}, [3]),
    ({"words": "o_f"}, [3]),
    ({"words": "_"}, [3]),
    ({"words": "%"}, [3]),
    ({"words": "'; --"}, []),
    ({"camera": "acme"}, [2, 1]),
    ({"camera": "acme one"}, [1]),
    ({"format": "jpeg"}, [3, 2, 1]),
    ({"format": "png"}, []),
    ({"taken_from": "2023"}, [3, 2]),
    ({"taken_from": "2024"}, [3]),
    ({"taken_to": "2023"}, [2]),
    ({"taken_from": "2023-01-05", "taken_to": "2024-06-01"}, [3, 2]),
    ({"taken_from": "2023-02", "taken_to": "2024-05"}, []),
    ({"least_side": 20}, [2, 1]),
    ({"least_side": 31}, []),
    ({"analysis": "ocr"}, [3]),
    ({"camera": "other", "analysis": "ocr", "taken_from": "2024-06"}, [3]),
]


def test_photos_are_found_by_what_is_known_of_them(filled: Store) -> None:
    numbers = {40: 1, 20: 2, 8: 3}
    for fields, found in FOUND:
        page = filled.search("ann", Search(**fields))
        assert [numbers[one.width] for one in page.photos] == found, fields
        assert page.next == ""


def test_photos_are_found_by_their_hashes(filled: Store) -> None:
    (photo,) = filled.search("ann", Search(words="dog")).photos
    assert filled.search("ann", Search(sha256=photo.sha256)).photos == (photo,)
    assert filled.search("ann", Search(md5=photo.md5)).photos == (photo,)
    assert filled.search("bob", Search(md5=photo.md5)).photos == ()


def test_pages_follow_each_other_without_gap_or_double(
    store: Store, upload: Callable[..., Upload]
) -> None:
    still = Store(store.database, store.blobs, lambda: 5.0)  # all kept in one moment
    kept = {still.keep("ann", upload(number)).photo.id for number in range(7)}
    seen: list[str] = []
    after = ""
    while True:
        page = store.search("ann", Search(limit=3, after=after))
        seen += [photo.id for photo in page.photos]
        store.keep("ann", upload(100 + len(seen)))  # what comes meanwhile moves nothing
        after = page.next
        if not after:
            break
    assert len(seen) == 7
    assert set(seen) == kept


@pytest.mark.parametrize("text", [b"", b"[]", b'[1,"x"]', b'["a","b"]', b"{", b'[1,"\\u0000"]'])
def test_an_after_that_nobody_said(text: bytes, plain: Store) -> None:
    after = base64.urlsafe_b64encode(text).decode().rstrip("=") or "A"
    with pytest.raises(InvalidParameter, match="next"):
        plain.search("ann", Search(after=after))
