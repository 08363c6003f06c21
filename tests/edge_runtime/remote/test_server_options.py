from __future__ import annotations

import argparse
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edge_runtime import Lens
from edge_runtime.cli import _task_options, main
from edge_runtime.errors import NoAnswer
from edge_runtime.outcomes import Degraded, Provenance, Unavailable
from edge_runtime.routing import POLICIES
from edge_runtime.server_options import prediction_of, routed

TASKS = ("segment", "background", "faces", "landmarks", "smile", "style", "classify", "detect")
_UNAVAILABLE = {one.name for one in fields(Unavailable)}


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_may_be_the_servers(
    task: str, fake: Any, samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(samples / "obama2.jpg")
    given = [task, photo, "--json", "--server", fake.url, "--policy", "server-first"]
    assert main(given) == 0
    (record,) = lines(capsys)
    assert record["variant"] == "fp32"
    assert record["model"].startswith("the-")
    assert record["ms"]["run"] > 0
    assert record["outcome"] == "ok"
    assert "why" not in record
    (asked,) = fake.posts()
    origin = record["provenance"]
    assert set(origin) == {one.name for one in fields(Provenance)}
    assert (origin["where"], origin["sha256"]) == ("server", fake.sha256)
    assert (origin["model"], origin["variant"]) == (record["model"], record["variant"])
    assert (origin["accelerator"], origin["attempts"]) == ("cpu", 1)
    assert origin["ms"]["server.run"] == 1.5
    assert origin["ms"]["round_trip"] == record["ms"]["run"]
    assert origin["bytes_sent"] == len(asked.body)


def test_a_small_jpeg_is_sent_as_it_is_and_of_a_large_one_it_is_said_what_was_saved(
    fake: Any, samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Image.open(samples / "obama2.jpg") as photo:
        for name, size in (("small.jpg", (400, 300)), ("large.jpg", (2400, 1800))):
            photo.convert("RGB").resize(size).save(tmp_path / name, quality=80)
    given = ["--json", "--server", fake.url, "--policy", "server-first"]
    assert main(["faces", str(tmp_path / "small.jpg"), *given]) == 0
    assert main(["faces", str(tmp_path / "large.jpg"), *given]) == 0
    small, large = (record["provenance"] for record in lines(capsys))
    whole = {name: (tmp_path / name).stat().st_size for name in ("small.jpg", "large.jpg")}
    assert fake.posts()[0].body == (tmp_path / "small.jpg").read_bytes()
    assert (small["bytes_sent"], small["bytes_saved"]) == (whole["small.jpg"], 0)
    assert large["bytes_sent"] + large["bytes_saved"] == whole["large.jpg"]
    assert large["bytes_saved"] > 0


def test_the_device_is_first_unless_said_otherwise(
    fake: Any, samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(samples / "obama2.jpg")
    assert main(["faces", photo, "--json", "--server", fake.url]) == 0
    assert main(["faces", photo, "--json"]) == 0
    by_router, plain = lines(capsys)
    assert by_router["result"] == plain["result"]
    assert by_router["model"] == plain["model"]
    assert by_router["outcome"] == "ok"
    origin = by_router["provenance"]
    assert (origin["where"], origin["accelerator"]) == ("device", "cpu")
    assert len(origin["sha256"]) == 64
    assert origin["ms"]["run"] == by_router["ms"]["run"]
    assert not {"outcome", "provenance"} & set(plain)
    assert fake.seen == []


def test_less_and_why_stand_in_the_json(
    fake: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.missing.add("super-resolution")
    photo = str(tmp_path / "small.png")
    Image.new("RGB", (16, 12), "teal").save(photo)
    asked = ["super-resolution", photo, "--json", "--server", fake.url]
    assert main([*asked, "--policy", "server-first"]) == 0
    (record,) = lines(capsys)
    assert record["outcome"] == "degraded"
    assert "trained on drawings" in record["why"]
    assert "it is weights-missing" in record["why"]
    assert record["provenance"]["where"] == "device"


def test_an_outage_stands_in_the_json(
    fake: Any, samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(samples / "obama2.jpg")
    asked = ["faces", photo, "--json", "--server", fake.url, "--policy", "device-only"]
    assert main([*asked, "--model", "another"]) == 1
    said = capsys.readouterr()
    record = json.loads(said.out)
    assert set(record) == {"task", "image", "size", "outcome", *_UNAVAILABLE}
    assert (record["outcome"], record["code"]) == ("unavailable", "device-failed")
    assert record["retry_after"] is None
    assert said.err == f"edge-run: there is no answer: {record['why']}\n"
    assert main([*asked[:2], *asked[3:], "--model", "another"]) == 1
    assert capsys.readouterr().out == ""


def test_a_key_is_taken_from_the_environment(
    fake: Any, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCKETLENS_KEY", "secret")
    photo = str(samples / "obama2.jpg")
    assert main(["faces", photo, "--server", fake.url, "--policy", "server-first"]) == 0
    assert fake.seen[-1].headers["authorization"] == "Bearer secret"


def test_a_policy_that_does_not_exist_is_a_usage_error(samples: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["faces", "x.jpg", "--server", "http://127.0.0.1:9", "--policy", "luck"])
    assert ended.value.code == 2


def test_a_wrong_address_is_one_line(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faces", str(samples / "obama2.jpg"), "--server", "nowhere"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_line_knows_every_policy() -> None:
    parser = argparse.ArgumentParser()
    _task_options(parser, "faces")
    (action,) = [one for one in parser._actions if one.dest == "policy"]
    assert tuple(action.choices or ()) == POLICIES


def test_an_outage_ends_the_command() -> None:
    with pytest.raises(NoAnswer, match="the server is away"):
        prediction_of(Unavailable("the server is away", None))


def test_less_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    origin = Provenance(
        where="device", model="m", sha256="", variant="v", accelerator="", ms={"run": 2.0}
    )
    prediction = prediction_of(Degraded(1, origin, "coarse"))
    assert (prediction.value, prediction.ms.run) == (1, 2.0)
    assert "coarse" in capsys.readouterr().err


def test_another_model_is_asked_for(fake: Any, samples: Path) -> None:
    args = argparse.Namespace(server=fake.url, policy="server-first")
    with routed(Lens(), args) as lens:
        lens.faces(samples / "obama2.jpg", model="face-detection-full")
    assert "model=face-detection-full" in fake.posts()[-1].path
