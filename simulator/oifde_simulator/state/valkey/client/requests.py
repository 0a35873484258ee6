"""Calls of the state: what is kept of each until its reply is here, and how many may wait."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from libvalkey import ReplyError

from oifde_simulator.state.errors import CommandRefused
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Reply

log = logging.getLogger("oifde_simulator")


class Owner(Protocol):
    """Where calls come from."""

    def done(self, call: StateCall) -> None:
        """Learn that a call waits no longer."""

    def refused(self, call: StateCall, words: str) -> Exception | None:
        """Judge a refusal: the error, or none where the call was sent again."""

    def gone(self, found: str) -> Exception:
        """Make the error of a call without a reply."""


class StateCall:
    """One call, until its reply is here."""

    __slots__ = ("deadline", "is_second", "owner", "packed", "reply", "script")

    def __init__(
        self,
        owner: Owner,
        packed: bytes,
        deadline: float,
        script: Script | None,
        reply: Reply | None,
    ) -> None:
        """Keep what is sent, and who awaits the reply; None where nobody does."""
        self.owner, self.packed, self.deadline = owner, packed, deadline
        self.script, self.reply = script, reply
        self.is_second = False
        """The script was unknown once, so that nothing was carried out, and was sent again."""

    @property
    def is_wanted(self) -> bool:
        """Check that its caller has not been cancelled."""
        return self.reply is None or not self.reply.done()

    def settle(self, reply: Any) -> None:
        """Hand over the reply."""
        self.owner.done(self)
        if isinstance(reply, ReplyError):
            error = self.owner.refused(self, str(reply))
            if error:
                self._raise(error)
        elif self.reply is not None and not self.reply.done():
            self.reply.set_result(reply)

    def fail(self, found: str) -> None:
        """Hand over what was found instead of a reply."""
        self.owner.done(self)
        self._raise(self.owner.gone(found))

    def _raise(self, error: Exception) -> None:
        if self.reply is None:
            if isinstance(error, CommandRefused):
                log.error("%s", error)
        elif not self.reply.done():
            self.reply.set_exception(error)


class Load:
    """The sending of a script's source ahead of its first use on a connection."""

    def __init__(self, packed: bytes, deadline: float, refusals: dict[str, str], digest: str) -> None:
        """Keep in `refusals`, by digest, why the server did not take a source."""
        self.packed, self.deadline = packed, deadline
        self._refusals, self._digest = refusals, digest

    def settle(self, reply: Any) -> None:
        """Note a refusal."""
        if isinstance(reply, ReplyError):
            self._refusals[self._digest] = str(reply)

    def fail(self, found: str) -> None:
        """Leave it: the call that follows fails as well."""
