from __future__ import annotations

import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import edge_server
from edge_server.settings import Settings
from edge_server.store.every_table import MODULES, every_table
from edge_server.store.records import Search
from edge_server.store.store import open_store

PACKAGE = Path(edge_server.__file__).parent


def test_every_module_that_declares_a_table_is_listed() -> None:
    found = {
        "edge_server." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^class \w+\(Base\):", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found == set(MODULES)
    assert {"photos", "blobs"} <= set(every_table().tables)


def test_the_server_starts_without_sqlalchemy() -> None:
    text = (
        "import sys, edge_server.running, edge_server.api.photos, edge_server.store.tending;"
        "print('sqlalchemy' in sys.modules, 'alembic' in sys.modules, 'obstore' in sys.modules)"
    )
    said = subprocess.check_output([sys.executable, "-c", text], text=True)
    assert said.split() == ["False", "False", "False"]


# One thread is declaring tables, and is held before the second of a module, while another
# opens a store and asks it.
_AT_ONCE = """
import builtins, sys, threading

declaring, asked, build = threading.Event(), threading.Event(), builtins.__build_class__

def held(body, name, *bases, **named):
    if name == "EnrolledFace":
        declaring.set()
        asked.wait(1)
    return build(body, name, *bases, **named)

def declare():
    import edge_server.people.tables

builtins.__build_class__ = held
thread = threading.Thread(target=declare)
thread.start()
assert declaring.wait(60)

from edge_server.settings import Settings
from edge_server.store.records import Search
from edge_server.store.store import open_store

store = open_store(Settings(data=sys.argv[1]))
print(store.search("ann", Search()).photos)
asked.set()
thread.join()
store.close()
"""


def test_a_store_may_be_asked_while_another_thread_declares_tables(tmp_path: Path) -> None:
    store = open_store(Settings(data=str(tmp_path)))
    assert store is not None
    with closing(store):  # made before: else bringing it up to date imports every table
        assert store.search("ann", Search()).photos == ()
    done = subprocess.run(
        [sys.executable, "-c", _AT_ONCE, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.returncode) == ("()\n", 0), done.stderr
