"""Stand-in: what requests ask of the store, as far as the tests of this part need it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from oifde_simulator.model.credential_step import Admission, EndedToken, SecretStep, TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.turn import Candidate, Fired, Leases, Turn
from oifde_simulator.state.entry_codec import encode
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.coverage import fired_words
from oifde_simulator.state.valkey.names import packed
from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Argument, Store

RECORD = script("common", "counts", "journal", "coverage", "record_standin")
FINISH = script("common", "journal", "finish_standin")


class ValkeyExchanges:
    """What requests ask."""

    def __init__(self, store: Store, store_time: Callable[[], int] | None) -> None:
        self._store = store
        self._store_time = store_time

    async def admit(self, read: Read, step: TokenStep | SecretStep) -> Admission:
        """Judge a credential by what was counted, and count it."""
        raise NotImplementedError

    async def turn(self, read: Read, now: int, candidates: Sequence[Candidate], *, begun: bool) -> Turn:
        """Find whose turn it is."""
        raise NotImplementedError

    async def record(
        self,
        read: Read,
        entry: Entry,
        fired: Sequence[Fired] = (),
        ended: EndedToken | None = None,  # noqa: ARG002
        *,
        begun: bool,
    ) -> Entry:
        """Put an exchange on record with what its rules did; the entry with its number."""
        words: list[Argument] = []
        for each in fired:
            rule, outcome, faults = fired_words(each)
            words += [packed(each.rule), rule if each.scenario else "", outcome, len(faults), *faults]
        number = await self._store.run(
            RECORD,
            "" if self._store_time is None else self._store_time(),
            packed(read.tenant),
            read.version,
            read.epoch,
            int(begun),
            entry.at,
            entry.charge,
            encode(entry),
            packed(entry.tenant),
            *words,
        )
        if number is None:
            raise Stale
        return entry.numbered(number)

    def finish(self, tenant: str, number: int, outcome: Outcome, leases: Leases = ()) -> None:  # noqa: ARG002
        """Say how the sending of an exchange ended."""
        self._store.post(FINISH, "", packed(tenant), number, json.dumps(outcome))
