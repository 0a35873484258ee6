"""When a rule may fire: windows of tenant time, judged here, and limits that the state counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """`window`: a stretch of the tenant's time since load or reset, in milliseconds."""

    start: int = 0
    until: int | None = None
    repeat: int | None = None

    def holds_back(self, elapsed: int) -> str:
        """Say why the window is closed `elapsed` milliseconds after load or reset; "" when it is open."""
        at = elapsed % self.repeat if self.repeat else elapsed
        if at < self.start:
            return f"window: opens in {self.start - at} ms"
        if self.until is not None and at >= self.until:
            return f"window: closed {at - self.until} ms ago"
        return ""

    def opened(self, elapsed: int) -> int:
        """Compute when the window that is open at `elapsed` has opened; both since load or reset."""
        return (elapsed - elapsed % self.repeat if self.repeat else 0) + self.start


@dataclass(frozen=True, slots=True)
class Moment:
    """Time of a decision, on the tenant's clock."""

    now: int
    """Epoch milliseconds."""
    elapsed: int
    """Milliseconds since the scenario was loaded or reset."""
