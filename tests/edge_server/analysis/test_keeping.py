from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from edge_server.analysis import keeping as keeping_module
from edge_server.analysis.analyses import Analyses, Analysis
from edge_server.analysis.findings import Finding
from edge_server.analysis.keeping import Keeping
from edge_server.intake.intake import Intake
from edge_server.intake.upload import Upload
from edge_server.store.tables import Result

NAMES = ("classify", "smile")


@pytest.fixture
def upload(photo: Callable[..., bytes]) -> Upload:
    return Intake().from_bytes(photo())


@pytest.fixture
def keeping(laboratory: Any) -> Keeping:
    return Keeping(store=laboratory.store, analyses=laboratory.analyses, owner="me")


def finding(name: str, text: str = "cat") -> Finding:
    content = msgspec.Raw(msgspec.json.encode({"labels": [{"label": text}]}))
    return Finding(
        model=f"{name}-model",
        variant="v",
        sha256=f"{name}-1",
        device="cpu",
        result=content,
        ms={"run": 1.0},
    )


def test_what_was_kept_is_found_by_the_bytes_and_marked(keeping: Any, upload: Upload) -> None:
    keeping.keep(upload, {"classify": finding("classify")})
    known = keeping.known(upload.sha256, NAMES)
    assert set(known.findings) == {"classify"}
    assert known.findings["classify"].stored
    kept = msgspec.structs.replace(known.findings["classify"], stored=False)
    assert kept == finding("classify")
    assert (known.size_wh, known.format, known.warnings) == ((64, 48), "png", ())
    assert keeping.known("0" * 64, NAMES).findings == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda laboratory, keeping: replace(keeping, owner="another"),
        lambda laboratory, keeping: replace(keeping, allow_truncated=True),
        lambda laboratory, keeping: (
            laboratory.versions.update({"classify-model": "classify-2"}) or keeping
        ),
    ],
    ids=["owner", "decoding", "version"],
)
def test_another_owner_decoding_or_version_is_another_question(
    change: Any, laboratory: Any, keeping: Any, upload: Upload
) -> None:
    keeping.keep(upload, {"classify": finding("classify")})
    assert change(laboratory, keeping).known(upload.sha256, NAMES).findings == {}


def test_another_version_of_a_model_beside_or_of_the_program_is_another_question(
    laboratory: Any, keeping: Any, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.keep(upload, {"smile": finding("smile")})
    assert keeping.known(upload.sha256, NAMES).findings
    laboratory.versions["face-detection-short"] = "short-2"
    assert keeping.known(upload.sha256, NAMES).findings == {}
    laboratory.versions["face-detection-short"] = "short-1"
    monkeypatch.setattr(keeping_module, "_program", lambda: "99")
    assert keeping.known(upload.sha256, NAMES).findings == {}


def test_an_answer_takes_the_place_of_one_by_an_older_version(
    laboratory: Any, keeping: Any, upload: Upload
) -> None:
    keeping.keep(upload, {"classify": finding("classify")})
    laboratory.versions["classify-model"] = "classify-2"
    newer = msgspec.structs.replace(finding("classify", "dog"), sha256="classify-2")
    keeping.keep(upload, {"classify": newer})
    known = keeping.known(upload.sha256, NAMES)
    assert b"dog" in bytes(known.findings["classify"].result)
    with laboratory.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Result)) == 1


def test_an_answer_by_a_version_that_was_replaced_meanwhile_is_not_kept(
    laboratory: Any, keeping: Any, upload: Upload
) -> None:
    laboratory.versions["classify-model"] = "classify-2"
    keeping.keep(upload, {"classify": finding("classify")})  # computed by classify-1
    assert keeping.known(upload.sha256, NAMES).findings == {}
    assert keeping.store.find("me", upload.sha256) is None


def test_what_changes_with_other_things_than_models_is_not_kept(
    laboratory: Any, keeping: Any, upload: Upload
) -> None:
    analyses = laboratory.analyses
    fleeting = {"classify": Analysis(task="classify", lasting=False)}
    never = replace(keeping, analyses=Analyses(analyses.tasks, fleeting, laboratory))
    never.keep(upload, {"classify": finding("classify")})
    assert never.known(upload.sha256, ["classify"]).findings == {}
    assert keeping.known(upload.sha256, ["classify"]).findings == {}


def test_what_was_found_is_found_again_by_its_words(keeping: Any, upload: Upload) -> None:
    from edge_server.store.records import Search

    keeping.keep(upload, {"classify": finding("classify", "Siamese cat")})
    page = keeping.store.search("me", Search(words="siamese cat"))
    assert [one.sha256 for one in page.photos] == [upload.sha256]
