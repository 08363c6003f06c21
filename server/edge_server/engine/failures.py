"""What an exception of a model means for the model, and for the one who asked."""

from __future__ import annotations

import sys
from enum import Enum, auto

from edge_server.problems import GpuMemory, Memory, ModelUnhealthy, Problem


class Failure(Enum):
    """``REFUSED``: this input's own fault.  ``MEMORY``, ``GPU_MEMORY``: there was not
    enough.  ``POISONED``: CUDA's context is lost, and with it all that is on the device.
    ``CRASHED``: anything else.
    """

    REFUSED = auto()
    MEMORY = auto()
    GPU_MEMORY = auto()
    POISONED = auto()
    CRASHED = auto()


# The words of torch's RuntimeError; the sticky ones outlast the call.
_GPU_MEMORY = ("CUDA error: out of memory", "_STATUS_ALLOC_FAILED")
_STICKY = ("CUDA error", "device-side assert", "CUBLAS_STATUS", "CUDNN_STATUS")
_CPU_MEMORY = ("DefaultCPUAllocator", "not enough memory")


def failure_of(error: BaseException) -> Failure:
    """The kind; torch's classes are known by their names, so that torch is not needed."""
    text = str(error)
    if isinstance(error, Problem):
        broken = isinstance(error, ModelUnhealthy)
        return Failure.CRASHED if broken else Failure.REFUSED
    if _is_torchs_out_of_memory(error) or any(words in text for words in _GPU_MEMORY):
        return Failure.GPU_MEMORY
    if isinstance(error, MemoryError) or any(words in text for words in _CPU_MEMORY):
        return Failure.MEMORY
    if any(words in text for words in _STICKY):
        return Failure.POISONED
    return Failure.CRASHED


def _is_torchs_out_of_memory(error: BaseException) -> bool:
    return any(kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__)


def problem_of(failure: Failure, model_id: str) -> Problem:
    """What the caller is told where the model did not say it itself."""
    if failure is Failure.GPU_MEMORY:
        return GpuMemory(
            f"{model_id} does not fit into the accelerator's memory with this image: "
            "send a smaller one, or try again later",
            retry_after=5,
        )
    if failure is Failure.MEMORY:
        return Memory(
            f"{model_id} does not fit into memory with this image: send a smaller one, or "
            "try again later",
            retry_after=5,
        )
    return ModelUnhealthy(
        f"{model_id} failed on this image, also after it was loaded again: send another "
        "image, or try again later",
        retry_after=5,
    )


def give_cached_memory_back() -> None:
    """Let torch, where something has imported it, return the GPU memory it keeps in reserve.

    Not to be called while an exception is handled: its traceback holds the tensors.
    """
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
