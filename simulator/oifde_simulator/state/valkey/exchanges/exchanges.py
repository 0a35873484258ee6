"""What requests ask of the store: one script each.

Rule: a call is sent once. Where its answer is lost it may have been carried out, and the request is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import orjson

from oifde_simulator.model.credential_step import (
    Admission,
    EndedToken,
    SecretStep,
    SecretVerdict,
    TokenStep,
    TokenVerdict,
)
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.turn import Candidate, Fired, Leases, Turn
from oifde_simulator.state.entry_codec import encode
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.coverage.coverage import fired_words
from oifde_simulator.state.valkey.exchanges.candidates import candidate_arguments
from oifde_simulator.state.valkey.exchanges.leases import OpenLeases, lease_arguments
from oifde_simulator.state.valkey.exchanges.turns import turn_of
from oifde_simulator.state.valkey.names import packed
from oifde_simulator.state.valkey.scripts import Script, script
from oifde_simulator.state.valkey.store import Argument, Store

COUNTS = ("common", "counts/tables", "counts/counts")
ADMIT = script(*COUNTS, "exchanges/admit")
LIMITS = ("counts/leases", "counts/states", "counts/limits")
TURN = script(*COUNTS, *LIMITS, "exchanges/candidates", "exchanges/turn")
RECORD = script("common", "journal/journal", "exchanges/record")
RECORD_EFFECTS = script(*COUNTS, "journal/journal", "coverage/coverage", "exchanges/record_effects")
FINISH = script("common", "exchanges/finish")
GIVE_BACK = script(*COUNTS, "counts/leases", "exchanges/give_back")

TOKEN_VERDICTS: tuple[TokenVerdict, ...] = ("good", "missing", "expired", "unknown")
"""Verdicts by the digit that stands for them in scripts."""
SECRET_VERDICTS: tuple[SecretVerdict, ...] = ("good", "wrong", "locked")
TOKEN_DIGITS = {verdict: digit for digit, verdict in enumerate(TOKEN_VERDICTS)}

BATCH = 500
"""Ends of exchanges that one call tells."""


class ValkeyExchanges:
    """What requests ask."""

    suspends = True

    def __init__(self, store: Store, store_time: Callable[[], int] | None = None) -> None:
        """`store_time` gives the store's time in milliseconds; None for that of the server."""
        self._store = store
        self._store_time: Callable[[], Argument] = store_time or _server_time
        self._ended: list[tuple[str, int, Outcome, Leases]] = []
        self.leases = OpenLeases(store, self._store_time)
        """Leases of this replica."""

    async def admit(self, read: Read, step: TokenStep | SecretStep) -> Admission:
        """Judge a credential by what was counted, and count it."""
        if isinstance(step, TokenStep):
            return Admission(token=TOKEN_VERDICTS[(await self._admit(read, _token_arguments(step)))[0]])
        verdict, number = await self._admit(read, _secret_arguments(step))
        return Admission(secret=SECRET_VERDICTS[verdict], number=number)

    async def turn(self, read: Read, now: int, candidates: Sequence[Candidate], *, begun: bool) -> Turn:
        """Find whose turn it is at `now` (tenant time, epoch milliseconds), and count it."""
        if self._ended and any(each.limits.in_flight is not None for each in candidates):
            self.flush()
        found = await self._store.run(
            TURN, *self._head(read), int(begun), now, *candidate_arguments(candidates)
        )
        if found is None:
            raise Stale
        turn = turn_of(read, now, candidates, found)
        if turn.leases:
            self.leases.add(turn.leases)
        return turn

    async def record(
        self,
        read: Read,
        entry: Entry,
        fired: Sequence[Fired] = (),
        ended: EndedToken | None = None,
        *,
        begun: bool,
    ) -> Entry:
        """Put an exchange on record with what its rules did; the entry with its number."""
        head = self._head(read)
        tenant = head[1] if entry.tenant == read.tenant else packed(entry.tenant)
        words = (*head, int(begun), tenant, entry.at, entry.charge, encode(entry))
        if fired or ended:
            number = await self._store.run(RECORD_EFFECTS, *words, *_effect_arguments(fired, ended))
        else:
            number = await self._store.run(RECORD, *words)
        if number is None:
            raise Stale
        return entry.numbered(number)

    def finish(self, tenant: str, number: int, outcome: Outcome, leases: Leases = (), /) -> None:
        """Say how the sending of an exchange ended, and give back its leases. Nobody waits for it."""
        if not self._ended:
            asyncio.get_running_loop().call_soon(self.flush)
        self._ended.append((tenant, number, outcome, leases))
        if leases:
            self.leases.discard(leases)

    def flush(self) -> None:
        """Tell the store now how exchanges ended."""
        ended, self._ended = self._ended, []
        for first in range(0, len(ended), BATCH):
            words: list[Argument] = []
            given_back: list[Argument] = []
            for tenant, number, outcome, leases in ended[first : first + BATCH]:
                if number:
                    words += (packed(tenant), number, orjson.dumps([*outcome]))
                if leases:
                    given_back += lease_arguments(leases)
            self._tell(FINISH, words)
            self._tell(GIVE_BACK, given_back)

    def _tell(self, script: Script, words: Sequence[Argument]) -> None:
        if words:
            self._store.post(script, self._store_time(), *words)

    def close(self) -> None:
        """Tell how exchanges ended, and renew no lease any more."""
        self.flush()
        self.leases.close()

    async def _admit(self, read: Read, step: Sequence[Argument]) -> tuple[int, int]:
        found = await self._store.run(ADMIT, *self._head(read), *step)
        if found is None:
            raise Stale
        return int(found[0]), found[1]

    def _head(self, read: Read) -> tuple[Argument, bytes, int, int]:
        tenant, version, epoch = read
        return self._store_time(), packed(tenant), version, epoch


def _server_time() -> Argument:
    return ""


def _token_arguments(step: TokenStep) -> Sequence[Argument]:
    token, worth, number, single, uses, is_use = step
    return (
        "token",
        packed(token),
        TOKEN_DIGITS[worth],
        "" if number is None else number,
        int(single),
        "" if uses is None else uses,
        int(is_use),
    )


def _secret_arguments(step: SecretStep) -> Sequence[Argument]:
    lock_after = "" if step.lock_after is None else step.lock_after
    return ("secret", int(step.right), lock_after, int(step.issues))


def _effect_arguments(fired: Sequence[Fired], ended: EndedToken | None) -> list[Argument]:
    words: list[Argument] = ["", ""]
    if ended is not None:
        words = [packed(ended.token), TOKEN_DIGITS[ended.verdict]]
    for each in fired:
        covered, outcome, faults = fired_words(each)
        words += (packed(each.rule), covered if each.scenario else "", outcome, len(faults), *faults)
    return words
