"""One line an event on stderr: text to read, or JSON to collect."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

FIELDS = ("request_id", "trace_id", "caller", "status", "model")


class JsonLines(logging.Formatter):
    """A record as JSON: time, level, message, and what it was given besides."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        line |= {name: found for name in FIELDS if (found := getattr(record, name, None))}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


class TextLines(logging.Formatter):
    """A record as text; line breaks in it are escaped, so that nobody writes our lines."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback for a bug."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        message = record.getMessage().replace("\n", "\\n").replace("\r", "\\r")
        name = getattr(record, "request_id", "")
        line = f"{moment} {record.levelname.lower():7} {message}{'  ' + name if name else ''}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def start_logging(kind: Literal["text", "json"], level: int = logging.INFO) -> None:
    """Send the server's log to stderr; other libraries' warnings come along."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("edge_server").setLevel(level)
