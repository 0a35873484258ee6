"""Tokens that were fetched before they were used, compared by the fingerprints on record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.redaction.redactor import PREFIX
from oifde_simulator.model.entry import Entry
from oifde_simulator.oifde.operations import ISSUED_TOKEN, SENT_TOKEN
from oifde_simulator.stepwise import Steps
from oifde_simulator.text import counted
from oifde_simulator.verification.descriptions import Description
from oifde_simulator.verification.snapshot import GONE, JournalSnapshot, Result

ARRIVED = ("complete", "under way")
"""Endings of answers that may have reached the client."""
ISSUERS = " or ".join(ISSUED_TOKEN)
FIELDS = "|".join(map(re.escape, ISSUED_TOKEN.values()))
SENT = re.compile(rf'"(?:{FIELDS})"\s*:\s*"({PREFIX}[0-9a-f]{{16}})"'.encode())
"""Fingerprint of a token in the body of an answer, which may be cut or spoiled."""


@dataclass(frozen=True, slots=True)
class TokensFetchedFirst:
    """Each token that was sent came from an earlier answer to its tenant, or was made with the tenant."""

    description: Description
    """Queries that are verified."""

    @property
    def tenant(self) -> str | None:
        """Tenant whose entries are searched; None for all."""
        return self.description.filter.tenant

    @property
    def filters(self) -> Sequence[Filter]:
        """Filters of the exchanges that are looked for."""
        return (self.description.filter,)

    def verify(self, snapshot: JournalSnapshot) -> Steps[Result]:
        """Compare the token of each query with the tokens that were issued before it."""
        searched, wanted = snapshot.range_of(self.tenant), self.description.filter
        count, unissued = yield from _compared(searched.entries, wanted.accepts)
        initial = {tenant: snapshot.initial_token(tenant) for tenant in {entry.tenant for entry in unissued}}
        unissued = [entry for entry in unissued if _token(entry) != initial[entry.tenant]]
        unsure = searched.any_lost if unissued else searched.truncated
        return Result(
            passed=not unissued and not unsure,
            message=_message(count, unissued) + (f"; {GONE}" if unsure else ""),
            found=count,
            numbers=[entry.number for entry in unissued],
            truncated=searched.truncated,
        )


def _compared(entries: Iterable[Entry], accepts: Callable[[Entry], bool]) -> Steps[tuple[int, list[Entry]]]:
    """Count the queries with a token, and list those whose token no answer before them issued."""
    issued: set[tuple[str, str]] = set()
    count, unissued = 0, []
    for entry in entries:
        if entry.endpoint in ISSUED_TOKEN and entry.outcome.how in ARRIVED:
            issued.update((entry.tenant, found.decode()) for found in SENT.findall(entry.body))
        elif _token(entry) and accepts(entry):
            count += 1
            if (entry.tenant, _token(entry)) not in issued:
                unissued.append(entry)
        yield
    return count, unissued


def _token(entry: Entry) -> str:
    """Read the fingerprint of a request's token; empty if it has none."""
    field = SENT_TOKEN.get(entry.endpoint)
    token = entry.request.document.get(field) if field else None
    return token if isinstance(token, str) else ""


def _message(count: int, unissued: list[Entry]) -> str:
    queries = counted(count, "request")
    if not unissued:
        return f"{queries} used a token, each fetched before"
    first = unissued[0]
    return (
        f"{len(unissued)} of {queries} used a token that the tenant's {ISSUERS} had not answered with "
        f"before; the first is entry {first.number} with {_token(first)}"
    )
