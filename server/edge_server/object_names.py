"""What people call things, and the labels that a model has for them."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from edge_server.problems import Fault, UnknownName

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_SYNONYMS = {
    "airplane": "aeroplane, plane, aircraft, jet",
    "backpack": "rucksack",
    "bicycle": "bike, cycle, pushbike",
    "boat": "ship, sailing boat, ferry",
    "bus": "coach",
    "cat": "kitten, kitty",
    "cell phone": "phone, cellphone, mobile, mobile phone, smartphone, telephone",
    "couch": "sofa, settee",
    "cow": "cattle, bull, calf, ox",
    "cup": "mug, tea cup, coffee cup",
    "dining table": "table, diningtable, desk",
    "dog": "puppy, hound",
    "donut": "doughnut",
    "fire hydrant": "hydrant",
    "hair drier": "hair dryer, hairdryer, blow dryer",
    "handbag": "bag, purse",
    "horse": "pony, foal",
    "laptop": "notebook",
    "motorcycle": "motorbike, moped, scooter",
    "oven": "stove, cooker",
    "person": "people, human, man, woman, child, boy, girl, men, women, children, kid, lady, "
    "guy, baby, pedestrian, portrait",
    "potted plant": "plant, pottedplant, houseplant",
    "refrigerator": "fridge",
    "remote": "remote control",
    "sheep": "lamb",
    "sports ball": "ball, football, soccer ball, basketball",
    "suitcase": "luggage, trunk",
    "teddy bear": "teddy",
    "tennis racket": "racket",
    "toilet": "wc",
    "traffic light": "traffic signal, stoplight",
    "truck": "lorry, van",
    "tv": "television, tvmonitor, monitor, screen",
    "wine glass": "glass, wineglass",
}
_GROUPS = {
    "animal": "bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe",
    "vehicle": "bicycle, car, motorcycle, airplane, bus, train, truck, boat",
    "fruit": "banana, apple, orange",
    "food": "banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake",
    "pet": "cat, dog",
}
_IRREGULAR = {"mice": "mouse", "oxen": "ox", "knives": "knife", "shelves": "shelf"}
# Each way to say it, by what is said: a set of names of one thing, or of several things.
_SAME = [frozenset({label, *names.split(", ")}) for label, names in _SYNONYMS.items()]


def known_labels(names: Sequence[str], labels: Collection[str]) -> tuple[str, ...]:
    """The ``labels`` that are meant by ``names``, each once, in the order of the names.

    Case, plurals and common other words do not matter: ``People`` is ``person``,
    ``motorbikes`` is ``motorcycle``, ``animals`` are several.  Raises ``UnknownName`` with
    the labels there are, and the nearest to what was asked for.
    """
    found = [_meant(name, labels) for name in names]
    faults = tuple(
        Fault(f"/objects/{index}", _hint(name, labels))
        for index, (name, meant) in enumerate(zip(names, found, strict=True))
        if not meant
    )
    if faults:
        said = "; ".join(fault.message for fault in faults)
        raise UnknownName(f"{said}. Known are: {', '.join(sorted(labels))}", faults=faults)
    return tuple(dict.fromkeys(label for meant in found for label in meant))


def meant_labels(names: Sequence[str], labels: Collection[str]) -> tuple[str, ...]:
    """Those of the ``labels`` that are meant by ``names``, as :func:`known_labels` has them;
    names of none of them are passed over."""
    found = (label for name in names for label in _meant(name, labels))
    return tuple(dict.fromkeys(found))


def _meant(name: str, labels: Collection[str]) -> tuple[str, ...]:
    by_word = {_plain(label): label for label in labels}
    for word in _singular(_plain(name)):
        if word in by_word:
            return (by_word[word],)
        same = next((group for group in _SAME if word in group), frozenset())
        meant = tuple(by_word[other] for other in sorted(same) if other in by_word)
        several = _GROUPS[word].split(", ") if word in _GROUPS else []
        meant = meant or tuple(by_word[other] for other in several if other in by_word)
        if meant:
            return meant
    return ()


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _singular(word: str) -> Iterator[str]:
    """The word, then what it may be the plural of."""
    yield word
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]


def _hint(name: str, labels: Collection[str]) -> str:
    words = {_plain(label): label for label in labels}
    words |= {other: label for label in labels for other in _others(_plain(label))}
    words |= {group: group for group in _GROUPS if _meant(group, labels)}
    near = get_close_matches(_plain(name), words, n=3, cutoff=0.6)
    nearest = dict.fromkeys(words[word] for word in near)
    shown = repr(name[:40])
    if not nearest:
        return f"there is no class {shown}"
    return f"there is no class {shown} (nearest: {', '.join(nearest)})"


def _others(label: str) -> Iterator[str]:
    return (word for group in _SAME if label in group for word in group)
