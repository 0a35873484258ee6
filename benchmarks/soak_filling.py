"""Fills what a server may remember, before `soak.py` measures: its journal, and caches of what clients send.

Rule: only bounded memory is filled, by plain queries, so that it is in the baseline and hides no leak.
"""

from __future__ import annotations

import asyncio
import re

from attacks import Target
from attacks.tokens import query
from raw_http import Connection, request

CLIENTS = 4
NOTE = "x" * 1500
"""Field that makes an exchange large, so that few of them fill the journal."""
BATCH = 250
"""Requests of each client between two looks at the journal's size."""
MOST_BATCHES = 40
FULL = 0.9
SIZE = re.compile(rb"^oifde_journal_bytes (\S+)$", re.MULTILINE)


async def fill(target: Target, journal_bytes: int) -> None:
    """Send queries, no two alike, until the journal is full. Raises SystemExit if it does not fill."""
    async with target.counting():
        control = await target.control.connect()
        clients = [await target.data.connect() for _ in range(CLIENTS)]
        for batch in range(MOST_BATCHES):
            await asyncio.gather(*(_ask(client, f"{batch}-{n}") for n, client in enumerate(clients)))
            if await _size(control) > FULL * journal_bytes:
                break
        else:
            raise SystemExit(
                f"expected a journal of {journal_bytes} bytes to fill, found {await _size(control)}"
            )
        for each in (*clients, control):
            each.close()


async def _ask(client: Connection, name: str) -> None:
    for number in range(BATCH):
        await client.ask(query("victim", f"token-{name}-{number}", note=NOTE))


async def _size(control: Connection) -> float:
    found = SIZE.search((await control.ask(request("GET", "/metrics"))).body)
    return float(found[1]) if found else 0.0
