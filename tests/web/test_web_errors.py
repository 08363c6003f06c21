"""What goes wrong with a bundle or a photo is one clear error in the browser."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edge_runtime.bundle import Bundle

ASSETS = Path(__file__).parents[2] / "mobile_assets"
FACES = Bundle.open(ASSETS).file(Bundle.open(ASSETS).entry("face-detection-short"))[0]
MODEL = (ASSETS / FACES.path).read_bytes()
MANIFEST = json.loads((ASSETS / "manifest.json").read_bytes())
LABELS = (ASSETS / "labels" / "coco80.txt").read_bytes()
OPEN = """async (web, [model, photo]) => {
  try {
    const lens = await web.opened();
    if (model) await lens.predictor(model);
    if (photo !== null) await web.lib.openPhoto(web.bytes(photo));
    await lens.close();
  } catch (error) {
    return [error.name, error.message, error instanceof web.lib.PocketLensError];
  }
  return null;
}"""


def changed(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def with_step(index: int, **fields: Any) -> bytes:
    """The manifest with other fields in a step of the first model's program."""
    manifest = json.loads(json.dumps(MANIFEST))
    manifest["models"][0]["spec"]["program"][index].update(fields)
    return json.dumps(manifest).encode()


def without_step(index: int) -> bytes:
    manifest = json.loads(json.dumps(MANIFEST))
    del manifest["models"][0]["spec"]["program"][index]
    return json.dumps(manifest).encode()


def versioned(version: int) -> bytes:
    return json.dumps({"schema_version": version, "models": "of another kind"}).encode()


@pytest.mark.parametrize("at", [0, 17, len(MODEL) // 2, len(MODEL) - 1])
def test_any_other_byte_in_a_model_is_noticed(at: int, web: Any) -> None:
    with web.with_files({f"/{FACES.path}": changed(MODEL, at)}):
        name, message, ours = web.call(OPEN, ["face-detection-short", None])
    assert (name, ours) == ("BundleTampered", True)
    assert FACES.path in message


@pytest.mark.parametrize(
    ("model", "files", "name", "said"),
    [
        (
            "face-detection-short",
            {f"/{FACES.path}": None},
            "BundleTampered",
            f"{FACES.path} is missing: restore that file",
        ),
        ("smile", {f"/{FACES.path}": MODEL[:-1]}, "", ""),  # another model's file
        (
            "object-detection",
            {"/labels/coco80.txt": LABELS + b"another\n"},
            "BundleTampered",
            "coco80.txt has 81 labels, object-detection 80 classes: restore that file",
        ),
        ("object-detection", {"/labels/coco80.txt": None}, "BundleTampered", "is missing"),
        ("object-detection", {"/labels/coco80.txt": b"\xff"}, "BundleTampered", "is damaged"),
        (
            "object-detection",
            {"/labels/coco80.txt": LABELS.replace(b"person", b"parson")},
            "BundleTampered",
            "labels/coco80.txt is not the file that the manifest names (SHA-256 differs)",
        ),
        ("", {"/manifest.json": None}, "BundleNotFound", "there is no manifest.json"),
        ("", {"/manifest.json": b"{"}, "BundleError", "manifest.json cannot be used"),
        ("", {"/manifest.json": versioned(99)}, "SchemaTooNew", "has schema 99"),
        ("", {"/manifest.json": versioned(1)}, "BundleError", "build the bundle again"),
        (
            "",
            {"/manifest.json": with_step(1, fit="squeeze")},
            "BundleError",
            'manifest.models[0].spec.program[1].fit is "squeeze"',
        ),
        (
            "",
            {"/manifest.json": with_step(1, step="enlarge")},
            "BundleError",
            'manifest.models[0].spec.program[1].step "enlarge" is not known',
        ),
        ("", {"/manifest.json": with_step(1, blur=3)}, "BundleError", "[1].blur is not known"),
        ("", {"/manifest.json": without_step(2)}, "BundleError", "takes tensors, not pixels"),
        ("nobody", {}, "UnknownName", "unknown model 'nobody'; known: face-detection-full, "),
    ],
)
def test_what_a_bundle_lacks_is_named(
    model: str, files: dict[str, bytes | None], name: str, said: str, web: Any
) -> None:
    with web.with_files(files):
        answer = web.call(OPEN, [model, None])
    if not name:
        assert answer is None
        return
    assert (answer[0], answer[2]) == (name, True)
    assert said in answer[1]
    assert "\n" not in answer[1]


def png(height: int = 16) -> bytes:
    into = BytesIO()
    Image.linear_gradient("L").resize((16, height)).save(into, format="PNG")
    return into.getvalue()


def jpeg() -> bytes:
    into = BytesIO()
    Image.linear_gradient("L").save(into, format="JPEG")
    return into.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "PhotoUnreadable"),
        (b"no picture at all", "PhotoUnreadable"),
        (png()[:60], "PhotoUnreadable"),
        (png()[:20], "PhotoUnreadable"),
        (png()[:-30], "PhotoUnreadable"),
        (jpeg()[:100], "PhotoUnreadable"),
        (jpeg()[: len(jpeg()) * 2 // 3], "PhotoUnreadable"),
        (MODEL, "PhotoUnreadable"),
        (changed(png(20000), 17), "PhotoTooLarge"),  # 65,536 pixels wider
    ],
)
def test_what_is_no_photo_is_refused(content: bytes, name: str, web: Any) -> None:
    answer = web.call(OPEN, ["", base64.b64encode(content).decode()])
    assert (answer[0], answer[2]) == (name, True)
    assert "\n" not in answer[1]


def test_nothing_is_asked_of_another_origin(web: Any) -> None:
    web.asked.clear()  # other tests have servers of their own
    assert web.call(OPEN, ["face-detection-short", None]) is None
    assert web.asked
    assert all(url.startswith((web.origin, "blob:")) for url in web.asked)


def test_the_webassembly_of_another_origin_is_refused(web: Any) -> None:
    script = """(web) => web.lib.LiteRt.load({ wasm: 'https://example.org/wasm/' })
      .then(() => null, (error) => [error.name, error.message])"""
    name, message = web.call(script)
    assert name == "BackendError"
    assert "another origin" in message


def test_the_web_assembly_is_loaded_once_a_page(web: Any) -> None:
    script = """async (web) => {
      const load = (threads) => web.lib.LiteRt.load({ wasm: '/web/dist/wasm/', threads });
      const [first, second] = await Promise.all([load(1), load(1)]);
      const other = await load(2).catch((error) => error.message);
      return [first === second, other];
    }"""
    same, message = web.call(script)
    assert same
    assert "runs with threads: 1" in message
