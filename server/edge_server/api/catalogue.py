"""``GET /v1/models``: every model, light and heavy, in one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from edge_server.heavy_model import heavy_models

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import ModelEntry
    from edge_server.engine.interface import Engine, State
    from edge_server.heavy_model import HeavySpec
    from edge_server.tasks.task import Task

Record = dict[str, Any]


def catalogue(bundle: Bundle, tasks: Sequence[Task], engine: Engine) -> list[Record]:
    """Each model: id, tasks, where it is from, its state, and its whole spec.

    ``where`` is ``device`` for the models that the app has as well, ``server`` for those
    that only a server has.  ``default_of`` are the tasks that it answers where no model is
    named, ``switched_off`` those for which this server's owner has not switched it on.
    ``sha256`` is that of the file or of the weights, empty where
    they are not here.
    """
    states = engine.states()
    light = (_light(entry, tasks, states) for entry in bundle.manifest.models)
    heavy = (_heavy(model.spec, tasks, states) for model in heavy_models().values())
    return [*light, *heavy]


def _asked_by(model_id: str, tasks: Sequence[Task]) -> Record:
    having = [task for task in tasks if model_id in task.models]
    return {
        "tasks": [task.name for task in having if not task.off],
        "default_of": [
            task.name for task in having if model_id == task.models[0] and not task.off
        ],
        "switched_off": [task.name for task in having if task.off],
    }


def _light(entry: ModelEntry, tasks: Sequence[Task], states: Mapping[str, State]) -> Record:
    spec = entry.spec
    variant = spec.ships["tflite"]
    hashes = {file.variant: file.sha256 for file in entry.files if file.format == "tflite"}
    return {
        "id": spec.id,
        **_asked_by(spec.id, tasks),
        "title": spec.title,
        "version": spec.version,
        "where": "device",
        "variant": variant,
        "sha256": hashes[variant],
        "state": states[spec.id],
        "spec": msgspec.to_builtins(spec),
    }


def _heavy(spec: HeavySpec, tasks: Sequence[Task], states: Mapping[str, State]) -> Record:
    return {
        "id": spec.id,
        **_asked_by(spec.id, tasks),
        "title": spec.title,
        "version": spec.version,
        "where": "server",
        "variant": spec.checkpoints[0].name,
        "sha256": "",
        "state": states[spec.id],
        "spec": msgspec.to_builtins(spec),
    }
