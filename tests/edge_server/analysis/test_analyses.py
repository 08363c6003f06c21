from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge_runtime.bundle import Bundle
from edge_server.analysis.analyses import ANALYSES, Analyses
from edge_server.problems import UnknownName
from edge_server.running import local_engine
from edge_server.settings import Settings
from edge_server.tasks.every import every_task

EMBEDDED = {"objects", "classify", "smile", "faces"}


def test_names_are_those_of_tasks_that_need_nothing_but_a_photo() -> None:
    tasks = {task.name: task for task in every_task(Bundle.open())}
    named = [one.task for one in ANALYSES]
    assert len(set(named)) == len(named)
    assert set(named) & set(tasks) >= EMBEDDED
    for name in set(named) & set(tasks):
        assert tasks[name].pictures == ()
        tasks[name].params()  # every parameter has a default


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["faces", "classify"], ("classify", "faces")),
        (["faces", " faces ", ""], ("faces",)),
        (["all"], ("caption", "objects", "classify", "smile", "faces")),
        (["all", "faces"], ("caption", "objects", "classify", "smile", "faces")),
        (["caption"], ("caption",)),
    ],
)
def test_names_are_taken_in_one_order(names: list[str], chosen: Any, laboratory: Any) -> None:
    laboratory.versions["caption-model"] = None
    assert laboratory.analyses.chosen(names).analyses == chosen


def test_without_names_what_has_no_weights_is_skipped_and_told(laboratory: Any) -> None:
    laboratory.versions["caption-model"] = None
    chosen = laboratory.analyses.chosen([])
    assert chosen.analyses == ("objects", "classify", "smile", "faces")
    assert chosen.skipped == ("caption",)


@pytest.mark.parametrize(("name", "hint"), [("face", "did you mean faces"), ("x", "known are")])
def test_another_name_is_told_the_nearest(name: str, hint: str, laboratory: Any) -> None:
    with pytest.raises(UnknownName, match=hint):
        laboratory.analyses.chosen([name])


def test_versions_are_those_of_every_model_that_is_asked(laboratory: Any) -> None:
    analyses = laboratory.analyses
    found = {"smile-model": "smile-1", "face-detection-short": "short-1"}
    assert analyses.versions("smile") == found
    laboratory.versions["face-detection-short"] = None
    assert analyses.versions("smile") is None
    assert analyses.versions("classify") == {"classify-model": "classify-1"}


def test_every_analysis_of_this_server_has_versions_or_needs_weights(tmp_path: Path) -> None:
    settings = Settings(weights=str(tmp_path), device="cpu", threads=1)
    observer: Any = _Deaf()
    engine = local_engine(settings, observer)
    try:
        analyses = Analyses.of(every_task(Bundle.open()), engine)
        chosen = analyses.chosen([])
        assert set(chosen.analyses) >= EMBEDDED
        for name in analyses.known:
            versions = analyses.versions(name)
            assert versions is None or all(len(x) in {0, 64} for x in versions.values()), name
    finally:
        engine.drain(5)


class _Deaf:
    def count(self, *_given: Any, **_labels: str) -> None:
        pass

    def observe(self, *_given: Any, **_labels: str) -> None:
        pass
