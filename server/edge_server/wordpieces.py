"""From the pieces of words that a language model gives to a sentence.

Wu et al., "Google's Neural Machine Translation System", 2016, as BERT has it: a piece that
begins with ``##`` goes on with the word before; what is in brackets is no word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GOES_ON = "##"
_SPECIAL = re.compile(r"\[[A-Za-z0-9]+\]")
_BEFORE = re.compile(r"\s+([.,;:!?%)])")
_BETWEEN = re.compile(r"\s*(['\u2019-])\s+(?=\w)")


def sentence(ids: Iterable[int], pieces: Sequence[str]) -> str:
    """The words of ``ids``, numbers of ``pieces``; those beyond, and special ones, are left
    out."""
    words: list[str] = []
    for index in ids:
        piece = pieces[index] if 0 <= index < len(pieces) else ""
        if not piece or _SPECIAL.fullmatch(piece):
            continue
        if piece.startswith(_GOES_ON) and words:
            words[-1] += piece.removeprefix(_GOES_ON)
        else:
            words.append(piece.removeprefix(_GOES_ON))
    return _BETWEEN.sub(r"\1", _BEFORE.sub(r"\1", " ".join(words)))
