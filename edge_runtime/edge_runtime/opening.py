"""A model's file, opened by the backend that was asked for or that the canary chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_runtime.backends import BACKENDS, backend
from edge_runtime.errors import UnknownName

if TYPE_CHECKING:
    from edge_runtime.backends.interface import Session
    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import ModelEntry, ModelFile, SizeHW

AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What runs a model: the ``variant`` of the file (the one that ships, where it is not
    said), CPU ``threads``, ``backend`` (``litert``, ``onnx``, ``coreml``) and its
    ``accelerator`` (the CPU).  ``auto`` for either lets the canary choose."""

    variant: str | None = None
    threads: int = 1
    backend: str = "litert"
    accelerator: str | None = None

    def __post_init__(self) -> None:
        known = (AUTO, *BACKENDS)
        if self.backend not in known:
            raise UnknownName("backend", self.backend, known)

    @property
    def chosen_by_canary(self) -> bool:
        """Whether something is left to choose."""
        return AUTO in {self.backend, self.accelerator}


@dataclass(frozen=True, kw_only=True)
class Model:
    """A file, the backend and accelerator that run it, and the graph, ready."""

    file: ModelFile
    backend: str
    accelerator: str
    session: Session


def open_model(
    bundle: Bundle, entry: ModelEntry, runtime: Runtime, size_hw: SizeHW | None = None
) -> Model:
    """The model as the runtime asks for it.

    Raises ``UnknownName`` for a variant or an accelerator that does not exist,
    ``BackendError`` where it cannot run here, ``BundleError`` where its file cannot be used,
    ``SpecError`` for a wrong size.
    """
    if runtime.chosen_by_canary:
        return _by_canary(bundle, entry, runtime, size_hw)
    engine = backend(runtime.backend)
    file, path = bundle.file(entry, runtime.variant, size_hw, engine.format)
    accelerator = runtime.accelerator or engine.accelerators()[0]
    session = engine.open(path, accelerator, runtime.threads, size_hw or file.size_hw)
    return Model(file=file, backend=engine.name, accelerator=accelerator, session=session)


def _by_canary(
    bundle: Bundle, entry: ModelEntry, runtime: Runtime, size_hw: SizeHW | None
) -> Model:
    from edge_runtime.canary import Canary, Question  # noqa: PLC0415  only here it is needed

    question = Question(
        bundle=bundle,
        entry=entry,
        variant=runtime.variant,
        size_hw=size_hw,
        threads=runtime.threads,
        backend=None if runtime.backend == AUTO else runtime.backend,
        accelerator=None if runtime.accelerator == AUTO else runtime.accelerator,
    )
    opened = Canary().open(question)
    choice = opened.choice
    return Model(
        file=opened.file,
        backend=choice.backend,
        accelerator=choice.accelerator,
        session=opened.session,
    )
