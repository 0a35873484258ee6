"""The connection stalls: nothing comes, and nothing ends it for a while."""

from __future__ import annotations

from typing import Literal

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, fault, settings
from oifde_simulator.wire.script import Close, Script, Wait, leading_waits, length, truncate_body, with_end


@fault("hang", main="limit", examples=[None, "10s", {"limit": "30s", "at": "body"}])
@dataclass(frozen=True, slots=True)
class Hang(Fault):
    """Nothing comes until the client leaves or the limit is over; then the connection is closed."""

    limit: float = settings.duration("Limit", "How long at most.", "60s", examples=("10s",))
    at: Literal["head", "body"] = settings.choice(
        "Where", "head: not a byte comes. body: the head comes.", "head", "body"
    )

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Replace the answer, or its body, by a long wait."""
        if self.at == "body" and not length(script, "body"):
            return script
        before = leading_waits(script) if self.at == "head" else truncate_body(script, 0)
        return (*before, Wait(self.limit), Close())


@fault("slow-close", main="after", examples=[None, "5s", {"after": "30s"}])
@dataclass(frozen=True, slots=True)
class SlowClose(Fault):
    """The whole answer comes, then nothing, then the end; a next request on it gets no answer."""

    after: float = settings.duration("After", "How long the connection stays.", "5s")

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Insert a wait before the end."""
        ended = with_end(script)
        return (*ended[:-1], Wait(self.after), ended[-1])
