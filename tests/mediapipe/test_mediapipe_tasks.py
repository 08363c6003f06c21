"""Our files in MediaPipe Tasks, unchanged: it reads their metadata and gives our results.

MediaPipe wants another numpy, so it has an environment of its own: ``make test`` makes it,
``POCKETLENS_MEDIAPIPE_PYTHON`` names another.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edge_convert.tasks_form import write_tasks_form
from edge_runtime import Lens
from edge_runtime.contract import Resize
from edge_runtime.images import open_photo
from edge_runtime.interpreter import Session
from edge_runtime.preprocess import fit

ROOT = Path(__file__).parents[2]
PYTHON = Path(
    os.environ.get("POCKETLENS_MEDIAPIPE_PYTHON", ROOT / ".venv-mediapipe/bin/python")
)
LENS = Lens(ROOT / "mobile_assets")
ENTRIES = {entry.spec.id: entry for entry in LENS.bundle.manifest.models}
FILES = {
    file.path: (entry.spec, file)
    for entry in ENTRIES.values()
    for file in entry.files
    if file.format == "tflite"
}
SEGMENTERS = [name for name, one in ENTRIES.items() if one.spec.kind == "portrait-segmentation"]
CLASSIFIERS = [name for name, one in ENTRIES.items() if one.spec.kind == "image-classification"]
SAME = 1e-4  # two builds of XNNPACK; it was 0 when this was written
Ask = Callable[[list[dict[str, str]]], None]


@pytest.fixture(scope="module")
def ask() -> Ask:
    if not PYTHON.exists():
        if os.environ.get("CI"):
            pytest.fail(
                f"MediaPipe cannot be asked: there is no {PYTHON}; run 'make mediapipe'"
            )
        pytest.skip(f"there is no {PYTHON}: run 'make mediapipe'")

    def run(questions: list[dict[str, str]]) -> None:
        script = Path(__file__).with_name("ask_tasks.py")
        done = subprocess.run(
            [str(PYTHON), str(script)],
            input=json.dumps(questions),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    return run


def shrunk(model: str, photo: Path) -> NDArray[np.uint8]:
    """A photo of the model's own size: what is compared is the model, not the resizing."""
    size_hw = ENTRIES[model].spec.image.size_hw
    return fit(open_photo(photo).rgb, Resize(fit="stretch"), size_hw)[0][0].astype(np.uint8)


