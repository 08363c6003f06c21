from __future__ import annotations

import json
import logging
import sys

import pytest

from edge_server.logs import JsonLines, TextLines, start_logging


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("edge_server", logging.INFO, "f", 1, message, None, None)
    for name, value in extra.items():
        setattr(made, name, value)
    return made


def test_json_has_what_is_known() -> None:
    line = json.loads(JsonLines().format(record("GET /", request_id="abc", status=200)))
    assert line["message"] == "GET /"
    assert (line["request_id"], line["status"], line["level"]) == ("abc", 200, "info")
    assert "trace_id" not in line


def test_nobody_else_writes_a_line() -> None:
    line = TextLines().format(record("GET /a\nGET /b\r", request_id="abc"))
    assert "\n" not in line
    assert "\r" not in line
    assert line.endswith("abc")


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_a_bug_has_its_traceback(formatter: logging.Formatter) -> None:
    try:
        int("here")
    except ValueError:
        made = record("a bug")
        made.exc_info = sys.exc_info()
    assert "ValueError" in formatter.format(made)


def test_it_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    try:
        start_logging("text")
        logging.getLogger("edge_server").info("hello")
    finally:
        root.handlers = before
        root.setLevel(level)
    assert "hello" in capsys.readouterr().err
