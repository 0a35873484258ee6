"""The log of one process: readable lines on a terminal, JSON lines of each exchange for machines."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from oifde_simulator.instants import iso

FOLLOWED = "oifde_simulator.followed"
"""Name of the logger of watched files. It logs at info, so that people who edit a file see it taken."""
READABLE = "%(asctime)s %(levelname)-7s %(message)s"


class JsonLines(logging.Formatter):
    """Formatter that writes one JSON object a line: time, level, message, traceback and exchange."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as JSON. The attribute `exchange` of a record makes the value of that key."""
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
    """Send the log to standard error, from `level` upward.

    Without a level, a terminal shows info and everything else warnings. Lines are JSON if they are about
    exchanges (info and below) and no terminal shows them.
    """
    terminal = sys.stderr.isatty()
    chosen = level or ("info" if terminal else "warning")
    for_machines = not terminal and chosen in ("info", "debug")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if for_machines else logging.Formatter(READABLE))
    logging.basicConfig(level=chosen.upper(), handlers=[handler], force=True)
    logging.getLogger(FOLLOWED).setLevel(logging.NOTSET if level else logging.INFO)
    logging.getLogger("aiohttp").setLevel(logging.ERROR)
    logging.getLogger("faker").setLevel(logging.WARNING)  # its debug lines concern Faker only
