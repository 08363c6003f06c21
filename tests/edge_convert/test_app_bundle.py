from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from edge_convert import app_bundle
from edge_convert.app_bundle import callers_of, lines, write_bundle
from edge_convert.bundle import ASSETS
from edge_convert.cli import main
from edge_convert.placing import write_whole
from edge_convert.web_files import SCRIPTS, WASM
from edge_runtime import Bundle, Lens
from edge_runtime.errors import BundleTampered, PocketLensError, UnknownName
from edge_runtime.golden import read_basics, read_golden
from edge_runtime.hashes import content_bytes

SOURCE = Bundle.open(ASSETS)


def test_a_bundle_has_what_its_models_call_and_runs(tmp_path: Path, samples: Path) -> None:
    out = tmp_path / "app"
    made = write_bundle(SOURCE, ["smile"], "android", out)
    assert {part.model: part.needed_by for part in made.models} == {
        "smile": "",
        "face-detection-short": "smile",
    }
    assert made.bytes == content_bytes(out)
    names = {path.relative_to(out).parts[0] for path in out.iterdir()}
    assert names == {"manifest.json", "models", "labels", "golden", "NOTICE"}
    assert [path.name for path in (out / "labels").iterdir()] == ["expressions.txt"]
    photo = samples / "obama.jpg"
    assert Lens(out).smile(photo).value == Lens(ASSETS).smile(photo).value
    assert read_golden(out, "smile") == read_golden(ASSETS, "smile")
    assert read_basics(out) == read_basics(ASSETS)


@pytest.mark.parametrize(
    ("platform", "suffixes"),
    [("android", {".tflite"}), ("ios", {".mlpackage"}), ("all", {".tflite", ".mlpackage"})],
)
def test_only_the_files_of_the_platform_are_in_it(
    tmp_path: Path, platform: str, suffixes: set[str]
) -> None:
    out = tmp_path / "app"
    write_bundle(SOURCE, ["portrait-segmentation"], platform, out)  # type: ignore[arg-type]
    (entry,) = Bundle.open(out).manifest.models
    folder = out / "models" / "portrait-segmentation"
    assert {path.suffix for path in folder.iterdir()} == suffixes
    assert {Path(file.path).suffix for file in entry.files} == suffixes
    assert {choice.format for choice in entry.accelerators} == {f.format for f in entry.files}
    photos = {path.name for path in (out / "golden" / "photos").iterdir()}
    assert "coffee.png" not in photos
    assert "portrait-exif6.jpg" in photos


def test_a_bundle_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "app"
    write_bundle(SOURCE, ["smile"], "android", out)
    write_bundle(SOURCE, ["portrait-segmentation"], "android", out)
    assert [path.name for path in (out / "models").iterdir()] == ["portrait-segmentation"]
    assert not (out / "labels").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["app"]


def test_what_is_no_bundle_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(PocketLensError, match="is no bundle"):
        write_bundle(SOURCE, ["smile"], "android", tmp_path)
    with pytest.raises(PocketLensError, match="is no bundle"):
        write_bundle(SOURCE, ["smile"], "android", tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.fixture
def own(tmp_path: Path) -> Bundle:
    """The smallest bundle, for a test that breaks it."""
    write_bundle(SOURCE, ["portrait-segmentation"], "all", tmp_path / "own")
    return Bundle.open(tmp_path / "own")


@pytest.mark.parametrize("broken", ["models", "golden/portrait-segmentation", "golden/photos"])
def test_what_is_missing_is_said_and_nothing_is_written(
    own: Bundle, tmp_path: Path, broken: str
) -> None:
    shutil.rmtree(own.folder / broken)
    with pytest.raises(PocketLensError, match="edge-convert"):
        write_bundle(own, ["portrait-segmentation"], "all", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_changed_byte_is_found(own: Bundle, tmp_path: Path) -> None:
    (path,) = (own.folder / "models" / "portrait-segmentation").glob("*.tflite")
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleTampered, match="not the one of the manifest"):
        write_bundle(own, ["portrait-segmentation"], "all", tmp_path / "out")


def test_a_model_without_files_for_the_platform_is_said(tmp_path: Path) -> None:
    write_bundle(SOURCE, ["portrait-segmentation"], "android", tmp_path / "android")
    source = Bundle.open(tmp_path / "android")
    with pytest.raises(PocketLensError, match="has no file for ios"):
        write_bundle(source, ["portrait-segmentation"], "ios", tmp_path / "out")


def test_the_runtime_goes_along_for_the_web(own: Bundle, tmp_path: Path) -> None:
    with pytest.raises(PocketLensError, match=r"runtime\.js is missing: run 'npm ci"):
        write_bundle(own, ["portrait-segmentation"], "web", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    for name in (*SCRIPTS, *WASM, "page.js"):
        write_whole(own.folder / "web" / "dist" / name, name.encode())
    made = write_bundle(own, ["portrait-segmentation"], "web", tmp_path / "out")
    web = tmp_path / "out" / "web"
    names = {p.relative_to(web).as_posix(): p for p in web.rglob("*.*")}
    assert set(names) == {*SCRIPTS, *WASM}
    assert all(path.read_bytes() == name.encode() for name, path in names.items())
    assert made.runtime_bytes == sum(map(len, names))
    assert "the runtime" in lines(made)[1]
    assert lines(made)[2] == "filters: portrait"
    (entry,) = Bundle.open(tmp_path / "out").manifest.models
    assert {file.format for file in entry.files} == {"tflite"}


def test_the_notice_names_what_the_web_runtime_brings() -> None:
    assert "LiteRT.js" in app_bundle.NOTICE.read_text()


def test_who_calls_whom() -> None:
    found = callers_of(SOURCE, ["style-transfer-any", "face-landmarks"])
    assert found == {
        "style-transfer-any": "",
        "face-landmarks": "",
        "style-transfer-any-predict": "style-transfer-any",
        "face-detection-short": "face-landmarks",
    }
    with pytest.raises(UnknownName, match="did you mean 'smile'"):
        callers_of(SOURCE, ["smille"])


def test_the_command_says_what_it_weighs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "app"
    arguments = ["bundle", "smile", "--platform", "android", "--out", str(out)]
    assert main(arguments) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == f"{out}: {content_bytes(out):,} bytes for android"
    assert any("needed by smile" in line for line in told)
    assert main([*arguments, "--json"]) == 0
    record = msgspec.json.decode(capsys.readouterr().out)
    assert record["bytes"] == content_bytes(out)
    assert [part["model"] for part in record["models"]] == ["face-detection-short", "smile"]
    assert lines(app_bundle.AppBundle(out="o", platform="ios", models=(), bytes=1)) == [
        "o: 1 bytes for ios"
    ]


def test_a_bundle_of_nothing_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["bundle", "--platform", "ios", "--out", str(tmp_path)])
    assert caught.value.code == 2
