"""torchvision's own operations, where its compiled library does not load.

torchvision is compiled against one build of torch; beside another one (the CPU build from
one index, torchvision from another) its library stays out, ``import torchvision`` ends in
``operator torchvision::nms does not exist``, and Mask R-CNN with it.  Here the operations
are declared with the schemas of torchvision 0.28 and the two that inference needs, NMS and
RoIAlign, are written in terms of torch's own, for every device.  Where the compiled library
loads, it is used, and nothing here is.

The others (``deform_conv2d``, ``roi_pool``, the backward passes ...) are declared only:
calling one raises torch's ``NotImplementedError``.
"""

from __future__ import annotations

import importlib
import sys
import threading
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import torch

from edge_server.networks.nms import nms
from edge_server.networks.roi_align import roi_align

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_ROI = "float spatial_scale, SymInt pooled_height, SymInt pooled_width"
_SHAPE = "SymInt batch_size, SymInt channels, SymInt height, SymInt width"
_POINTS = "int sampling_ratio"
_SCALES = "float input_scale, int input_zero_point, float rois_scale, int rois_zero_point"
_DEFORM = (
    "Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, SymInt stride_w, "
    "SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, SymInt groups, "
    "SymInt offset_groups, bool use_mask"
)
_INPUT, _GRAD = "Tensor input, Tensor rois", "Tensor grad, Tensor rois"
_MAPPED = f"{_GRAD}, Tensor channel_mapping, {_ROI}"
_ONE, _TWO = "Tensor", "(Tensor, Tensor)"
_BOXES = "Tensor dets, Tensor scores, float iou_threshold"
# Each operation: what it takes, what it gives.
SCHEMAS = {
    "nms": (_BOXES, _ONE),
    "qnms": (_BOXES, _ONE),
    "roi_align": (f"{_INPUT}, {_ROI}, {_POINTS}, bool aligned", _ONE),
    "_roi_align_backward": (f"{_GRAD}, {_ROI}, {_SHAPE}, {_POINTS}, bool aligned", _ONE),
    "qroi_align": (f"{_INPUT}, {_SCALES}, {_ROI}, {_POINTS}, bool aligned", _ONE),
    "roi_pool": (f"{_INPUT}, {_ROI}", _TWO),
    "_roi_pool_backward": (f"{_GRAD}, Tensor argmax, {_ROI}, {_SHAPE}", _ONE),
    "ps_roi_align": (f"{_INPUT}, {_ROI}, {_POINTS}", _TWO),
    "_ps_roi_align_backward": (f"{_MAPPED}, {_POINTS}, {_SHAPE}", _ONE),
    "ps_roi_pool": (f"{_INPUT}, {_ROI}", _TWO),
    "_ps_roi_pool_backward": (f"{_MAPPED}, {_SHAPE}", _ONE),
    "deform_conv2d": (f"Tensor input, {_DEFORM}", _ONE),
    "_deform_conv2d_backward": (
        f"Tensor grad, Tensor input, {_DEFORM}",
        "(Tensor, Tensor, Tensor, Tensor, Tensor)",
    ),
    "box_iou_rotated": ("Tensor boxes1, Tensor boxes2", _ONE),
    "_cuda_version": ("", "int"),
}
_ops: Any = torch.ops
_library: Any = torch.library
_importing = threading.Lock()


def torchvision() -> ModuleType:
    """The imported ``torchvision``, with operations that work."""
    with _importing:
        if compiled():
            return importlib.import_module("torchvision")
        _declared()
        _forget_failed_imports()
        with _library_counts_as_loaded():
            return importlib.import_module("torchvision")


@cache
def compiled() -> bool:
    """Whether torchvision's own compiled operations can be loaded beside this torch."""
    spec = find_spec("torchvision")
    folders = spec.submodule_search_locations if spec else None
    for library in (path for folder in folders or () for path in Path(folder).glob("_C*.*")):
        try:
            _ops.load_library(str(library))
        except (OSError, ImportError):
            continue
        return True
    return False


@cache
def _declared() -> object:
    """The schemas and our kernels, registered once; they live as long as what comes back."""
    library = _library.Library("torchvision", "DEF")
    for name, (takes, gives) in SCHEMAS.items():
        library.define(f"{name}({takes}) -> {gives}")
    for name, kernel in (("nms", nms), ("roi_align", roi_align), ("_cuda_version", lambda: -1)):
        library.impl(name, kernel, "CompositeExplicitAutograd")
    return library


def _forget_failed_imports() -> None:
    """Whoever tried to import torchvision before, and failed, left some of its modules
    behind, which hold that there are no operations."""
    if "torchvision" not in sys.modules:
        for name in [name for name in sys.modules if name.startswith("torchvision.")]:
            del sys.modules[name]


@contextmanager
def _library_counts_as_loaded() -> Iterator[None]:
    """While torchvision is imported, its library is taken for loaded: it then sees that it
    has operations and registers what belongs to them (shapes, autocast)."""
    load = _ops.load_library

    def stand_in(path: Any) -> None:
        if not Path(path).name.startswith("_C"):
            load(path)

    with mock.patch.object(_ops, "load_library", stand_in):
        yield
