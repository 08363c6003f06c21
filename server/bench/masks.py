"""Time and memory of the mask models on this machine, with random weights.

    python server/bench/masks.py --runs 5 --threads 2

Random weights are the worst case for Mask R-CNN: 1000 proposals and, at the least score
that may be asked for, 100 objects.  Wall time is the best of the runs; where other programs
run meanwhile, processor time divided by the threads says more.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from edge_runtime.testcard import draw_portrait
from edge_server.networks import mask_rcnn, segmenters

if TYPE_CHECKING:
    from collections.abc import Callable

PHOTO = draw_portrait(640, 480)


def timed(runs: int, work: Callable[[], Any]) -> tuple[float, float]:
    """The least wall time and the least processor time in seconds; one run to warm up."""
    work()
    walls, processors = [], []
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return min(walls), min(processors)


def line(name: str, times: tuple[float, float], note: str = "") -> None:
    """One row of the table."""
    shares = times[1] / torch.get_num_threads()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:34} {times[0]:7.2f} s {shares:7.2f} s {peak:7.0f} MiB  {note}")


def instances(version: mask_rcnn.Version, runs: int) -> None:
    """Mask R-CNN, whole and by stage."""
    torch.manual_seed(0)
    found = mask_rcnn.MaskRcnn(mask_rcnn.build(version, 91), "cpu")
    choice = mask_rcnn.Choice(score=0.0117)  # what random weights give is 1/91 and a little

    def whole() -> int:
        result = found.find(PHOTO, choice)
        masks = zip(result.masks, result.boxes_xyxy, strict=True)
        return len([mask_rcnn.drawn(mask, box, (480, 640)) for mask, box in masks])

    line(f"mask-rcnn {version}, whole", timed(runs, whole), f"{whole()} objects")
    with torch.inference_mode():
        stages(found, choice, runs)


def stages(found: mask_rcnn.MaskRcnn, choice: mask_rcnn.Choice, runs: int) -> None:
    """Each stage, given what the one before it gave."""
    images = found.prepared(PHOTO, choice.side)
    features = found.features(images.tensors)
    proposals = found.proposals(images, features)
    seen_hw = images.image_sizes[0]
    boxes, _, classes = found.boxes(features, proposals, seen_hw, choice)
    line("  prepare", timed(runs, lambda: found.prepared(PHOTO, choice.side)))
    line("  features", timed(runs, lambda: found.features(images.tensors)))
    line(
        "  proposals",
        timed(runs, lambda: found.proposals(images, features)),
        f"{len(proposals[0])} proposals",
    )
    line("  boxes", timed(runs, lambda: found.boxes(features, proposals, seen_hw, choice)))
    line("  masks", timed(runs, lambda: found.masks(features, boxes, classes, seen_hw)))


def classes(name: str, runs: int) -> None:
    """A segmenter, on a small and on a large photo."""
    torch.manual_seed(0)
    architecture = segmenters.ARCHITECTURES[name]
    network = segmenters.Segmenter(architecture.build(21), "cpu", architecture.side)
    line(name, timed(runs, lambda: network.classes(PHOTO)))
    large = np.tile(PHOTO, (6, 6, 1))
    line("  of 11 megapixels", timed(1, lambda: network.classes(large)))


def main() -> None:
    """Every model, or the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="", help="part of a model's name")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{'640x480':34} {'wall':>9} {'cpu/thread':>9} {'peak so far':>11}")
    for name in reversed(segmenters.ARCHITECTURES):
        if options.only in name:
            classes(name, options.runs)
    for version in ("v1", "v2"):
        if options.only in f"mask-rcnn-{version}":
            instances(version, options.runs)


if __name__ == "__main__":
    main()
