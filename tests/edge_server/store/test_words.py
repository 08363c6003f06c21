from __future__ import annotations

import msgspec
import pytest

from edge_server.store.words import tidy, words_of_answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"label": "Dog"}, ("dog",)),
        ({"faces": [{"label": "A"}, {"label": "b"}, {"label": "a"}]}, ("a", "b")),
        ({"lines": [{"text": "Hello  \n World", "box": [1, 2]}]}, ("hello world",)),
        ({"labels": ["One", "Two", 3]}, ("one", "two")),
        ({"caption": "A dog", "scene": "Beach"}, ("a dog", "beach")),
        ({"label": None, "text": 5, "other": "not me"}, ()),
        ([], ()),
        ("text", ()),
        ({"text": "  "}, ()),
        ({"text": "Straße\0x"}, ("strasse x",)),
    ],
)
def test_labels_and_texts_are_found_anywhere(answer: object, words: tuple[str, ...]) -> None:
    assert words_of_answer(msgspec.json.encode(answer)) == words


def test_deep_answers_are_read() -> None:
    answer = b'{"inner": [' * 100 + b'{"label": "deep"}' + b"]}" * 100
    assert words_of_answer(answer) == ("deep",)


def test_words_are_neither_too_long_nor_too_many() -> None:
    assert tidy(["x" * 1000]) == ("x" * 200,)
    assert len(tidy(str(n) for n in range(10_000))) == 500
