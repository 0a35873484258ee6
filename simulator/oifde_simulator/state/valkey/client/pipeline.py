"""Calls of the state on the connection of the moment: in order, bounded, each sent once.

Rule: only a call that the server refused as an unknown script, or that was never written, is written again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from libvalkey import pack_command

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.client.connection import Connection
from oifde_simulator.state.valkey.client.opening import Target
from oifde_simulator.state.valkey.client.refusals import LOST_ROLE, refusal
from oifde_simulator.state.valkey.client.requests import Load, StateCall
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Argument, Reply

GRACE = 0.5
"""Seconds for which calls wait for a new connection after one broke; later ones fail at once."""
MOST_CALLS, MOST_BYTES = 65_536, 64 << 20
"""Calls that wait for a reply, and their bytes."""


class Pipeline:
    """Sends calls, keeps those that wait, and knows which scripts the server has."""

    def __init__(self, to: Target, found: Callable[[], str]) -> None:
        """Begin without a connection; `found` tells why there is none."""
        self._to, self._found = to, found
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._loaded: set[str] = set()
        self._load_refusals: dict[str, str] = {}
        self._held: list[StateCall] = []
        self._grace: asyncio.TimerHandle | None = None
        self._waiting = self._waiting_bytes = 0
        self._idle: asyncio.Event | None = None

    def send(self, words: tuple[Argument, ...], script: Script | None, reply: Reply | None) -> None:
        """Send a call; `reply` takes its answer or StoreGone, CommandRefused. Raises StoreGone."""
        packed = pack_command(words)
        if self._waiting >= MOST_CALLS or self._waiting_bytes + len(packed) > MOST_BYTES:
            raise StoreGone(self._too_slow())
        if self._connection is None and self._grace is None:
            raise StoreGone(self._found())
        self._put(StateCall(self, packed, self._loop.time() + self._to.seconds, script, reply))

    def open(self, connection: Connection) -> None:
        """Use a new connection, first for the calls that were held."""
        self._connection = connection
        self._loaded.clear()
        self._load_refusals.clear()
        self._end_grace()
        held, self._held = self._held, []
        for call in held:
            self.done(call)
            if call.is_wanted:
                self._put(call)

    def lose(self) -> None:
        """Hold calls for a moment, since the connection broke."""
        self._connection = None
        self._grace = self._loop.call_later(min(GRACE, self._to.seconds), self.give_up)

    def give_up(self) -> None:
        """Fail the calls that are held, and every call until there is a connection."""
        self._connection = None
        self._end_grace()
        held, self._held, found = self._held, [], self._found()
        for call in held:
            call.fail(found)

    async def drain(self) -> None:
        """Return when no call waits, or at the deadline."""
        if self._waiting:
            self._idle = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), self._to.seconds)

    def done(self, call: StateCall) -> None:
        """Learn that a call waits no longer."""
        self._waiting -= 1
        self._waiting_bytes -= len(call.packed)
        if self._idle and not self._waiting:
            self._idle.set()

    def refused(self, call: StateCall, words: str) -> Exception | None:
        """Judge a refusal: the error, or none where the call was sent again."""
        script, connection = call.script, self._connection
        if script and words.startswith("NOSCRIPT"):
            if connection and not call.is_second:
                self._send_again(call, script)
                return None
            words = self._load_refusals.get(script.digest, words)
        if connection and words.partition(" ")[0] in LOST_ROLE:
            self._loop.call_soon(connection.close, words)
        return refusal(str(self._to.address), words)

    def gone(self, found: str) -> StoreGone:
        """Make the error of a call without a reply."""
        place = str(self._to.address)
        return StoreGone(found if place in found else f"no answer from the store at {place}: {found}")

    def _put(self, call: StateCall) -> None:
        self._waiting += 1
        self._waiting_bytes += len(call.packed)
        connection = self._connection
        if connection is None:
            self._held.append(call)
            return
        if call.script and call.script.digest not in self._loaded:
            self._load(connection, call.script, call.deadline)
        connection.send(call)

    def _load(self, connection: Connection, script: Script, deadline: float) -> None:
        self._loaded.add(script.digest)
        source = pack_command(("SCRIPT", "LOAD", script.source))
        connection.send(Load(source, deadline, self._load_refusals, script.digest))

    def _send_again(self, call: StateCall, script: Script) -> None:
        call.is_second = True
        self._loaded.discard(script.digest)
        self._put(call)

    def _end_grace(self) -> None:
        if self._grace:
            self._grace.cancel()
            self._grace = None

    def _too_slow(self) -> str:
        return (
            f"the store at {self._to.address} is too slow: {self._waiting:,} calls "
            f"({self._waiting_bytes:,} bytes) wait for it; at most {MOST_CALLS:,} ({MOST_BYTES:,} bytes) may"
        )
