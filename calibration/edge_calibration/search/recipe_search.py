"""From a model's id to its recipe: photos, files, a search, and what it found."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from edge_calibration.datasets import DATA, EVALUATION, SAMPLES, photo_paths
from edge_calibration.recipes import Cost, Provenance, Recipe
from edge_calibration.search.journal import Journal
from edge_calibration.search.scoring import Scored, Scorer, difference
from edge_calibration.search.timing import fastest_ratio
from edge_calibration.search.trials import Full, Measures, Trials
from edge_calibration.search.walk import Goal, Search
from edge_runtime.errors import SpecError, UnknownName
from edge_runtime.hashes import file_sha256, tree_files
from edge_runtime.images import open_photo
from edge_runtime.interpreter import Session
from edge_runtime.spec import Gate, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from edge_calibration.factory import Arrays, ModelFactory
    from edge_calibration.search.walk import Candidate, Found
    from edge_runtime.pipeline import Lens
    from edge_runtime.spec import ModelSpec

    Report: TypeAlias = Callable[[str], None]

SLACK = 2.0  # a file may be so much further from PyTorch on other photos
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
# What a score depends on besides the model's files, whose folder changes with their code.
_SCORING = ("search", "metrics.py", "stages.py", "exams")


class Row(Record, frozen=True, kw_only=True):
    """A file that was measured; ``precisions``: how many layers have each."""

    name: str
    cost: Cost
    precisions: dict[str, int]


class SearchReport(Record, frozen=True, kw_only=True):
    """What a search found: the recipe, what ships today, the mixes that need no search, and
    the Pareto front of quality, bytes and time."""

    model: str
    recipe: Recipe
    best: Row
    ships: Row
    known: tuple[Row, ...]
    front: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Photos:
    """The photos that a search is scored on: the name of their set, and where they lie."""

    dataset: str
    paths: Mapping[str, Path]

    @property
    def sha256(self) -> str:
        """Of the photos' own hashes, in the order of their names."""
        digests = [f"{file_sha256(path)}  {name}" for name, path in self.paths.items()]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is searched for, and on which photos."""

    photos: Photos
    goal: Goal


def photos_for_search(data: str, root: Path = DATA) -> Photos:
    """The photos of a committed set or of a folder.

    Raises ``SpecError`` where one of them is among those on which reports evaluate: a
    recipe that was chosen on a photo says nothing by being good on it.
    """
    folder = Path(data)
    if folder.is_dir():
        every = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
        photos = Photos(dataset=folder.name, paths={path.stem: path for path in every})
    else:
        photos = Photos(dataset=data, paths=photo_paths(data, root))
    if not photos.paths:
        raise SpecError(f"there is no photo in {data}: name a folder with some, or a set")
    leaked = _held_out(root) & {file_sha256(path) for path in photos.paths.values()}
    if leaked:
        raise SpecError(
            f"{len(leaked)} photos of {data} are among those on which reports evaluate:"
            f" search on others, such as {SAMPLES!r}"
        )
    return photos


def _held_out(root: Path) -> set[str]:
    try:
        return {file_sha256(path) for path in photo_paths(EVALUATION, root).values()}
    except UnknownName:  # there is no such set
        return set()


def find_recipe(
    lens: Lens,
    factory: ModelFactory,
    model_id: str,
    question: Question,
    report: Report = lambda _: None,
) -> SearchReport:
    """Search a recipe for a model; goes on where a run that was stopped left off."""
    report("opening the float32 file")
    spec, floats = factory.spec(model_id), factory.tflite(model_id, "fp32")
    photos = [(name, open_photo(path).rgb) for name, path in question.photos.paths.items()]
    scorer = Scorer(lens, spec, floats, photos)
    measures = Measures(
        make=lambda recipe: factory.mixed(model_id, recipe),
        quick=scorer.quick,
        full=scorer.full,
        time=lambda path: fastest_ratio(path, floats),
    )
    journal = Journal(_journal_path(factory.workplace(model_id), floats, question.photos))
    trials = Trials(model_id, spec.version, measures, journal)
    gated = bool(spec.gates.accuracy)
    found = Search(trials, factory.layers(model_id), question.goal, gated=gated).run(report)
    report("measuring what ships")
    shipped = factory.tflite(model_id, spec.ships["tflite"])
    ships = journal.remembered("ships", Cost, lambda: _cost_of_file(shipped, measures, floats))
    recipe = trials.recipe(found.best.mix)
    made = factory.mixed(model_id, recipe)
    off = _off(spec, made, floats, factory.samples(model_id).values())
    recipe = replace(
        recipe,
        gate=_promise(spec.gates.variants["fp32"], found.best.full.scored, off),
        measured=_row(found.best, floats).cost,
        provenance=_provenance(question, scorer, found, floats, made),
    )
    return _reported(spec, recipe, found, ships, floats)


def _provenance(
    question: Question, scorer: Scorer, found: Found, floats: Path, made: Path
) -> Provenance:
    return Provenance(
        dataset=question.photos.dataset,
        dataset_sha256=question.photos.sha256,
        views=len(scorer.views),
        augmented=scorer.ways,
        within=question.goal.within,
        seed=question.goal.seed,
        trials=found.trials,
        float_sha256=file_sha256(floats),
        sha256=file_sha256(made),
    )


def _reported(
    spec: ModelSpec, recipe: Recipe, found: Found, ships: Cost, floats: Path
) -> SearchReport:
    return SearchReport(
        model=spec.id,
        recipe=recipe,
        best=_row(found.best, floats),
        ships=Row(name=f"ships: {spec.ships['tflite']}", cost=ships, precisions={}),
        known=tuple(_row(candidate, floats) for candidate in found.known),
        front=tuple(_row(candidate, floats) for candidate in found.front),
    )


def _promise(converted: Gate, scored: Scored, off: tuple[float, float]) -> Gate:
    """What was measured against the float32 file, on the photos of the search and on those
    that files are verified on, some slack, and what the float32 file is off by itself."""
    largest = SLACK * max(scored.max_abs, off[0]) + converted.max_abs
    mean = SLACK * max(scored.mean_abs, off[1]) + converted.mean_abs
    return Gate(max_abs=float(f"{largest:.1e}"), mean_abs=float(f"{mean:.1e}"))


def _off(
    spec: ModelSpec, path: Path, floats: Path, inputs: Iterable[Arrays]
) -> tuple[float, float]:
    """The largest and the worst mean difference of two files' outputs, over their spans."""
    made, wanted = Session(path), Session(floats)
    found = []
    for given in inputs:
        one, other = made.run(given), wanted.run(given)
        found += [difference(tensor, one[tensor.name], other) for tensor in spec.outputs]
    _, worst, mean = zip(*found, strict=True)
    return max(worst), max(mean)


def _row(candidate: Candidate, floats: Path) -> Row:
    counts = Counter(candidate.mix.values())
    cost = _cost(candidate.full, candidate.latency, floats)
    return Row(name=candidate.name, cost=cost, precisions=dict(sorted(counts.items())))


def _cost_of_file(path: Path, measures: Measures, floats: Path) -> Cost:
    full = Full(bytes=path.stat().st_size, scored=measures.full(path))
    return _cost(full, measures.time(path), floats)


def _cost(full: Full, latency: float, floats: Path) -> Cost:
    return Cost(
        bytes=full.bytes,
        bytes_ratio=round(full.bytes / floats.stat().st_size, 3),
        used=full.scored.used,
        metrics=full.scored.metrics,
        latency_ratio=latency,
    )


def _journal_path(place: Path, floats: Path, photos: Photos) -> Path:
    package = Path(__file__).parents[1]
    parts = [file_sha256(floats), photos.sha256]
    for name in _SCORING:
        path = package / name
        files = tree_files(path) if path.is_dir() else [(name, path)]
        parts += [file_sha256(file) for _, file in files if file.suffix == ".py"]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return place / f"search-{digest[:16]}.jsonl"
