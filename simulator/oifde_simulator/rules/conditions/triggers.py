"""When a rule may fire: windows of tenant time, judged here, and limits that the state counts."""

from __future__ import annotations

from typing import Protocol

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.quantities import seconds_text


@dataclass(frozen=True, slots=True)
class Moment:
    """Time of a decision, on the tenant's clock."""

    now: int
    """Epoch milliseconds."""
    elapsed: int
    """Milliseconds since the scenario was loaded or reset."""


class Opening(Protocol):
    """A window of any kind."""

    def holds_back(self, moment: Moment, /) -> str:
        """Say why the window is closed at a moment; "" when it is open."""
        ...

    def opened(self, moment: Moment, /) -> int:
        """Compute when the window that is open has opened, in milliseconds since load or reset."""
        ...

    @property
    def always_open(self) -> bool:
        """Whether it is never closed."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """`window` without `at`: a stretch of the tenant's time since load or reset, in milliseconds."""

    start: int = 0
    until: int | None = None
    repeat: int | None = None

    def holds_back(self, moment: Moment) -> str:
        """Say why the window is closed at a moment; "" when it is open."""
        elapsed = moment.elapsed
        at = elapsed % self.repeat if self.repeat else elapsed
        if at < self.start:
            return f"window: opens in {seconds_text(self.start - at)}"
        if self.until is not None and at >= self.until:
            return f"window: closed {seconds_text(at - self.until)} ago"
        return ""

    def opened(self, moment: Moment) -> int:
        """Compute when the window that is open has opened, in milliseconds since load or reset."""
        elapsed = moment.elapsed
        return (elapsed - elapsed % self.repeat if self.repeat else 0) + self.start

    @property
    def always_open(self) -> bool:
        """Whether it is never closed."""
        never_closes = self.until is None or (self.repeat is not None and self.until >= self.repeat)
        return self.start == 0 and never_closes
