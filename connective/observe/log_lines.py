"""How log lines look: for people in demo mode, as JSON in production. Neither holds more than the code that writes them."""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

type_of_exc_info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _WithoutMessages(logging.Formatter):
    """Shows where an exception came from and of which kind it is, but not its words: they can quote what was typed."""

    def formatException(self, ei: type_of_exc_info) -> str:  # noqa: N802  (the library's name)
        """Return the places of a traceback and the kind of each exception of its chain, the cause first."""
        chain: list[BaseException] = []
        error = ei[1]
        while error is not None and error not in chain:
            chain.append(error)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        parts = []
        for one in reversed(chain):
            places = "".join(traceback.format_tb(one.__traceback__))
            kind = type(one)
            parts.append(f"{places}{kind.__module__}.{kind.__qualname__}")
        return "\n".join(parts)


class Line(_WithoutMessages):
    """A line for people."""

    def __init__(self) -> None:
        """Begin with the time."""
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")


class Json(_WithoutMessages):
    """One JSON object a line, for the collector of an installation."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON with time (UTC), level, logger, request id, message and the places of an exception."""
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False)
