"""What the rooms of WireMock's API share: numbers, the scheme of the vendor's port, what is lost."""

from __future__ import annotations

import logging

from aiohttp import web

from oifde_simulator.journal.filters import Since
from oifde_simulator.web.control_plane.context import ControlContext

log = logging.getLogger("oifde_simulator")


def scheme(context: ControlContext) -> str:
    """`http` or `https`."""
    return context.port.url.partition(":")[0]


def number(text: str) -> int:
    """A number of a URL. Raises ValueError."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ValueError(f"expected a number, such as 10, found {text[:60]!r}")
    return int(text)


async def told(context: ControlContext, request: web.Request) -> dict[str, bool]:
    """The member in which WireMock's clients read whether counts can be believed, or fail."""
    lost = await context.journal.truncated(None, Since())
    if lost:
        log.warning(
            "%s %s: requests are no longer on record, so that no count can be believed; "
            "forget them before each test (DELETE /__admin/requests), or keep more (--journal-exchanges)",
            request.method,
            request.path,
        )
    return {"requestJournalDisabled": lost}
