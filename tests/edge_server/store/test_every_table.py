from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import edge_server
from edge_server.store.every_table import MODULES, every_table

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
