from __future__ import annotations

from typing import Any

from edge_server.parents.every import parents


def test_each_project_has_a_file_and_a_blueprint() -> None:
    services: Any = None
    made = parents(services)
    assert [one.name for one in made] == [
        "cloud_vision",
        "object_cut",
        "smart_filter",
        "pic_metric",
    ]
    homes = {one.import_name for one in made}
    assert homes == {f"edge_server.parents.{one.name}" for one in made}
