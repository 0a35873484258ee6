"""The member by which WireMock's clients know whether counts of requests can be believed."""

from __future__ import annotations

import logging

from oifde_simulator.web.control_plane.context import Call

log = logging.getLogger("oifde_simulator")


async def journal_disabled(call: Call) -> dict[str, bool]:
    """Make the member `requestJournalDisabled`; true, and logged, where entries had to go."""
    lost = await call.context.journal.has_lost_entries()
    if lost:
        log.warning(
            "%s %s: requests are no longer on record, so that no count can be believed; "
            "forget them before each test (DELETE /__admin/requests), or keep more (--journal-exchanges)",
            call.request.method,
            call.request.path,
        )
    return {"requestJournalDisabled": lost}
