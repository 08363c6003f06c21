from __future__ import annotations

import pytest

from edge_server.wordpieces import sentence

WORDS = "[PAD] a man ' s sun ##flower ##s in the - shirt , . [SEP] [unused3] t ##!"
PIECES = WORDS.split(" ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("a man", "a man"),
        ("[PAD] a sun ##flower ##s [SEP] [unused3]", "a sunflowers"),
        ("a man ' s sun ##flower", "a man's sunflower"),
        ("a t - shirt", "a t-shirt"),
        ("a man , in the sun .", "a man, in the sun."),
        ("##s in", "s in"),
        ("", ""),
        ("[SEP]", ""),
    ],
)
def test_pieces_become_words(words: str, said: str) -> None:
    assert sentence([PIECES.index(word) for word in words.split()], PIECES) == said


def test_numbers_without_a_piece_are_left_out() -> None:
    assert sentence([1, len(PIECES), 10_000, -1, 2], PIECES) == "a man"
