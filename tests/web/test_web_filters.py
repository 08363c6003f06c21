"""The filters of the browser against Python's, on the same pictures and scenes."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.backdrops import WORDS, backdrop
from edge_runtime.backdrops.patterns import PATTERNS
from edge_runtime.bundle import Bundle
from edge_runtime.filters import Filter
from edge_runtime.filters.library import Library
from edge_runtime.filters.observing import observe
from edge_runtime.filters.scene import Scene
from edge_runtime.images import Photo, open_photo

ROOT = Path(__file__).parents[2]
BUNDLE = Bundle.open(ROOT / "mobile_assets")
PRESETS = Library.open(BUNDLE.folder).recipes()
SAMPLES = ROOT / "calibration" / "data" / "samples"
EVALUATION = SAMPLES.parent / "evaluation"
LONGER = 320

APPLY = """async (web, { preset, rgb, alpha, depth, faces, painted, seconds }) => {
  const library = await web.lib.Library.open(web.lib.fetcher('/'));
  const filter = await web.lib.Filter.preset(preset, library);
  const plane = (a) => a && { width: a.shape[1], height: a.shape[0], channels: 1,
    data: web.tensor(a).data };
  const scene = {
    faces: faces.map(({ landmarks, smile }) => ({
      boxXyxy: [0, 0, 1, 1], score: 1, points: {}, smile,
      landmarks: web.tensor(landmarks).data })),
    alpha: plane(alpha), depth: plane(depth), seconds,
    painted: Object.fromEntries(
      Object.entries(painted).map(([mix, a]) => [mix, web.pixels(a)])),
  };
  const { width, height, data } = filter.apply(web.pixels(rgb), scene);
  return { picture: web.packed({ shape: [height, width, 3], data }), needs: filter.needs };
}"""
RUN = """async (web, { preset, photo }) => {
  const library = await web.lib.Library.open(web.lib.fetcher('/'));
  const filter = await web.lib.Filter.preset(preset, library);
  const { width, height, data } = await filter.run(await web.opened(), web.bytes(photo));
  return web.packed({ shape: [height, width, 3], data });
}"""
OBSERVE = """async (web, { preset, photo }) => {
  const library = await web.lib.Library.open(web.lib.fetcher('/'));
  const filter = await web.lib.Filter.preset(preset, library);
  const rgb = await web.lib.openPhoto(web.bytes(photo));
  const { faces } = await filter.observe(await web.opened(), rgb);
  return faces.map(({ boxXyxy }) => boxXyxy);
}"""
PAINT = """async (web, { recipe, size }) => {
  const library = await web.lib.Library.open(web.lib.fetcher('/'));
  const filter = await web.lib.Filter.read(recipe, 'own', library);
  const [width, height] = size;
  const black = { width, height, data: new Uint8Array(3 * width * height) };
  const alpha = { width, height, channels: 1, data: new Float32Array(width * height) };
  const scene = { faces: [], alpha, depth: null, painted: {}, seconds: 0 };
  const { data } = filter.apply(black, scene);
  return web.packed({ shape: [height, width, 3], data });
}"""
READ = """async (web, { recipe }) => {
  const library = await web.lib.Library.open(web.lib.fetcher('/'));
  try {
    await web.lib.Filter.read(recipe, 'own', library);
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
  return '';
}"""


def packed(array: np.ndarray[Any, Any] | None) -> dict[str, Any] | None:
    if array is None:
        return None
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": data}


def unpacked(record: dict[str, Any]) -> np.ndarray[Any, Any]:
    data = np.frombuffer(base64.b64decode(record["data"]), record["dtype"])
    return data.reshape(record["shape"])


@cache
def small(name: str) -> Photo:
    rgb = open_photo(SAMPLES / name).rgb
    scale = LONGER / max(rgb.shape[:2])
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    pixels: Any = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return Photo(rgb=pixels)


@cache
def seen(name: str, preset: str) -> Scene:
    """As Python's models see it; depths fall off from left to right."""
    photo = small(name)
    needs = Filter.preset(preset, BUNDLE.folder).needs
    scene = observe(Lens(BUNDLE), photo, needs).scene
    depth = np.linspace(1, 9, photo.rgb.shape[1], dtype=np.float32)[None]
    wide = np.repeat(depth, photo.rgb.shape[0], axis=0) if needs.depth else None
    return Scene(
        faces=scene.faces, alpha=scene.alpha, depth=wide, painted=scene.painted, seconds=0.7
    )


def sent(name: str, preset: str) -> dict[str, Any]:
    scene = seen(name, preset)
    alpha = None if scene.alpha is None else scene.alpha.astype(np.float32) / 255
    faces = [
        {"smile": face.smile or 0, "landmarks": packed(face.landmarks)} for face in scene.faces
    ]
    return {
        "preset": preset,
        "rgb": packed(small(name).rgb),
        "alpha": packed(alpha),
        "depth": packed(scene.depth),
        "faces": [face for face in faces if face["landmarks"]],
        "painted": {mix: packed(picture) for mix, picture in scene.painted.items()},
        "seconds": scene.seconds,
    }


def apart(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> tuple[float, float]:
    """The mean difference in grey levels, and the share of pixels off by more than 24: along
    outlines, which either smooths in its own way."""
    away = np.abs(ours.astype(int) - theirs.astype(int)).max(axis=2)
    return float(away.mean()), float((away > 24).mean())


@pytest.mark.parametrize("preset", PRESETS)
def test_a_filter_draws_in_the_browser_what_it_draws_in_python(web: Any, preset: str) -> None:
    name = "obama.jpg" if len(preset) % 2 else "astronaut.png"
    got = web.call(APPLY, sent(name, preset))
    ours = Filter.preset(preset, BUNDLE.folder).apply(small(name).rgb, seen(name, preset))
    mean, far = apart(ours, unpacked(got["picture"]))
    assert mean < 1.5, f"{mean:.2f} grey levels"
    assert far < 0.012, f"{far:.2%} of the pixels"


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_a_backdrop_is_the_same_picture(web: Any, pattern: str) -> None:
    words, size = ["sunset", "teal", pattern], (240, 160)
    layer = {"do": "background", "words": ",".join(words)}
    recipe = {"title": "Own", "about": "Own", "layers": [layer]}
    got = unpacked(web.call(PAINT, {"recipe": recipe, "size": size}))
    mean, far = apart(backdrop(words, size), got)
    assert mean < 1.0, f"{mean:.2f} grey levels"
    assert far < 0.01, f"{far:.2%} of the pixels"


@pytest.mark.parametrize("paint", ["rainbow", "gold", "red"])
def test_a_palette_is_the_same_colours(web: Any, paint: str) -> None:
    assert paint in WORDS
    recipe = {
        "title": "Own",
        "about": "Own",
        "layers": [{"do": "background", "words": paint}],
    }
    got = unpacked(web.call(PAINT, {"recipe": recipe, "size": (64, 256)}))
    assert apart(backdrop([paint], (64, 256)), got)[0] < 0.6


def test_a_photo_is_looked_at_and_filtered_in_the_browser(web: Any) -> None:
    content = (SAMPLES / "astronaut.png").read_bytes()
    record = {"preset": "love", "photo": base64.b64encode(content).decode()}
    got = unpacked(web.call(RUN, record, seconds=120))
    outcome = Filter.preset("love", BUNDLE.folder)(Lens(BUNDLE), SAMPLES / "astronaut.png")
    mean, far = apart(outcome.value.pixels, got)
    assert mean < 1.5, f"{mean:.2f} grey levels"
    assert far < 0.01, f"{far:.2%} of the pixels"


@pytest.mark.parametrize(
    ("photo", "preset", "count"),
    [
        ("three-men.jpg", "royal", 3),  # not the arm
        ("baseball.jpg", "royal", 0),
        ("camera-man.jpg", "royal", 1),
        ("canyon-man.jpg", "mood", 1),
        ("bar-couple-glasses.jpg", "mood", 2),
    ],
)
def test_what_is_no_face_from_close_by_is_drawn_on_neither_here_nor_there(
    web: Any, photo: str, preset: str, count: int
) -> None:
    content = (EVALUATION / photo).read_bytes()
    record = {"preset": preset, "photo": base64.b64encode(content).decode()}
    theirs = web.call(OBSERVE, record, seconds=120)
    needs = Filter.preset(preset, BUNDLE.folder).needs
    ours = observe(Lens(BUNDLE), open_photo(EVALUATION / photo), needs).scene.faces
    assert len(theirs) == len(ours) == count
    for box, face in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(box, face.box_xyxy, atol=1)


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ({"do": "grade", "warmt": 1}, "$.layers[0].warmt"),
        ({"do": "grade", "warmth": 2}, "$.layers[0].warmth"),
        ({"do": "glow"}, "$.layers[0].do"),
        ({"do": "sticker", "art": "hart"}, "$.layers[0].art"),
        ({"do": "sticker", "art": "heart"}, "$.layers[0].art"),
        ({"do": "background", "words": "sky,cloud"}, "$.layers[0].words"),
        ({"do": "light", "at": [0.5], "colour": "#ffffff"}, "$.layers[0].at"),
        ({"do": "light", "at": [0, 0], "colour": "white"}, "$.layers[0].colour"),
        (
            {
                "do": "choose",
                "when": {"test": "smiling", "of": "each"},
                "then": [{"do": "grade"}],
            },
            "$.layers[0].then[0]",
        ),
        ({"do": "include", "recipe": "own"}, "$.layers[0].recipe"),
    ],
)
def test_what_is_wrong_in_a_recipe_is_named_by_its_place(
    web: Any, layer: dict[str, Any], place: str
) -> None:
    recipe = {"title": "Own", "about": "Own", "layers": [layer]}
    said = web.call(READ, {"recipe": recipe})
    assert said.startswith("SpecError: own.json: ")
    assert place in said


def test_a_filter_needs_the_same_here_and_there(web: Any) -> None:
    needs = Filter.preset("mood", BUNDLE.folder).needs
    assert web.call(APPLY, sent("obama.jpg", "mood"))["needs"] == json.loads(
        json.dumps(vars(needs))
    )
