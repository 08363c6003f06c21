from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import PocketLensError, UnknownName
from edge_server.keys import DAY, KeyStore
from edge_server.problems import Forbidden, Unauthenticated


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "data" / "keys.json")


def test_a_key_is_good_and_only_its_hash_is_kept(store: KeyStore) -> None:
    key = store.add("phone")
    assert store.check(key, "infer").name == "phone"
    text = store.path.read_text()
    assert key not in text
    assert key.split("_", 2)[2] not in text
    assert store.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "change", [lambda k: k[:-1], lambda k: k[:-1] + "!", lambda _: "", str.upper]
)
def test_another_key_is_not(store: KeyStore, change: object) -> None:
    key = store.add("phone")
    with pytest.raises(Unauthenticated):
        store.check(change(key), "infer")  # type: ignore[operator]


def test_a_scope_is_needed(store: KeyStore) -> None:
    with pytest.raises(Forbidden, match="admin"):
        store.check(store.add("phone"), "admin")
    assert store.check(store.add("me", ("infer", "admin")), "admin")


def test_a_key_ends(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    key = store.add("phone", days=2)
    now = store.list()[0].made
    monkeypatch.setattr("edge_server.keys.time", lambda: now + 2 * DAY)
    with pytest.raises(Unauthenticated):
        store.check(key, "infer")


def test_a_revoked_key_is_refused_by_another_process_too(store: KeyStore) -> None:
    key = store.add("phone")
    other = KeyStore(store.path)
    assert other.check(key, "infer")
    store.revoke(store.list()[0].id)
    with pytest.raises(Unauthenticated):
        other.check(key, "infer")


def test_rotating_leaves_the_old_key_a_day(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = store.add("phone")
    new = store.rotate(store.list()[0].id)
    assert store.check(old, "infer")
    later = store.list()[0].made + 1.5 * DAY
    monkeypatch.setattr("edge_server.keys.time", lambda: later)
    assert store.check(new, "infer").name == "phone"
    with pytest.raises(Unauthenticated):
        store.check(old, "infer")


def test_what_is_not_there_is_named(store: KeyStore) -> None:
    with pytest.raises(UnknownName, match="unknown key"):
        store.revoke("0" * 12)


def test_a_damaged_file_lets_nobody_in(store: KeyStore) -> None:
    key = store.add("phone")
    store.path.write_text("[{")
    with pytest.raises(PocketLensError, match=r"keys.json is damaged"):
        KeyStore(store.path).check(key, "infer")
