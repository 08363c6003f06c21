"""What a model should run on, and why: by kind of task.

Only what somebody measured is a reason.  On phones nobody of us has: an app keeps what its
canary finds correct and fastest there, and starts from these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_runtime.spec import Accelerator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_runtime.spec import ModelSpec

UNMEASURED = "not measured on a phone by us"
PIXEL = "on a Pixel 9 Pro (XNNPACK, 4 threads, flutter_litert's benchmark of 2026-08)"
FAILS = "and fails there on the GPU in float16"
# What is known of the graph's origin on a phone's CPU.
ON_CPU: Mapping[str, str] = {
    "face-detection-short": f"its float origin takes 0.91 ms {PIXEL} {FAILS}",
    "face-landmarks": f"its float origin takes 1.42 ms {PIXEL}",
    "portrait-segmentation": f"its float origin takes 2.87 ms {PIXEL} {FAILS}",
    "portrait-segmentation-landscape": f"its float origin takes 1.45 ms {PIXEL}",
}
SMALL = "a graph of a few milliseconds: in the same benchmark the GPU was slower than XNNPACK"
SMALL += " for most of such graphs"
PAINTS = "convolutions at the picture's full size, which a GPU does side by side; one core of"
PAINTS += " a server takes tens of milliseconds for 384x384 (edge-run bench)"
ENLARGES = (
    "64 channels at the window's full size, which a GPU does side by side; two cores of a"
)
ENLARGES += " server take a fifth of a second a window (edge-run bench)"
NEURAL = "the Neural Engine computes in float16, and so does the package; run operation by"
NEURAL += " operation it keeps its accuracy gate"
# Kinds that begin on a GPU.
PAINTING: Mapping[str, str] = {
    "style-transfer": PAINTS,
    "style-transfer-any": PAINTS,
    "super-resolution": ENLARGES,
}


def accelerators_of(spec: ModelSpec) -> tuple[Accelerator, ...]:
    """The first choice on each platform that the model ships for."""
    chosen = []
    if "tflite" in spec.ships:
        chosen.append(_android(spec))
    if "coreml" in spec.ships:
        chosen.append(_ios(spec))
    return tuple(chosen)


def _android(spec: ModelSpec) -> Accelerator:
    paints = spec.kind in PAINTING
    reason = PAINTING.get(spec.kind) or ON_CPU.get(spec.id, SMALL)
    return Accelerator(
        platform="android",
        format="tflite",
        accelerator="gpu" if paints else "cpu",
        reason=f"{reason}; {UNMEASURED}",
    )


def _ios(spec: ModelSpec) -> Accelerator:
    return Accelerator(
        platform="ios",
        format="coreml",
        accelerator="all" if spec.kind in PAINTING else "cpu-and-neural-engine",
        reason=f"{NEURAL}; {UNMEASURED}",
    )
