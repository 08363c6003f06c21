"""A recipe: which precision each layer of a model gets, and what that was measured to cost.

``calibration/recipes/<model>.json`` is written by ``edge-calibrate search`` and read by
``edge-convert``, which builds the variant ``mixed`` from it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import msgspec

from edge_calibration.datasets import DATA
from edge_runtime.errors import SpecError
from edge_runtime.outputs import write_bytes
from edge_runtime.spec import Gate, Record
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

RECIPES = DATA.parent / "recipes"
PATTERN = "re:"

Precision: TypeAlias = Literal["float", "fp16", "w8", "w8_tensor", "dynamic8", "static8", "w4"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


class Layer(Record, frozen=True, kw_only=True):
    """An operation of the float32 graph that holds weights.

    ``result`` is the name of what it makes, ``kind`` that of the operation
    (``CONV_2D``), ``elements`` how many weights it has, ``macs`` how many products of a
    weight and an activation one run takes.
    """

    result: str
    kind: str
    elements: int
    macs: int


class Rule(Record, frozen=True, kw_only=True):
    """The precision of some layers.

    Each entry of ``layers`` is the name of a result (``head/conv;2``), the path of a
    torch module with everything in it (``head``), or, behind ``re:``, a regular
    expression that searches names of results.
    """

    layers: tuple[str, ...]
    precision: Precision


class Cost(Record, frozen=True, kw_only=True):
    """What a file costs.  ``used``: the share of what the spec's accuracy gates allow that
    it uses up, the worst of the gates (at 1 it just passes); ``metrics``: those of the
    gates; ``bytes_ratio`` and ``latency_ratio``: over the float32 file's, the latter on
    one thread of the machine that searched, none where it was not measured."""

    bytes: int
    bytes_ratio: float
    used: float
    metrics: dict[str, float]
    latency_ratio: float | None = None


class Provenance(Record, frozen=True, kw_only=True):
    """How a recipe was found: the photos on which it was scored (none of them is among
    those that reports evaluate on) and what was made of them, ``within`` which share of the
    gates it had to stay, the seed, how many files were tried, the hash of the float32
    file it is for and of the file that it makes."""

    dataset: str
    dataset_sha256: str
    views: int
    augmented: tuple[str, ...]
    within: float
    seed: int
    trials: int
    float_sha256: str
    sha256: str


class Recipe(Record, frozen=True, kw_only=True):
    """The precision of every layer of a model: ``base``, but for what the ``rules`` say; of
    two rules for one layer the later holds.

    ``float`` leaves weights as they are; ``fp16``, ``w8`` and ``w4`` make them smaller
    and unpack them before the operation (int8 and int4 with a scale for each output
    channel, ``w8_tensor`` with one for all, which saves 12 bytes a channel);
    ``dynamic8`` computes in int8, quantising activations as they come; ``static8`` does
    so by measured ranges.  ``gate``: how far the file may be from the PyTorch module, where the
    spec has no gate for ``mixed``.
    """

    model: str
    version: str
    base: Precision
    rules: tuple[Rule, ...] = ()
    gate: Gate | None = None
    measured: Cost | None = None
    provenance: Provenance | None = None


def assigned(recipe: Recipe, results: Iterable[str]) -> dict[str, Precision]:
    """The precision of each result.

    Raises ``SpecError`` where an entry of a rule is about none of them, or is not a
    regular expression.
    """
    precisions: dict[str, Precision] = dict.fromkeys(results, recipe.base)
    for rule in recipe.rules:
        for entry in rule.layers:
            meant = [name for name in precisions if _is_about(entry, name, recipe.model)]
            if not meant:
                raise SpecError(
                    f"the recipe of {recipe.model} names {entry!r}, which its graph does not"
                    f" have: run 'edge-calibrate search {recipe.model}' again"
                )
            precisions.update(dict.fromkeys(meant, rule.precision))
    return precisions


def recipe_for(model: str, version: str, precisions: Mapping[str, Precision]) -> Recipe:
    """The shortest recipe that gives these precisions, by results: the most frequent one
    is its base, and there is a rule for each other."""
    counts = {known: list(precisions.values()).count(known) for known in PRECISIONS}
    base = max(PRECISIONS, key=counts.__getitem__)
    rules = (
        Rule(
            layers=tuple(name for name, is_ in precisions.items() if is_ == precision),
            precision=precision,
        )
        for precision in PRECISIONS
        if precision != base and counts[precision]
    )
    return Recipe(model=model, version=version, base=base, rules=tuple(rules))


def recipe_path(model_id: str) -> Path:
    """Where the recipe of a model lies."""
    return RECIPES / f"{model_id}.json"


def write_recipe(path: Path, recipe: Recipe) -> None:
    """Write it as JSON, whole or not at all."""
    write_bytes(path, msgspec.json.format(msgspec.json.encode(recipe), indent=1) + b"\n")


def read_recipe(path: Path, model_id: str, version: str) -> Recipe:
    """The recipe in a file.

    Raises ``SpecError`` where there is none, it cannot be read, or it is for another
    model or version.
    """
    again = f"run 'edge-calibrate search {model_id} -o {path.name}'"
    try:
        recipe = from_json(path.read_bytes(), Recipe)
    except (OSError, msgspec.DecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SpecError(f"the recipe {path.name} cannot be read ({reason}); {again}") from None
    if (recipe.model, recipe.version) != (model_id, version):
        raise SpecError(
            f"{path.name} is a recipe for {recipe.model} {recipe.version}, not for {model_id}"
            f" {version}; {again}"
        )
    return recipe


def _is_about(entry: str, name: str, model: str) -> bool:
    if entry.startswith(PATTERN):
        try:
            return re.search(entry.removeprefix(PATTERN), name) is not None
        except re.error as error:
            raise SpecError(
                f"the recipe of {model} has {entry!r}, not a regular expression: {error}"
            ) from None
    module = re.split("[;#]", name)[0]
    return entry in {name, module} or module.startswith(f"{entry}/")
