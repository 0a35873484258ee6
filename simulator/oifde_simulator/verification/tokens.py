"""Whether every token was fetched before it was used; told by the fingerprints that entries carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from oifde_simulator.journal.redaction.redactor import PREFIX
from oifde_simulator.model.entry import Entry
from oifde_simulator.oifde.operations import ISSUED_TOKEN, SENT_TOKEN
from oifde_simulator.text import counted
from oifde_simulator.verification.describing import Description
from oifde_simulator.verification.snapshot import GONE, Past, Result

ARRIVED = ("complete", "under way")
"""How an answer ends that its client may have."""
ISSUERS = " or ".join(ISSUED_TOKEN)
FIELDS = "|".join(map(re.escape, ISSUED_TOKEN.values()))
SENT = re.compile(rf'"(?:{FIELDS})"\s*:\s*"({PREFIX}[0-9a-f]{{16}})"'.encode())
"""A token in what is kept of an answer, which may be cut or spoiled."""


@dataclass(frozen=True, slots=True)
class TokensFetchedFirst:
    """Each token that was sent came from an earlier answer to its tenant, or was made with the tenant."""

    description: Description
    """Which queries are judged."""

    @property
    def tenant(self) -> str | None:
        """Whose entries are looked at."""
        return self.description.filter.tenant

    def judge(self, past: Past) -> Result:
        """Whether they were."""
        searched, wanted = past.of(self.tenant), self.description.filter
        judged, strange = _judged(searched.entries, wanted.accepts)
        handed_out = {tenant: past.handed_out(tenant) for tenant in {entry.tenant for entry in strange}}
        strange = [entry for entry in strange if _token(entry) != handed_out[entry.tenant]]
        unsure = searched.beheaded if strange else searched.truncated
        return Result(
            passed=not strange and not unsure,
            message=_told(judged, strange) + (f"; {GONE}" if unsure else ""),
            found=judged,
            numbers=[entry.number for entry in strange],
            truncated=searched.truncated,
        )


def _judged(entries: Iterable[Entry], accepts: Callable[[Entry], bool]) -> tuple[int, list[Entry]]:
    """How many queries brought a token, and those whose token no answer before them had."""
    fetched: set[tuple[str, str]] = set()
    judged, strange = 0, []
    for entry in entries:
        if entry.endpoint in ISSUED_TOKEN and entry.outcome.how in ARRIVED:
            fetched.update((entry.tenant, found.decode()) for found in SENT.findall(entry.body))
        elif _token(entry) and accepts(entry):
            judged += 1
            if (entry.tenant, _token(entry)) not in fetched:
                strange.append(entry)
    return judged, strange


def _token(entry: Entry) -> str:
    """The fingerprint of a query's token; empty where it has none."""
    field = SENT_TOKEN.get(entry.endpoint)
    token = entry.asked.document.get(field) if field else None
    return token if isinstance(token, str) else ""


def _told(judged: int, strange: list[Entry]) -> str:
    queries = counted(judged, "request")
    if not strange:
        return f"{queries} used a token, each fetched before"
    first = strange[0]
    return (
        f"{len(strange)} of {queries} used a token that the tenant's {ISSUERS} had not answered with before; "
        f"the first is entry {first.number} with {_token(first)}"
    )
