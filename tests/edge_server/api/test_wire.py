from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from edge_runtime import results
from edge_server.api import wire
from edge_server.problems import ModelOutputInvalid, NotAcceptable

RGB = np.full((4, 6, 3), 100, np.uint8)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        ([[0, 0], [0, 0]], [4]),
        ([[1, 1], [1, 1]], [0, 4]),
        ([[0, 1], [0, 1]], [2, 2]),
        ([[1, 0], [0, 1]], [0, 1, 2, 1]),
        ([[0, 1, 0]], [1, 1, 1]),
    ],
)
def test_runs_are_cocos(rows: list[list[int]], counts: list[int]) -> None:
    mask = np.array(rows, bool)
    record = wire.runs(mask)
    assert record == {"size": list(mask.shape), "counts": counts}
    flat = np.repeat(np.arange(len(counts)) % 2, counts)
    assert (flat.reshape(mask.shape, order="F") == mask).all()
    assert (wire.mask_of_runs(record) == mask).all()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_runs_are_what_pycocotools_reads() -> None:
    from pycocotools import mask as coco

    mask = np.random.default_rng(0).random((37, 53)) > 0.5
    record = wire.runs(mask)
    packed = coco.frPyObjects(record, *record["size"])
    assert (coco.decode(packed).astype(bool) == mask).all()


@pytest.mark.parametrize("media_type", wire.PICTURE_TYPES)
def test_a_picture_is_what_its_type_says(media_type: str) -> None:
    image = opened(wire.encoded(RGB, media_type))
    assert Image.MIME[image.format or ""] == media_type
    assert image.size == (6, 4)


def test_what_a_format_cannot_hold_is_said() -> None:
    with pytest.raises(NotAcceptable, match="16 bits"):
        wire.encoded(np.zeros((2, 2), np.uint16), "image/webp")


def test_what_is_transparent_is_on_white_as_jpeg_and_stays_so_elsewhere() -> None:
    pixels = np.zeros((16, 48, 4), np.uint8)
    pixels[:, 16:, 3] = 128
    pixels[:, 32:, 3] = 255
    seen = np.asarray(opened(wire.encoded(pixels, "image/jpeg"))).astype(int)
    assert seen.shape == (16, 48, 3)
    for left, grey in ((0, 255), (16, 127), (32, 0)):
        assert abs(seen[:, left + 4 : left + 12] - grey).max() <= 3
    assert (np.asarray(opened(wire.encoded(pixels, "image/png"))) == pixels).all()
    lost = [one for one in wire.PICTURE_TYPES if wire.loses_transparency(pixels, one)]
    assert lost == ["image/jpeg"]
    assert not wire.loses_transparency(pixels[..., :3], "image/jpeg")


@pytest.mark.parametrize("media_type", ["image/png", "image/webp"])
def test_what_was_cut_away_is_not_in_the_file(media_type: str) -> None:
    pixels = np.random.default_rng(7).integers(60, 256, (64, 64, 4), np.uint8)
    pixels[:, :32, 3], pixels[:, 32:, 3] = 0, 255
    made = np.asarray(opened(wire.encoded(pixels, media_type)))
    assert made[:, :16, :3].std(axis=(0, 1)).max() < 1
    assert made[:, 40:, :3].std() > 20
    np.testing.assert_array_equal(made[..., 3], pixels[..., 3])


def test_depth_is_millimetres_and_has_a_unit() -> None:
    metres = np.array([[0.5, 1.2345], [70.0, 3.0]], np.float32)
    depth = results.Depth(metres=metres, max_depth=80)
    pixels = wire.value_pixels(depth, RGB)
    assert pixels is not None
    again = np.asarray(opened(wire.encoded(pixels, "image/png")))
    assert again.tolist() == [[500, 1235], [65535, 3000]]
    record = wire.value_json(depth, "none")
    assert (record["unit"], record["nearest"], record["farthest"]) == ("metre", 0.5, 70.0)
    assert np.load(io.BytesIO(wire.npy(metres))).dtype == np.float32
    assert wire.depth_colours(depth).shape == (2, 2, 3)


def test_what_is_not_finite_is_the_models_fault() -> None:
    depth = results.Depth(metres=np.array([[np.nan]], np.float32), max_depth=10)
    with pytest.raises(ModelOutputInvalid):
        wire.value_json(depth, "none")
    with pytest.raises(ModelOutputInvalid):
        wire.value_pixels(depth, RGB)


def test_instances_have_masks_in_the_form_asked_for() -> None:
    mask = np.zeros((4, 6), bool)
    mask[1:3, 2:5] = True
    one = results.Instance(label="cat", score=0.9, box_xyxy=(2, 1, 5, 3), mask=mask)
    found = results.Instances(instances=(one,), size_hw=(4, 6))
    rle = wire.value_json(found, "rle")["instances"][0]
    assert rle["mask"]["size"] == [4, 6]
    png = wire.value_json(found, "png")["instances"][0]["mask"]
    again = np.asarray(opened(base64.b64decode(png["base64"])))
    assert (again.astype(bool) == mask).all()
    assert "mask" not in wire.value_json(found, "none")["instances"][0]
    pixels = wire.value_pixels(found, RGB)
    assert pixels is not None
    assert pixels.shape == RGB.shape
    assert (pixels[mask] != 100).any()


def test_a_class_map_has_a_legend_and_shares() -> None:
    classes = np.zeros((4, 6), np.uint8)
    classes[:, 3:] = 2
    palette = ((0, 0, 0), (1, 2, 3), (255, 0, 0))
    value = results.ClassMap(classes=classes, labels=("road", "car", "sky"), palette=palette)
    record = wire.value_json(value, "rle")
    assert [one["share"] for one in record["classes"]] == [0.5, 0, 0.5]
    assert record["classes"][2]["colour"] == [255, 0, 0]
    assert "mask" not in record["classes"][1]
    pixels = wire.value_pixels(value, RGB)
    assert pixels is not None
    assert pixels[0, 5].tolist() == [193, 40, 40]


def test_other_values_are_written_as_edge_run_does() -> None:
    labels = results.Labels(labels=(results.Label(label="cat", score=0.5),))
    assert wire.value_json(labels, "rle") == {"labels": [{"label": "cat", "score": 0.5}]}
    assert wire.value_pixels(labels, RGB) is None
