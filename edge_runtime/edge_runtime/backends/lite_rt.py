"""LiteRT for TFLite files: XNNPACK on the CPU, WebGPU (or Metal) on a GPU."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from edge_runtime.errors import UnknownName
from edge_runtime.interpreter import Session as CpuSession

if TYPE_CHECKING:
    from edge_runtime.backends.interface import Session
    from edge_runtime.spec import Format, SizeHW

PACKAGE = "ai_edge_litert"


class LiteRt:
    """``cpu`` always; ``gpu`` where the package has an accelerator for one."""

    name = "litert"
    format: Format = "tflite"

    def __init__(self) -> None:
        self.version = version("ai-edge-litert")

    def accelerators(self) -> tuple[str, ...]:
        """The CPU, and a GPU where the package brings its library."""
        found = find_spec(PACKAGE)
        folders = [Path(place) for place in (found and found.submodule_search_locations) or ()]
        brought = any(list(folder.glob("*LiteRt*GpuAccelerator*")) for folder in folders)
        return ("cpu", "gpu") if brought else ("cpu",)

    def open(
        self, path: Path, accelerator: str, threads: int = 1, size_hw: SizeHW | None = None
    ) -> Session:
        """As :class:`edge_runtime.backends.interface.Backend` says; the GPU computes in
        float32 and runs the whole graph or none of it."""
        if accelerator not in self.accelerators():
            raise UnknownName(f"accelerator of {self.name}", accelerator, self.accelerators())
        if accelerator == "cpu":
            return CpuSession(path, threads, size_hw)
        from edge_runtime.backends.lite_rt_gpu import GpuSession  # noqa: PLC0415  it is slow

        return GpuSession(path, size_hw)
