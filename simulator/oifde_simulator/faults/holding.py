"""The connection is held: nothing comes, and nothing ends it for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from oifde_simulator.faults import settings
from oifde_simulator.faults.fault import Fault
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Close, Script, Wait, ended, octets, opening, shortened


@dataclass(frozen=True, slots=True)
class Hang(Fault):
    """The server goes silent until the client leaves, or to a limit; then it closes."""

    limit: float = 60.0
    at: Literal["head", "body"] = "head"

    settings: ClassVar = settings.fault(
        "Hang",
        "Nothing comes until the client leaves or the limit is over; then the connection is closed.",
        None,
        "10s",
        {"limit": "30s", "at": "body"},
        main="limit",
        properties={
            "limit": settings.duration("Limit", "How long at most.", "60s", "10s"),
            "at": settings.choice("Where", "head: not a byte comes. body: the head comes.", "head", "body"),
        },
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """A long wait in place of the answer, or of its body."""
        if self.at == "body" and not octets(script, "body"):
            return script
        before = opening(script) if self.at == "head" else shortened(script, 0)
        return (*before, Wait(self.limit), Close())


@dataclass(frozen=True, slots=True)
class SlowClose(Fault):
    """The answer is whole, but the connection stays occupied for a while and is then closed."""

    after: float = 5.0

    settings: ClassVar = settings.fault(
        "Slow close",
        "The whole answer comes, then nothing, then the end; a next request on it gets no answer.",
        None,
        "5s",
        {"after": "30s"},
        main="after",
        properties={"after": settings.duration("After", "How long the connection stays.", "5s")},
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """A wait before the end."""
        whole = ended(script)
        return (*whole[:-1], Wait(self.after), whole[-1])
