"""What names, days and ids have to look like."""

from __future__ import annotations

import msgspec
import pytest

from edge_server.people.records import Day, Id, Name, Note


@pytest.mark.parametrize(
    ("kind", "text", "taken"),
    [
        (Name, "Ada", True),
        (Name, "Ada Lovelace, née Byron", True),
        (Name, "李 明", True),
        (Name, "", False),
        (Name, "   ", False),
        (Name, "Ada\nLovelace", False),
        (Name, "Ada\x00", False),
        (Name, "Ada\n", False),
        (Name, "A" * 201, False),
        (Note, "", True),
        (Note, "two\nlines", True),
        (Note, "n" * 1001, False),
        (Note, "\x00", False),
        (Day, "2026-11-21", True),
        (Day, "21.11.2026", False),
        (Day, "2026-11-21T10:00", False),
        (Id, "0123456789abcdef" * 2, True),
        (Id, "0123456789ABCDEF" * 2, False),
        (Id, "0" * 31, False),
    ],
)
def test_what_is_taken(kind: type, text: str, taken: bool) -> None:
    if taken:
        assert msgspec.convert(text, kind) == text
        return
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, kind)
