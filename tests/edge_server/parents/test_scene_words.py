from __future__ import annotations

import pytest

from edge_runtime.backdrops import WORDS
from edge_server.parents.scene_words import SCENES, our_words


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("", ""),
        ("rainbow,texture", "rainbow,texture"),
        (" Rainbow , Texture ", "rainbow,texture"),
        ("flowers", "spring,bokeh"),
        ("night sky", "night,sky"),
        ("star", "stars"),
        ("beach,sea", "tropical,waves,ocean"),
        ("nature, tree", "forest,bokeh"),
        ("unicorn", "unicorn"),
        ("sky,unicorn", "sky,unicorn"),
        ("#00ff00", "#00ff00"),
        ("rgb(0, 0, 0)", "rgb(0,0,0)"),
        ("blur", "blur"),
    ],
)
def test_a_search_becomes_words_of_ours(text: str, ours: str) -> None:
    assert our_words(text) == ours


def test_every_scene_is_made_of_words_that_there_are() -> None:
    assert list(SCENES) == sorted(SCENES)
    assert not set(SCENES) & set(WORDS)
    assert {word for words in SCENES.values() for word in words.split(",")} <= set(WORDS)
