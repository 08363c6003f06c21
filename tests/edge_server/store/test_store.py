from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from edge_server.intake.upload import Upload
from edge_server.problems import NotFound, StorageUnavailable
from edge_server.settings import Settings
from edge_server.store.blobs import Blobs
from edge_server.store.checking import check
from edge_server.store.records import MadePicture, Outcome, Question, Search
from edge_server.store.store import FRESH, Store, open_store

FACES = Question(analysis="faces", parameters={"least": 0.5, "most": 3}, versions={"m": "1"})


def outcome(answer: bytes = b'{"faces": []}', *pictures: bytes) -> Outcome:
    made = tuple(
        MadePicture(name=f"p{n}", media_type="image/png", content=content)
        for n, content in enumerate(pictures)
    )
    return Outcome(answer=answer, pictures=made)


def blobs(store: Store) -> set[str]:
    return {one.sha256 for one in store.blobs.seen()}


def test_a_photo_is_kept_and_given_back(store: Store, upload: Callable[..., Upload]) -> None:
    sent = upload(1, (9, 7), make="Acme", model="One", taken="2024:05:06 07:08:09")
    kept = store.keep("ann", sent, {"title": "Summer"})
    assert kept.new
    photo = kept.photo
    assert (photo.sha256, photo.md5, photo.size) == (sent.sha256, sent.md5, len(sent.encoded))
    assert (photo.width, photo.height, photo.format) == (9, 7, "jpeg")
    assert (photo.make, photo.model, photo.taken) == ("Acme", "One", "2024-05-06T07:08:09")
    assert photo.tags == {"title": "Summer"}
    assert store.photo("ann", photo.id) == photo == store.find("ann", sent.sha256)
    assert store.original("ann", photo.id) == (photo, sent.encoded)


def test_the_same_bytes_are_one_photo_and_one_blob(
    store: Store, upload: Callable[..., Upload]
) -> None:
    first = store.keep("ann", upload(1))
    again = store.keep("ann", upload(1), {"a": "b"})
    third = store.keep("ann", upload(1), {"c": "d"})
    assert [first.new, again.new, third.new] == [True, False, False]
    assert first.photo.id == again.photo.id == third.photo.id
    assert third.photo.tags == {"a": "b", "c": "d"}
    other = store.keep("bob", upload(1))
    assert other.new
    assert other.photo.id != first.photo.id
    assert blobs(store) == {first.photo.sha256}
    assert len(store.search("ann", Search()).photos) == 1


def test_what_one_owner_keeps_is_not_there_for_another(
    store: Store, upload: Callable[..., Upload]
) -> None:
    photo = store.keep("ann", upload(1)).photo
    store.put_result("ann", photo.sha256, FACES, outcome(b"{}", b"picture"))
    picture = store.document("ann", photo.id)["results"][0]["pictures"][0]["url"][-32:]
    store.keep("bob", upload(2))
    for refused in (
        lambda: store.photo("bob", photo.id),
        lambda: store.original("bob", photo.id),
        lambda: store.document("bob", photo.id),
        lambda: store.picture("bob", photo.id, picture),
        lambda: store.delete("bob", photo.id),
    ):
        with pytest.raises(NotFound):
            refused()
    assert store.find("bob", photo.sha256) is None
    assert store.find_result("bob", photo.sha256, FACES) is None
    assert not store.put_result("bob", photo.sha256, FACES, outcome())
    assert [one.sha256 for one in store.search("bob", Search()).photos] == [upload(2).sha256]
    assert store.picture("ann", photo.id, picture).content == b"picture"


def test_an_answer_is_found_by_its_question_and_the_versions(
    store: Store, upload: Callable[..., Upload]
) -> None:
    sha256 = store.keep("ann", upload(1)).photo.sha256
    said = outcome(b'{"faces": [1]}', b"one", b"two")
    assert store.find_result("ann", sha256, FACES) is None
    assert store.put_result("ann", sha256, FACES, said)
    turned = {"most": 3, "least": 0.5}
    same = Question(analysis="faces", parameters=turned, versions={"m": "1"})
    assert store.find_result("ann", sha256, same) == said
    for other in (
        Question(analysis="smile", parameters=turned, versions={"m": "1"}),
        Question(analysis="faces", parameters={"most": 4, "least": 0.5}, versions={"m": "1"}),
        Question(analysis="faces", parameters=turned, versions={"m": "2"}),
        Question(analysis="faces", parameters=turned),
    ):
        assert store.find_result("ann", sha256, other) is None


def test_a_newer_versions_answer_takes_the_place_of_the_older(
    store: Store, upload: Callable[..., Upload]
) -> None:
    photo = store.keep("ann", upload(1)).photo
    newer = Question(analysis="faces", parameters=FACES.parameters, versions={"m": "2"})
    store.put_result("ann", photo.sha256, FACES, outcome(b'{"label": "old"}', b"a", b"both"))
    store.put_result("ann", photo.sha256, newer, outcome(b'{"label": "new"}', b"b", b"both"))
    assert store.find_result("ann", photo.sha256, FACES) is None
    assert len(store.document("ann", photo.id)["results"]) == 1
    assert len(blobs(store)) == 3
    assert store.search("ann", Search(words="new")).photos
    assert not store.search("ann", Search(words="old")).photos
    assert check(store).clean


