from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime.cli import OTHERS, TASKS

ROOT = Path(__file__).parents[2]
POINTS = {"right_eye", "left_eye", "nose_tip", "mouth", "right_ear", "left_ear"}


def run(*arguments: object, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge_runtime", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
    )


def answer(*arguments: object) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    return json.loads(line)


@pytest.fixture(scope="module")
def selfie() -> Path:
    return ROOT / "calibration" / "data" / "samples" / "obama.jpg"


def test_what_json_says_is_the_contract(selfie: Path) -> None:
    said = answer("faces", selfie)
    assert set(said) == {"task", "model", "variant", "image", "size", "ms", "result"}
    assert (said["task"], said["model"]) == ("faces", "face-detection-short")
    assert said["size"] == [910, 1137]
    assert set(said["ms"]) == {"decode", "preprocess", "run", "postprocess"}
    (face,) = said["result"]["faces"]
    assert set(face) == {"box", "score", "points"}
    assert set(face["points"]) == POINTS
    x0, y0, x1, y1 = face["box"]
    assert 300 < x0 < face["points"]["right_eye"][0] < face["points"]["left_eye"][0] < x1 < 660
    assert y0 < face["points"]["nose_tip"][1] < face["points"]["mouth"][1] < y1


def test_landmarks_and_smile_come_with_each_face(selfie: Path) -> None:
    (face,) = answer("landmarks", selfie)["result"]["faces"]
    points = np.array(face["landmarks"])
    assert points.shape == (468, 3)
    box = face["box"]
    assert box[0] - 80 < points[:, 0].min() < points[:, 0].max() < box[2] + 80
    (face,) = answer("smile", selfie)["result"]["faces"]
    assert face["smile"] > 0.95
    assert face["smile"] == face["expressions"]["happy"]
    assert sum(face["expressions"].values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("photo", "label"), [("coffee.png", "espresso"), ("chelsea.png", "cat")]
)
def test_classify_gives_five_labels(samples: Path, photo: str, label: str) -> None:
    labels = answer("classify", samples / photo)["result"]["labels"]
    assert len(labels) == 5
    assert label in labels[0]["label"]
    assert labels == sorted(labels, key=lambda found: -found["score"])


@pytest.mark.parametrize(
    ("photo", "label"),
    [("chelsea.png", "cat"), ("motorcycle.png", "motorcycle"), ("obama.jpg", "person")],
)
def test_detect_finds_what_is_there(samples: Path, photo: str, label: str) -> None:
    objects = answer("detect", samples / photo)["result"]["objects"]
    assert objects[0]["label"] == label
    assert len(objects[0]["box"]) == 4


def test_segment_writes_grey_at_the_size_of_the_photo(selfie: Path, tmp_path: Path) -> None:
    assert run("segment", selfie, "-o", tmp_path / "x.png").returncode == 0
    mask = Image.open(tmp_path / "x.png")
    assert (mask.mode, mask.size) == ("L", (910, 1137))
    values = np.asarray(mask)
    assert values[600, 455] > 250
    assert values[20, 20] < 5
    assert 0.45 < values.mean() / 255 < 0.65


def test_background_is_rgba_or_whatever_was_asked_for(selfie: Path, tmp_path: Path) -> None:
    assert run("background", selfie, "-o", tmp_path / "a.png").returncode == 0
    cut = np.asarray(Image.open(tmp_path / "a.png"))
    assert cut.shape == (1137, 910, 4)
    assert cut[600, 455, 3] == 255
    assert cut[20, 20, 3] == 0
    wanted = ("background", selfie, "-o", tmp_path / "b.jpg", "--background", "#102030")
    assert run(*wanted).returncode == 0
    filled = np.asarray(Image.open(tmp_path / "b.jpg")).astype(int)
    assert np.abs(filled[20, 20] - (16, 32, 48)).max() < 6


