"""Run by a Python that has MediaPipe: what its Tasks make of our files.

Questions come on standard input, a JSON list of ``{"ask", "model", "picture", "out"}``.
``picture`` is a ``.npy`` of RGB, uint8.  Masks are written to ``out`` as ``.npy``, all
else as JSON.
"""

import json
import sys
from pathlib import Path

import mediapipe as mp
import numpy as np
from mediapipe.tasks.cc.metadata.python import _pywrap_metadata_version
from mediapipe.tasks.python import BaseOptions, vision
from mediapipe.tasks.python.components.containers.detections import DetectionResult
from mediapipe.tasks.python.metadata import metadata


def main() -> None:
    for question in json.load(sys.stdin):
        ASKED[question["ask"]](question)


def said(question: dict[str, str]) -> None:
    """The metadata as MediaPipe reads it, the files that it finds, and the parser needed."""
    reader = metadata.MetadataDisplayer.with_model_file(question["model"])
    raw = metadata.get_metadata_buffer(Path(question["model"]).read_bytes())
    answer = {
        "metadata": json.loads(reader.get_metadata_json()),
        "files": {
            name: reader.get_associated_file_buffer(name).decode()
            for name in reader.get_packed_associated_file_list()
        },
        "parser": _pywrap_metadata_version.GetMinimumMetadataParserVersion(bytes(raw)),
    }
    Path(question["out"]).write_text(json.dumps(answer))


def segmented(question: dict[str, str]) -> None:
    options = vision.ImageSegmenterOptions(
        base_options=BaseOptions(model_asset_path=question["model"]),
        output_confidence_masks=True,
    )
    with vision.ImageSegmenter.create_from_options(options) as task:
        masks = task.segment(picture(question)).confidence_masks
    np.save(question["out"], np.stack([mask.numpy_view() for mask in masks], axis=-1))


def classified(question: dict[str, str]) -> None:
    options = vision.ImageClassifierOptions(
        base_options=BaseOptions(model_asset_path=question["model"]), max_results=5
    )
    with vision.ImageClassifier.create_from_options(options) as task:
        (head,) = task.classify(picture(question)).classifications
    best = [[one.category_name, one.score] for one in head.categories]
    Path(question["out"]).write_text(json.dumps(best))


def detected(question: dict[str, str]) -> None:
    options = vision.ObjectDetectorOptions(
        base_options=BaseOptions(model_asset_path=question["model"]), score_threshold=0.5
    )
    with vision.ObjectDetector.create_from_options(options) as task:
        Path(question["out"]).write_text(json.dumps(found(task.detect(picture(question)))))


def faces(question: dict[str, str]) -> None:
    options = vision.FaceDetectorOptions(
        base_options=BaseOptions(model_asset_path=question["model"])
    )
    with vision.FaceDetector.create_from_options(options) as task:
        Path(question["out"]).write_text(json.dumps(found(task.detect(picture(question)))))


def found(result: DetectionResult) -> list[dict[str, object]]:
    """Label, score, box (left, top, right, bottom in whole pixels), points in 0..1."""
    return [
        {
            "label": one.categories[0].category_name,
            "score": one.categories[0].score,
            "box": [
                one.bounding_box.origin_x,
                one.bounding_box.origin_y,
                one.bounding_box.origin_x + one.bounding_box.width,
                one.bounding_box.origin_y + one.bounding_box.height,
            ],
            "points": [[point.x, point.y] for point in one.keypoints or []],
        }
        for one in result.detections
    ]


def picture(question: dict[str, str]) -> mp.Image:
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.load(question["picture"]))


ASKED = {
    "metadata": said,
    "segment": segmented,
    "classify": classified,
    "detect": detected,
    "faces": faces,
}

if __name__ == "__main__":
    main()
