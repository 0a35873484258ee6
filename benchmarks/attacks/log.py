"""A log that nobody reads: the pipe of standard error is full."""

from __future__ import annotations

from attacks.table import attack
from attacks.target import Target
from attacks.tokens import CLIENTS, query


@attack("a log that nobody reads", "--tls", "off", "--log-level", "info")
async def unread_log(target: Target) -> None:
    target.log.stop_reading()
    try:
        await target.flood(CLIENTS, lambda number: query("victim", f"token-{number}"))
    finally:
        target.log.go_on()