@pytest.mark.parametrize(
    "options",
    [("--style", "7"), ("--style", "3:0.5,12:0.5", "--keep-colours"), ("--size", "320x448")],
)
def test_style_paints_at_the_size_of_the_photo(
    samples: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    out = tmp_path / "x.png"
    assert run("style", samples / "chelsea.png", "-o", out, *options).returncode == 0
    painted, photo = (
        np.asarray(Image.open(out)),
        np.asarray(Image.open(samples / "chelsea.png")),
    )
    assert painted.shape == photo.shape
    assert np.abs(painted.astype(int) - photo).mean() > 8


def test_any_picture_can_be_the_style(samples: Path, tmp_path: Path) -> None:
    made = []
    for name in ("flower.jpg", "china.jpg"):
        out = tmp_path / "x.png"
        command = ("style", samples / "chelsea.png", "-o", out, "--style-image", samples / name)
        assert run(*command).returncode == 0
        made.append(np.asarray(Image.open(out)).astype(int))
    assert np.abs(made[0] - made[1]).mean() > 5


def test_a_bad_photo_does_not_stop_the_good_ones(samples: Path, tmp_path: Path) -> None:
    photos = tmp_path / "in"
    photos.mkdir()
    shutil.copy(samples / "coffee.png", photos / "a.png")
    (photos / "b.jpg").write_bytes(b"not a picture")
    shutil.copy(samples / "chelsea.png", photos / "c.png")
    done = run("classify", photos, "--json", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert [json.loads(line)["image"][-5:] for line in done.stdout.splitlines()] == [
        "a.png",
        "c.png",
    ]
    assert len([line for line in done.stderr.splitlines() if "b.jpg" in line]) >= 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "c.png"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("faces", "missing.jpg"), 1, "missing.jpg"),
        (("faces", "{photo}", "--model", "face-detection-shrot"), 1, "face-detection-short"),
        (("faces", "{photo}", "--variant", "int3"), 1, "'int3'; known: "),
        (("style", "{photo}", "-o", "x.png", "--style", "26"), 1, "0 to 25"),
        (("background", "{photo}", "-o", "x.png", "--background", "rainbw"), 1, "rainbow"),
        (("background", "{photo}", "-o", "x.jpg"), 1, "JPEG"),
        (("segment", "{photo}", "-o", "x.tga"), 1, ".png"),
        (("faces", "{photo}", "--bundle", "nowhere"), 1, "nowhere"),
        (("dance", "{photo}"), 2, "invalid choice"),
        (("faces",), 2, "PHOTO"),
        (("faces", "{photo}", "--threads", "0"), 2, "--threads"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    selfie: Path, tmp_path: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    done = run(*(a.format(photo=selfie) for a in arguments), cwd=tmp_path)
    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert status == 2 or len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_tampered_model_is_named(tmp_path: Path, selfie: Path) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(ROOT / "mobile_assets", bundle)
    path = next((bundle / "models" / "face-detection-short").glob("*.tflite"))
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    done = run("faces", selfie, "--bundle", bundle)
    assert done.returncode == 1
    assert path.name in done.stderr
    path.unlink()
    assert path.name in run("faces", selfie, "--bundle", bundle).stderr


def test_a_later_schema_says_to_update(tmp_path: Path, selfie: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"schema_version": 99, "models": [], "new": 1}')
    done = run("faces", selfie, "--bundle", tmp_path)
    assert done.returncode == 1
    assert "update PocketLens" in done.stderr


def test_all_eight_orientations_are_the_same_photo(samples: Path, tmp_path: Path) -> None:
    upright = Image.open(samples / "obama.jpg").resize((455, 568))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    boxes = []
    for orientation in range(1, 9):
        stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored.save(tmp_path / f"{orientation}.png", exif=exif)
    done = run("faces", tmp_path, "--json")
    for line in done.stdout.splitlines():
        said = json.loads(line)
        assert said["size"] == [455, 568]
        boxes.append(said["result"]["faces"][0]["box"])
    assert len(boxes) == 8
    assert np.ptp(np.array(boxes), axis=0).max() < 1


def test_no_face_is_a_result(samples: Path) -> None:
    assert answer("faces", samples / "coffee.png")["result"]["faces"] == []


def test_nothing_heavy_is_imported(selfie: Path) -> None:
    code = (
        "import sys; from edge_runtime.cli import main; main(['faces', sys.argv[1], '--json']);"
        "print(sorted({'torch', 'tensorflow', 'scipy', 'rich', 'onnx'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(selfie)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_name_of_bytes_that_are_no_text_is_a_name(samples: Path, tmp_path: Path) -> None:
    photo = tmp_path / os.fsdecode(b"\xff.png")
    shutil.copy(samples / "coffee.png", photo)
    said = answer("classify", photo)
    assert said["image"].endswith("\\udcff.png")
    assert run("classify", photo, "-o", tmp_path / "out").returncode == 0
    assert (tmp_path / "out" / photo.name).is_file()


@pytest.mark.parametrize("command", ["faces", "video"])
def test_a_name_too_long_to_be_one_is_one_line(command: str, tmp_path: Path) -> None:
    done = run(command, tmp_path / ("a" * 300 + ".mp4"), "-o", tmp_path / "out.mp4")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("edge-run: ")
    assert done.stderr.count("\n") == 1


def test_every_command_says_what_it_is_for() -> None:
    listed = run("--help").stdout
    for command in (*TASKS, *OTHERS):
        assert f"    {command}" in listed
    assert "what runs each model here" in run("canary", "--help").stdout
