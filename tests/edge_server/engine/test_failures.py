from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from edge_server.engine.failures import (
    Failure,
    failure_of,
    give_cached_memory_back,
    problem_of,
)
from edge_server.problems import GpuMemory, InvalidParameter, Memory, ModelUnhealthy


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


class AcceleratorError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (InvalidParameter("no"), Failure.REFUSED),
        (ModelUnhealthy("the file is damaged"), Failure.CRASHED),
        (OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), Failure.GPU_MEMORY),
        (AcceleratorError("CUDA error: out of memory"), Failure.GPU_MEMORY),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when"), Failure.GPU_MEMORY),
        (MemoryError(), Failure.MEMORY),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't"), Failure.MEMORY),
        (AcceleratorError("CUDA error: device-side assert triggered"), Failure.POISONED),
        (RuntimeError("CUDA error: an illegal memory access"), Failure.POISONED),
        (ValueError("shapes"), Failure.CRASHED),
        (SystemExit(1), Failure.CRASHED),
    ],
    ids=repr,
)
def test_an_exception_means(error: BaseException, failure: Failure) -> None:
    assert failure_of(error) is failure


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (Failure.GPU_MEMORY, GpuMemory),
        (Failure.MEMORY, Memory),
        (Failure.CRASHED, ModelUnhealthy),
        (Failure.POISONED, ModelUnhealthy),
    ],
)
def test_the_caller_is_told(failure: Failure, problem: type) -> None:
    told = problem_of(failure, "depth")
    assert type(told) is problem
    assert told.status == 503
    assert told.retry_after
    assert "depth" in told.detail


def test_memory_is_given_back_only_where_torch_has_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emptied: list[bool] = []
    cuda = SimpleNamespace(
        is_initialized=lambda: bool(started), empty_cache=lambda: emptied.append(True)
    )
    started: list[bool] = []
    monkeypatch.setitem(sys.modules, "torch", None)
    give_cached_memory_back()
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    give_cached_memory_back()
    assert not emptied
    started.append(True)
    give_cached_memory_back()
    assert emptied
