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


async def found_by(wanted: Filter, entries: list[Entry]) -> list[Entry]:
    """Those that are wanted; a long search lets others have their turn."""
    return [entry async for entry in by_turns(entries) if wanted.accepts(entry)]


def summary(journal: Journal, wanted: Filter, found: int) -> dict[str, Any]:
    """What is told of a search beside what it found."""
    truncated = journal.truncated(wanted.tenant, wanted.since)
    return {"count": found, "truncated": truncated, "last": journal.last}
