"""The canary on real accelerators: WebAssembly, and WebGPU as Chromium has it without a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.bundle import Bundle
from edge_runtime.golden import read_golden

ASSETS = Path(__file__).parents[2] / "mobile_assets"
MODELS = ("face-detection-short", "object-detection")
SOFTWARE_GPU = [
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan,WebGPU",
]
# Which is faster, a busy machine decides anew each time: here the GPU begins a run only after
# one and a half times what the CPU took.
CHOOSE = """async (web, [model, faulty, sizeHw]) => {
  const { lib } = web;
  web.backend = await lib.LiteRt.load({ wasm: '/web/dist/wasm/' });
  const opened = [];
  let cpuMs = 0;
  const timed = (session, onCpu) => ({
    close: () => session.close(),
    run: async (inputs) => {
      if (!onCpu) await new Promise((go) => setTimeout(go, 1.5 * cpuMs));
      const began = performance.now();
      const outputs = await session.run(inputs);
      if (onCpu) cpuMs = Math.max(cpuMs, performance.now() - began);
      return outputs;
    },
  });
  const backend = {
    name: web.backend.name, version: web.backend.version,
    accelerators: () => web.backend.accelerators(),
    open: async (bytes, accelerator) => {
      opened.push(accelerator);
      if (faulty) throw new lib.BackendError('the device is lost');
      return timed(await web.backend.open(bytes, accelerator), accelerator === 'wasm');
    },
  };
  const bundle = await lib.Bundle.open(lib.fetcher('/'));
  let heard = null;
  const choose = lib.canary(bundle, backend, undefined, (_, choice) => { heard = choice; });
  const entry = bundle.entry(model);
  const { file, bytes } = await bundle.file(entry, sizeHw ?? undefined);
  try {
    const accelerator = await choose(entry, file, bytes);
    return { accelerator, opened, verdicts: heard.verdicts, offered: backend.accelerators() };
  } catch (error) {
    return { error: error.message, opened };
  }
}"""


@pytest.fixture(scope="module")
def gpu(web: Any) -> Iterator[Any]:
    """A page of a Chromium that computes WebGPU on the CPU."""
    with web.another_browser(SOFTWARE_GPU) as made:
        yield made


@pytest.mark.parametrize("model", MODELS)
def test_a_slow_or_broken_gpu_is_left_out_and_the_choice_kept(model: str, gpu: Any) -> None:
    broken = gpu.call(CHOOSE, [model, True])
    assert "no accelerator runs the file correctly" in broken["error"]
    assert "wasm: the device is lost" in broken["error"]
    first = gpu.call(CHOOSE, [model, False])
    assert first["accelerator"] == "wasm"
    assert first["opened"] == first["offered"]
    assert first["verdicts"][0]["reason"] == ""
    for verdict in first["verdicts"][1:]:
        assert verdict["accelerator"] == "webgpu"
        assert verdict["reason"].startswith(("slower than wasm", "LiteRT.js cannot"))
    again = gpu.call(CHOOSE, [model, True])
    assert (again["accelerator"], again["opened"]) == ("wasm", [])


def sizes() -> list[tuple[str, tuple[int, int]]]:
    entries = Bundle.open(ASSETS).manifest.models
    return [(e.spec.id, size) for e in entries for size in e.spec.image.sizes_hw]


@pytest.mark.parametrize(("model", "size"), sizes())
def test_every_file_is_proven_by_vectors_of_its_size(
    model: str, size: tuple[int, int], web: Any
) -> None:
    web.call("async () => localStorage.clear()")
    (first, *_) = web.call(CHOOSE, [model, False, list(size)])["verdicts"]
    assert (first["accelerator"], first["reason"]) == ("wasm", "")
    assert first["ms"] > 0


@pytest.mark.parametrize("name", ["golden.json", "astronaut-1-resize-values.png"])
@pytest.mark.parametrize("content", [b"{", b"[]", None])
def test_golden_vectors_that_are_damaged_are_named(
    name: str, content: bytes | None, web: Any
) -> None:
    model = "portrait-segmentation"
    cases = read_golden(ASSETS, model).cases
    path = f"golden/{model}/{name}".replace("astronaut", cases[0].name)
    web.call("async () => localStorage.clear()")
    with web.with_files({f"/{path}": content}):
        answer = web.call(CHOOSE, [model, False])
    if name == "golden.json" and content is None:  # an app may leave all of them out
        assert answer["verdicts"][0]["reason"].startswith("no golden vectors")
    else:
        assert f"{path} is missing or damaged" in answer["error"]
