from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from edge_runtime.errors import PocketLensError, UnknownName
from edge_server.keys import DAY, KeyStore
from edge_server.problems import Forbidden, StorageUnavailable, Unauthenticated


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


def test_a_change_within_a_tick_of_the_clock_is_seen(store: KeyStore) -> None:
    key = store.add("phone")
    other = KeyStore(store.path)
    assert other.check(key, "infer")
    before = store.path.stat()
    store.revoke(store.list()[0].id)
    os.utime(store.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(Unauthenticated):
        other.check(key, "infer")


@pytest.mark.usefixtures("many_switches")
def test_changes_that_are_made_at_once_are_all_made(store: KeyStore) -> None:
    leaked = store.add("leaked")
    (known,) = store.list()
    start = Barrier(9)

    def change(number: int) -> str:
        own = KeyStore(store.path)
        start.wait(10)
        if number:
            return own.add(f"phone {number}")
        own.revoke(known.id)
        return ""

    with ThreadPoolExecutor(9) as threads:
        made = list(threads.map(change, range(9)))[1:]
    assert len(store.list()) == 9
    assert all(store.check(key, "infer") for key in made)
    with pytest.raises(Unauthenticated):
        store.check(leaked, "infer")


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


@pytest.mark.parametrize("content", ["[{", "", "{}", '[{"id": 5}]'])
def test_a_damaged_file_lets_nobody_in(store: KeyStore, content: str) -> None:
    key = store.add("phone")
    good = store.path.read_bytes()
    store.path.write_text(content)
    reader = KeyStore(store.path)
    with pytest.raises(StorageUnavailable, match=r"keys.json is damaged"):
        reader.check(key, "infer")
    store.path.unlink()
    with pytest.raises(Unauthenticated):
        reader.check(key, "infer")
    store.path.write_bytes(good)
    assert reader.check(key, "infer").name == "phone"


def test_a_place_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = KeyStore(tmp_path / "file" / "keys.json")
    with pytest.raises(StorageUnavailable, match="cannot be read"):
        store.list()
    with pytest.raises(PocketLensError):
        store.add("phone")


# A file limit is what a full disk is to whoever writes: a part of it is written, then no more.
_ADD = """
import resource, signal, sys
from pathlib import Path
from edge_server.keys import KeyStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
KeyStore(Path(sys.argv[1])).add("another")
"""


def test_a_full_disk_leaves_the_keys_as_they_were(store: KeyStore) -> None:
    key = store.add("phone")
    before = store.path.read_bytes()
    assert len(before) > 100
    done = subprocess.run(
        [sys.executable, "-c", _ADD, str(store.path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "make room there, or name another folder with POCKETLENS_DATA" in done.stderr
    left = sorted(path.name for path in store.path.parent.iterdir())
    assert left == ["keys.json", "keys.lock"]
    assert store.path.read_bytes() == before
    assert store.check(key, "infer").name == "phone"


def test_a_keys_owner_stays_when_it_is_rotated(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys.json")
    first = store.check(store.add("phone"), "infer")
    assert first.owner == first.id
    second = store.check(store.rotate(first.id), "infer")
    third = store.check(store.rotate(second.id), "infer")
    assert second.id != first.id != third.id
    assert second.owner == third.owner == first.id
    assert store.check(store.add("other"), "infer").owner != first.id


def test_keys_from_before_there_were_owners_own_themselves(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    text = KeyStore(path).add("phone")
    records = json.loads(path.read_text())
    del records[0]["owner"]
    path.write_text(json.dumps(records))
    record = KeyStore(path).check(text, "infer")
    assert record.owner == record.id


@pytest.mark.parametrize("days", [float("nan"), float("inf"), -1.0, 1e6])
def test_an_end_that_is_none_harms_no_key(store: KeyStore, days: float) -> None:
    key = store.add("phone")
    with pytest.raises(PocketLensError, match=r"cannot end after .*: say 0 to 36,500"):
        store.add("other", days=days)
    assert store.check(key, "infer")
    assert len(store.list()) == 1


@pytest.mark.parametrize("name", ["", "a\nb", "n" * 201])
def test_a_name_that_would_spoil_the_list_is_refused(store: KeyStore, name: str) -> None:
    with pytest.raises(PocketLensError, match="name is one line"):
        store.add(name)


def test_a_key_that_ends_is_rotated_to_one_that_ends(store: KeyStore) -> None:
    store.add("phone", days=90)
    (old,) = store.list()
    store.rotate(old.id)
    new = store.list()[-1]
    assert new.ends - new.made == pytest.approx(90 * DAY)
    assert store.list()[0].ends == pytest.approx(new.made + DAY, abs=5)
