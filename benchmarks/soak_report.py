"""What `soak.py` shows: a row for each attack, and what was wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

HEAD = (
    "attack",
    "before, MiB",
    "peak, MiB",
    "after, MiB",
    "p50, ms",
    "p99, ms",
    "requests",
    "errors",
    "calm after, s",
    "what the attack got",
)
MOST_GROWTH = 64.0
"""MiB above the baseline after all attacks of a server."""
KINDS_SHOWN = 6


@dataclass
class Turn:
    """One attack's time."""

    name: str
    before: float
    peak: float = 0.0
    after: float = 0.0
    calm: float | None = 0.0
    """Seconds from the attack's end until the server was calm, if it became so."""
    got: Counter[str] = field(default_factory=Counter)
    honest: dict[str, Any] = field(default_factory=dict)

    def row(self) -> list[str]:
        """Show it as a row of the table."""
        memory = map(figure, (self.before, self.peak, self.after))
        latency = (figure(self.honest[name]) for name in ("p50", "p99"))
        counts = (f"{self.honest[name]:,}" for name in ("requests", "errors"))
        kinds = [f"{count:,} {kind}" for kind, count in self.got.most_common(KINDS_SHOWN)]
        return [self.name, *memory, *latency, *counts, figure(self.calm), "; ".join(kinds) or "-"]

    def kept(self) -> float:
        """Return how much more memory the server held after it than before, MiB."""
        return self.after - self.before

    def lapses(self) -> list[str]:
        """List what should not have been seen."""
        found = [f"an honest client saw: {said}" for said in self.honest["said"]]
        if not self.honest["requests"]:
            found.append("expected answers to honest clients, found none")
        if self.calm is None:
            found.append("expected a server that comes to rest after the attack, found it busy or silent")
        return found


def figure(value: float | None) -> str:
    """Show a number, if there is one."""
    return "-" if value is None else f"{value:.1f}"


@dataclass
class Soak:
    """One server with all its attacks, the baseline first."""

    turns: list[Turn] = field(default_factory=list)
    ending: str = ""
    wrong: list[str] = field(default_factory=list)

    def stopped(self, status: int | None, seconds: float) -> None:
        """Note how the server ended after SIGTERM, and whether that was its own end."""
        self.ending = f"exit status {status} after {seconds:.1f} s"
        if status != 0:
            last = self.turns[-1]
            self.wrong.append(
                f"expected exit status 0 after SIGTERM, found {status} (None: killed), after {last.name}"
            )

    def judge(self) -> None:
        """Collect what is wrong."""
        for turn in self.turns:
            self.wrong += [f"{turn.name}: {said}" for said in turn.lapses()]
        grown = self.turns[-1].after - self.turns[0].after
        if not grown <= MOST_GROWTH:
            most = max(self.turns, key=Turn.kept)
            self.wrong.append(
                f"expected at most {MOST_GROWTH:.0f} MiB above the baseline after all, found {grown:.1f}; "
                f"the most, {most.kept():.1f}, came with: {most.name}"
            )