def test_deleting_takes_everything_and_what_others_need_stays(
    store: Store, upload: Callable[..., Upload]
) -> None:
    mine, theirs = store.keep("ann", upload(1)).photo, store.keep("bob", upload(1)).photo
    store.put_result("ann", mine.sha256, FACES, outcome(b'{"label": "dog"}', b"only mine"))
    store.delete("ann", mine.id)
    assert blobs(store) == {theirs.sha256}
    assert store.original("bob", theirs.id)[1] == upload(1).encoded
    with pytest.raises(NotFound):
        store.delete("ann", mine.id)
    assert not store.search("ann", Search()).photos
    store.delete("bob", theirs.id)
    assert blobs(store) == set()
    report = check(store)
    assert (report.photos, report.results, report.blobs) == (0, 0, 0)


def test_an_answer_for_a_photo_that_is_gone_is_not_kept(
    store: Store, upload: Callable[..., Upload]
) -> None:
    photo = store.keep("ann", upload(1)).photo
    store.delete("ann", photo.id)
    assert not store.put_result("ann", photo.sha256, FACES, outcome(b"{}", b"picture"))
    assert blobs(store) == set()


def test_photos_past_their_time_are_deleted(
    settings: Settings, upload: Callable[..., Upload]
) -> None:
    now = [1000.0]
    made = open_store(settings)
    assert made is not None
    store = Store(made.database, made.blobs, lambda: now[0])
    for number in range(5):
        now[0] = 1000.0 + number
        store.keep("ann" if number % 2 else "bob", upload(number))
    assert store.expire(1003.0) == 3
    kept = {
        one.kept for owner in ("ann", "bob") for one in store.search(owner, Search()).photos
    }
    assert kept == {1003.0, 1004.0}
    assert len(blobs(store)) == 2
    store.close()


def test_a_photo_that_comes_again_is_kept_as_long_again(
    plain: Store, upload: Callable[..., Upload]
) -> None:
    now = [10 * FRESH]
    store = Store(plain.database, plain.blobs, lambda: now[0])
    first = store.keep("ann", upload(1)).photo
    now[0] += FRESH / 2
    assert store.keep("ann", upload(1)).photo.kept == first.kept
    now[0] += FRESH
    again = store.keep("ann", upload(1))
    assert (again.new, again.photo.kept, again.photo.id) == (False, now[0], first.id)
    assert store.expire(now[0]) == 0


def test_a_lost_blob_is_an_outage_and_never_an_empty_answer(
    store: Store, upload: Callable[..., Upload]
) -> None:
    photo = store.keep("ann", upload(1)).photo
    store.blobs.delete(photo.sha256)
    with pytest.raises(StorageUnavailable):
        store.original("ann", photo.id)
    assert check(store).lost == (photo.sha256,)
    assert not store.keep("ann", upload(1), {"again": "yes"}).new  # sent again, it is mended
    assert check(store).clean


def test_many_who_keep_the_same_photo_make_one(
    store: Store, upload: Callable[..., Upload]
) -> None:
    sent = upload(1)
    gate = threading.Barrier(8)

    def keep(number: int) -> Any:
        gate.wait(10)
        return store.keep("ann", sent, {f"t{number}": "x"})

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(keep, range(8)))
    assert sum(one.new for one in kept) == 1
    assert len({one.photo.id for one in kept}) == 1
    assert len(store.photo("ann", kept[0].photo.id).tags) == 8
    assert check(store).clean


def test_keeping_and_deleting_the_same_bytes_at_once_loses_nothing(
    store: Store, upload: Callable[..., Upload]
) -> None:
    sent = upload(1)
    ends = time.monotonic() + 1.0

    def churn(owner: str) -> None:
        while time.monotonic() < ends:
            photo = store.keep(owner, sent, {"by": owner}).photo
            assert store.original(owner, photo.id)[1] == sent.encoded
            store.put_result(owner, photo.sha256, FACES, outcome(b"{}", b"shared"))
            store.delete(owner, photo.id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(churn, ["ann", "bob", "cid", "dot"]))
    assert blobs(store) == set()
    assert check(store).clean


def test_what_is_deleted_while_it_is_asked_for_was_there_or_is_not(
    store: Store, upload: Callable[..., Upload]
) -> None:
    sent = upload(1)
    ends = time.monotonic() + 1.0

    def change() -> None:
        while time.monotonic() < ends:
            photo = store.keep("ann", sent, {"a": "b"}).photo
            store.put_result("ann", photo.sha256, FACES, outcome(b"{}", b"picture"))
            with suppress(NotFound):
                store.delete("ann", photo.id)

    def look() -> None:
        while time.monotonic() < ends:
            found = store.find_result("ann", sent.sha256, FACES)
            assert found is None or [one.content for one in found.pictures] == [b"picture"]
            for photo in store.search("ann", Search()).photos:
                with suppress(NotFound):
                    assert store.original("ann", photo.id)[1] == sent.encoded

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(act) for act in (change, change, look, look)]:
            done.result(30)
    assert check(store).lost == ()


class AwayAtFirst:
    """Blobs of which the first that is asked for is away, and comes again at once."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs, self._away = blobs, True

    def get(self, sha256: str) -> bytes | None:
        away, self._away = self._away, False
        return None if away else self._blobs.get(sha256)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._blobs, name)


def test_what_comes_again_while_it_is_asked_for_is_not_lost(
    store: Store, upload: Callable[..., Upload]
) -> None:
    photo = store.keep("ann", upload(1)).photo
    asked = replace(store, blobs=AwayAtFirst(store.blobs))
    assert asked.original("ann", photo.id) == (photo, upload(1).encoded)


def test_nothing_is_kept_where_the_store_is_off(settings: Settings) -> None:
    assert open_store(Settings(data=settings.data, store="no")) is None
