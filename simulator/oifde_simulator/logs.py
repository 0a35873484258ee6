"""The log: readable lines; JSON lines where each exchange is told and no terminal reads. Values only."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from oifde_simulator.instants import iso

FOLLOWED = "oifde_simulator.followed"
"""The log of files that are followed: who edits one wants to know that it was taken, wherever they look."""
READABLE = "%(asctime)s %(levelname)-7s %(message)s"


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, message, and a traceback and an exchange where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record; what it was given as `exchange` stands beside the message."""
        line: dict[str, Any] = {
            "time": iso(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        exchange = getattr(record, "exchange", None)
        if exchange is not None:
            line["exchange"] = exchange()
        return json.dumps(line, default=str)


def to_stderr(level: str | None) -> None:
    """Log to standard error; without a level, each exchange on a terminal, elsewhere warnings and files.

    Warnings are readable everywhere; a line an exchange that no terminal shows is for machines.
    """
    terminal = sys.stderr.isatty()
    chosen = level or ("info" if terminal else "warning")
    for_machines = not terminal and chosen in ("info", "debug")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if for_machines else logging.Formatter(READABLE))
    logging.basicConfig(level=chosen.upper(), handlers=[handler], force=True)
    logging.getLogger(FOLLOWED).setLevel(logging.NOTSET if level else logging.INFO)
    logging.getLogger("aiohttp").setLevel(logging.ERROR)
    logging.getLogger("faker").setLevel(logging.WARNING)  # its debug lines are of its own insides
