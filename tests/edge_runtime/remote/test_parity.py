"""``edge-run parity`` against the real application, with a teacher of random weights."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from werkzeug.serving import make_server

from edge_runtime.cli import main
from edge_runtime.contract import DecodePhoto
from edge_runtime.doctor.dump import FILE
from edge_runtime.doctor.writing import files_of
from edge_runtime.outcomes import Unavailable
from edge_runtime.remote import RemoteLens
from edge_runtime.remote.parity import ask_parity, fitting
from edge_runtime.tracing import Stage
from edge_server.api.app import create_app
from edge_server.engine.counting import Tally
from edge_server.heavy_model import heavy_model
from edge_server.networks.segmenters import ARCHITECTURES
from edge_server.running import local_engine, services_for
from edge_server.settings import Settings
from edge_server.weights.weights_store import Own, WeightsStore

torch = pytest.importorskip("torch")
ROOT = Path(__file__).parents[3]
PHOTO = ROOT / "mobile_assets" / "golden" / "photos" / "astronaut.png"
MODEL = "portrait-segmentation"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    torch.manual_seed(0)
    labels = heavy_model("semantic-segmentation").spec.checkpoints[1].labels
    network = ARCHITECTURES["lraspp-mobilenet-v3"].build(len(labels))
    torch.save(network.state_dict(), folder / "tiny.pth")
    WeightsStore(folder).add("semantic-segmentation", folder / "tiny.pth", Own(labels=labels))
    chosen = Settings(data=str(folder), weights=str(folder), threads=2, device="cpu")
    tally = Tally()
    engine = local_engine(chosen, tally)
    app = create_app(services_for(chosen, engine, tally, lambda: False))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    engine.drain(10)


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dump") / "dump.zip"
    assert main(["dump", str(PHOTO), "--model", MODEL, "-o", str(path)]) == 0
    return path


@pytest.fixture
def remote(url: str) -> Iterator[RemoteLens]:
    lens = RemoteLens(url)
    yield lens
    lens.close()


def unzipped(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def test_a_healthy_dump_and_its_teacher(
    url: str, dump: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["parity", str(dump), "--server", url, "--photo", str(PHOTO), "--teacher"]
    assert main([*said, "--json"]) == 0
    parity = json.loads(capsys.readouterr().out)
    assert parity["healthy"] is True
    assert parity["teacher"]["measure"] == "IoU of person"
    assert 0 <= parity["teacher"]["value"] <= 1
    assert parity["teacher"]["variant"] == "tiny"
    assert main(said) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].endswith("computes what Python computes")
    assert lines[-1].startswith("teacher semantic-segmentation: IoU of person 0.")


def test_a_photo_is_dumped_first(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity", str(PHOTO), "--model", MODEL, "--server", url]) == 0
    assert "healthy" in capsys.readouterr().out


def test_a_folder_with_a_mistake(
    url: str, dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = unzipped(dump, tmp_path / "dump")
    head = json.loads((folder / FILE).read_text())
    stage = next(stage for stage in head["stages"] if stage["step"] == "resize")
    head["stages"], values = [stage], stage["values"][0]
    del head["result"]
    pixels = np.fromfile(folder / values["path"], np.uint8).reshape(values["shape"])
    pixels[..., ::-1].tofile(folder / values["path"])
    values["sha256"] = ""
    (folder / FILE).write_text(json.dumps(head))
    assert main(["parity", str(folder), "--server", url]) == 1
    assert "BGR" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("missing.zip", "cannot be read"),
        ("empty", "has no dump.json"),
        ("text.zip", "no ZIP file"),
    ],
)
def test_errors(
    source: str, message: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("text")
    assert main(["parity", str(tmp_path / source), "--server", url]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_photo_without_a_model_and_a_dump_with_one_are_told_apart(
    dump: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = ["--server", "http://127.0.0.1:1"]  # nothing is sent
    assert main(["parity", str(PHOTO), *nobody]) == 1
    assert "with --model the model that runs a photo" in capsys.readouterr().err
    assert main(["parity", str(dump), "--model", MODEL, *nobody]) == 1
    assert "is a dump already: leave --model out" in capsys.readouterr().err


def test_no_server_is_an_outcome(dump: Path, remote: RemoteLens) -> None:
    content = dump.read_bytes()
    made = ask_parity(remote, content)
    assert not isinstance(made, Unavailable)
    assert made.model == MODEL
    refused = ask_parity(remote, content[:-3])
    assert isinstance(refused, Unavailable)
    assert (refused.code, refused.retry_after) == ("dump-unusable", None)


def test_large_stages_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    program = (DecodePhoto(), DecodePhoto())
    stages = [
        Stage(index=0, face=None, value=np.zeros((3000, 1000, 3), np.uint8)),
        Stage(index=1, face=None, value=np.zeros((4, 4, 3), np.uint8)),
    ]
    files = files_of({"model": MODEL}, program, stages)
    kept = fitting(files)
    assert [stage["index"] for stage in json.loads(kept[FILE])["stages"]] == [1]
    assert sum(map(len, kept.values())) < 10_000
    assert "left out" in capsys.readouterr().err
    assert fitting(dict(kept)) == kept


def test_a_photo_that_is_none_is_named(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.jpg").write_text("text")
    source = str(tmp_path / "text.jpg")
    assert main(["parity", source, "--model", "smile", "--server", url]) == 1
    assert "text.jpg is not a picture" in capsys.readouterr().err
