"""Indoor or outdoor, and words for the scene, from what the classifier sees.

``scenes.json`` says which ImageNet classes speak for which word, and where such a scene is.
The probabilities of its classes are added up for a word, those of all words of a place for the
place.  Where too little speaks for either, the answer is ``unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import numpy as np

from edge_runtime.spec import Record
from edge_runtime.typed_reading import from_json
from edge_server.properties.facts import Place, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# Of probability, half for each place, before anything was seen: little evidence stays little.
_PRIOR = 0.2
_CLEAR = 0.75  # of confidence
_WORD = 0.08  # of probability: from here on a word is said
_MOST_WORDS = 5


class SceneWord(Record, frozen=True, kw_only=True):
    """A word, the place that it means if it means one, and the classes that speak for it."""

    word: str
    place: Literal["indoor", "outdoor"] | None
    labels: tuple[str, ...]


class _SceneFile(Record, frozen=True, kw_only=True):
    about: str
    scenes: tuple[SceneWord, ...]


@dataclass(frozen=True, eq=False)
class _Table:
    """``classes`` float32 [words, classes] of 0 and 1: what is added up for each word."""

    words: tuple[SceneWord, ...]
    classes: Floats


def scene_of(probabilities: Floats, labels: Sequence[str]) -> Scene:
    """The scene of a photo by its class probabilities, float32 [classes] in 0..1, and the
    labels in the same order."""
    table = _table(tuple(labels))
    sums = table.classes @ probabilities
    place, confidence = _place(table, sums)
    best = [at for at in np.argsort(-sums, kind="stable").tolist() if sums[at] >= _WORD]
    words = ((table.words[at].word, min(1.0, float(sums[at]))) for at in best[:_MOST_WORDS])
    return Scene(place=place, confidence=confidence, words=tuple(words))


@cache
def scene_words() -> tuple[SceneWord, ...]:
    """What ``scenes.json`` has."""
    text = files("edge_server.properties").joinpath("scenes.json").read_bytes()
    return from_json(text, _SceneFile).scenes


@cache
def _table(labels: tuple[str, ...]) -> _Table:
    place = {label.split(",")[0].strip(): at for at, label in enumerate(labels)}
    words = scene_words()
    classes = np.zeros((len(words), len(labels)), np.float32)
    for row, word in enumerate(words):
        classes[row, [place[label] for label in word.labels if label in place]] = 1
    return _Table(words, classes)


def _place(table: _Table, sums: Floats) -> tuple[Place, float]:
    indoor = _speaking(table, sums, "indoor")
    outdoor = _speaking(table, sums, "outdoor")
    likely = (outdoor + _PRIOR / 2) / (indoor + outdoor + _PRIOR)
    confidence = max(likely, 1 - likely)
    if confidence < _CLEAR:
        return "unknown", 0.0
    return ("outdoor" if likely > 0.5 else "indoor"), confidence


def _speaking(table: _Table, sums: Floats, place: str) -> float:
    return sum(
        float(value)
        for word, value in zip(table.words, sums, strict=True)
        if word.place == place
    )