def ours(model: str, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    _, path = LENS.bundle.file(ENTRIES[model])
    output = ENTRIES[model].spec.outputs[0].name
    return Session(path).run({"image": pixels[None].astype(np.float32)})[output]


def whole(model: str, photo: Path) -> NDArray[np.uint8]:
    return open_photo(photo).rgb


def questions(
    kind: str,
    models: list[str],
    photos: list[Path],
    place: Path,
    take: Callable[[str, Path], NDArray[np.uint8]] = shrunk,
) -> list[dict[str, str]]:
    found = []
    for model in models:
        for photo in photos:
            picture = place / f"{model}-{photo.stem}.npy"
            np.save(picture, take(model, photo))
            out = picture.with_suffix(".out.npy" if kind == "segment" else ".json")
            _, path = LENS.bundle.file(ENTRIES[model])
            found.append(
                {
                    "ask": kind,
                    "model": str(path),
                    "picture": str(picture),
                    "out": str(out),
                    "name": model,
                }
            )
    return found


@pytest.fixture(scope="module")
def read_back(ask: Ask, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    place = tmp_path_factory.mktemp("metadata")
    asked = {
        path: {
            "ask": "metadata",
            "model": str(ROOT / "mobile_assets" / path),
            "out": str(place / f"{number}.json"),
        }
        for number, path in enumerate(FILES)
    }
    ask(list(asked.values()))
    return {path: json.loads(Path(one["out"]).read_text()) for path, one in asked.items()}


@pytest.mark.parametrize("path", FILES)
def test_mediapipe_reads_what_the_spec_says(path: str, read_back: dict[str, Any]) -> None:
    spec, file = FILES[path]
    said, files = read_back[path]["metadata"], read_back[path]["files"]
    assert (said["name"], said["description"]) == (spec.id, spec.title)
    assert said["version"] == spec.version
    assert spec.licence.weights in said["license"]
    assert spec.source.package in said["author"]
    assert said["min_parser_version"] == read_back[path]["parser"]
    (graph,) = said["subgraph_metadata"]
    image = graph["input_tensor_metadata"][0]
    size = image["content"]["content_properties"]["default_size"]
    assert (size["height"], size["width"]) == file.size_hw
    assert image["content"]["content_properties"]["color_space"] == "RGB"
    assert image["process_units"] == [
        {
            "options_type": "NormalizationOptions",
            "options": {"mean": [0.0], "std": [1.0]},
        }
    ]
    inputs = [tensor["name"] for tensor in graph["input_tensor_metadata"]]
    assert inputs == ["image", *(vector.name for vector in spec.vectors)]
    outputs = graph["output_tensor_metadata"]
    assert [tensor["name"] for tensor in outputs] == [output.name for output in spec.outputs]
    named = [one["name"] for tensor in outputs for one in tensor.get("associated_files", [])]
    assert named == list(files)
    if spec.labels:
        labels = ROOT / "mobile_assets" / "labels" / spec.labels
        assert files == {spec.labels: labels.read_text()}


def test_its_segmenter_gives_our_masks(ask: Ask, samples: Path, tmp_path: Path) -> None:
    photos = [samples / name for name in ("astronaut.png", "biden.jpg", "obama3.jpg")]
    asked = questions("segment", SEGMENTERS, photos, tmp_path)
    ask(asked)
    assert len(asked) == 6
    for one in asked:
        made, wanted = np.load(one["out"]), ours(one["name"], np.load(one["picture"]))[0]
        assert made.shape == wanted.shape
        assert np.ptp(wanted) > 0.8  # there is something to agree on
        assert np.abs(made - wanted).max() <= SAME


def test_its_own_resizing_moves_a_mask_little(ask: Ask, samples: Path, tmp_path: Path) -> None:
    photos = [samples / name for name in ("astronaut.png", "biden.jpg", "obama3.jpg")]
    asked = questions("segment", ["portrait-segmentation"], photos, tmp_path, whole)
    ask(asked)
    for photo, one in zip(photos, asked, strict=True):
        theirs = np.load(one["out"])[..., 0] > 0.5
        ours = LENS.segment(photo).value.probability > 0.5
        assert (theirs & ours).sum() / (theirs | ours).sum() >= 0.98


def test_its_classifier_gives_our_labels(ask: Ask, samples: Path, tmp_path: Path) -> None:
    photos = [samples / name for name in ("chelsea.png", "coffee.png", "rocket.jpg")]
    asked = questions("classify", CLASSIFIERS, photos, tmp_path)
    ask(asked)
    assert len(asked) == 3
    for one in asked:
        labels = LENS.bundle.labels(ENTRIES[one["name"]].spec)
        scores = ours(one["name"], np.load(one["picture"]))[0]
        best = np.argsort(-scores, kind="stable")[:5]
        made = json.loads(Path(one["out"]).read_text())
        assert [name for name, _ in made] == [labels[index] for index in best]
        assert np.abs(np.array([score for _, score in made]) - scores[best]).max() <= SAME


def detections(
    ask: Ask, kind: str, model: str, photo: Path, place: Path
) -> list[dict[str, Any]]:
    """What MediaPipe finds with the other form of a detector, in a photo of its size."""
    picture, out = place / "photo.npy", place / "found.json"
    np.save(picture, shrunk(model, photo))
    Image.fromarray(np.load(picture)).save(place / "photo.png")
    path = write_tasks_form(LENS.bundle, ENTRIES[model].spec, place)
    ask([{"ask": kind, "model": str(path), "picture": str(picture), "out": str(out)}])
    return json.loads(out.read_text())


@pytest.mark.parametrize("photo", ["coffee.png", "chelsea.png", "astronaut.png"])
def test_its_object_detector_gives_our_objects(
    photo: str, ask: Ask, samples: Path, tmp_path: Path
) -> None:
    """It suppresses across classes and we within one: what it leaves is among ours."""
    theirs = detections(ask, "detect", "object-detection", samples / photo, tmp_path)
    objects = LENS.detect(tmp_path / "photo.png").value.objects
    ours = {(one.label, round(one.score, 4)): one.box_xyxy for one in objects}
    assert theirs
    for one in theirs:
        box = ours[one["label"], round(one["score"], 4)]
        assert np.abs(np.array(one["box"]) - box).max() < 2  # whole pixels, cut off
    best = max(objects, key=lambda one: one.score)
    assert theirs[0]["label"] == best.label


@pytest.mark.parametrize("photo", ["astronaut.png", "biden.jpg", "obama.jpg"])
def test_its_face_detector_gives_our_faces(
    photo: str, ask: Ask, samples: Path, tmp_path: Path
) -> None:
    """It and we weigh the candidates of a face a little differently."""
    theirs = detections(ask, "faces", "face-detection-short", samples / photo, tmp_path)
    ours = LENS.faces(tmp_path / "photo.png").value.faces
    assert len(theirs) == len(ours) == 1
    (one,), (face,) = theirs, ours
    assert abs(one["score"] - face.score) <= 0.01
    assert np.abs(np.array(one["box"]) - face.box_xyxy).max() < 2  # whole pixels, cut off
    points = 128 * np.array(one["points"])
    assert np.abs(points - np.array(list(face.points.values()))).max() <= 0.5
