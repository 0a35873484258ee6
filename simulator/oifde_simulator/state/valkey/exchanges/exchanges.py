"""What requests ask of the store: one script each.

Rule: a call is sent once. Where its answer is lost it may have been carried out, and the request is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from oifde_simulator.model.credential_step import (
    Admission,
    EndedToken,
    SecretStep,
    TokenStep,
)
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Peer
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.turn import Candidate, Fired, Leases, Turn
from oifde_simulator.state.entry_codec import encode
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.exchanges.batches import Batches, Replies
from oifde_simulator.state.valkey.exchanges.candidates import candidate_arguments
from oifde_simulator.state.valkey.exchanges.endings import (
    Ending,
    given_back_arguments,
    outcome_arguments,
)
from oifde_simulator.state.valkey.exchanges.leases import OpenLeases
from oifde_simulator.state.valkey.exchanges.records import Record, effect_arguments, record_arguments
from oifde_simulator.state.valkey.exchanges.steps import (
    SECRET_VERDICTS,
    TOKEN_VERDICTS,
    secret_arguments,
    token_arguments,
)
from oifde_simulator.state.valkey.exchanges.turns import TurnCall, turn_of
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

BATCH = 500
"""Ends of exchanges that one call tells."""


class ValkeyExchanges:
    """What requests ask."""

    suspends = True

    def __init__(self, store: Store, store_time: Callable[[], int] | None = None) -> None:
        """`store_time` gives the store's time in milliseconds; None for that of the server."""
        self._store = store
        self._store_time: Callable[[], Argument] = store_time or _server_time
        self._ended: list[Ending] = []
        self._turns = Batches(self._ask_turns)
        self._records = Batches(self._put_on_record)
        self.leases = OpenLeases(store, self._store_time)
        """Leases of this replica."""

    async def admit(self, read: Read, step: TokenStep | SecretStep) -> Admission:
        """Judge a credential by what was counted, and count it."""
        if isinstance(step, TokenStep):
            return Admission(token=TOKEN_VERDICTS[(await self._admit(read, token_arguments(step)))[0]])
        verdict, number = await self._admit(read, secret_arguments(step))
        return Admission(secret=SECRET_VERDICTS[verdict], number=number)

    async def turn(self, read: Read, now: int, candidates: Sequence[Candidate], *, begun: bool) -> Turn:
        """Find whose turn it is at `now` (tenant time, epoch milliseconds), and count it."""
        if self._ended and any(each.limits.in_flight is not None for each in candidates):
            self.flush()
        tenant, version, epoch = read
        words = (packed(tenant), version, epoch, int(begun), now, *candidate_arguments(candidates))
        call = TurnCall(words, asyncio.get_running_loop().create_future())
        self._turns.add(call)
        found = await call.reply
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
        plan, size = (read, begun, entry.tenant), b"%d %d" % (entry.charge, entry.at)
        reply: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._records.add(Record(plan, size, encode(entry), effect_arguments(fired, ended), reply))
        number = await reply
        if number is None:
            raise Stale
        return entry.numbered(number)

    def repeat(
        self, _read: Read, _like: Entry, _at: int, _peer: Callable[[], Peer], _outcome: Outcome
    ) -> None:
        """Repeat nothing: the store has to be asked."""

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
            batch = ended[first : first + BATCH]
            self._tell(FINISH, outcome_arguments(batch))
            self._tell(GIVE_BACK, given_back_arguments(batch))

    def _ask_turns(self, batch: Sequence[TurnCall]) -> None:
        words: list[Argument] = []
        for each in batch:
            words += len(each.words), *each.words
        self._store.ask(TURN, Replies(batch), self._store_time(), *words)

    def _put_on_record(self, batch: Sequence[Record]) -> None:
        has_effects = any(each.effects for each in batch)
        words = record_arguments(batch, has_effects=has_effects)
        script = RECORD_EFFECTS if has_effects else RECORD
        self._store.ask(script, Replies(batch), self._store_time(), *words)

    def _tell(self, script: Script, words: Sequence[Argument]) -> None:
        if words:
            self._store.post(script, self._store_time(), *words)

    def close(self) -> None:
        """Send what waits, tell how exchanges ended, and renew no lease any more."""
        self._turns.flush()
        self._records.flush()
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
