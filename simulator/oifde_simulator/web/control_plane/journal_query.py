"""What the parameters of a URL ask of the journal, and what fits."""

from __future__ import annotations

from typing import Any

from oifde_simulator.journal import Journal
from oifde_simulator.journal.filter_parameters import WrongParameter
from oifde_simulator.journal.filters import Filter
from oifde_simulator.model.entry import Entry
from oifde_simulator.web.control_plane.cooperative import by_turns
from oifde_simulator.web.control_plane.query import Parameters, wrong


def wanted_by(given: Parameters, journal: Journal) -> Filter:
    """The filter that those parameters describe which nobody has taken."""
    try:
        return journal.filter(given.rest())
    except WrongParameter as error:
        raise wrong(str(error)) from None


async def search(journal: Journal, wanted: Filter) -> list[Entry]:
    """Find the entries that a filter accepts, the oldest first."""
    return await accepted(wanted, await journal.entries(wanted.tenant, wanted.since))


async def accepted(wanted: Filter, entries: list[Entry]) -> list[Entry]:
    """Choose the entries that a filter accepts; a long search lets others have their turn."""
    return [entry async for entry in by_turns(entries) if wanted.accepts(entry)]


async def summary(journal: Journal, wanted: Filter, found: int) -> dict[str, Any]:
    """Summarise a search that found so many entries."""
    truncated = await journal.truncated(wanted.tenant, wanted.since)
    return {"count": found, "truncated": truncated, "last": await journal.last()}
