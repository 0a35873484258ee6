"""Processes that serve the same ports, as whoever started them tells."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass

READY = "ready"
"""State of a worker that answers. Others are `starting`, `stalled`, `stopping` and `down`."""


@dataclass
class WorkerGroup:
    """Processes with one supervisor, which tells each how all are."""

    supervisor: int
    """Process id of who started them."""
    number: int
    """Number of this process among them, from 1."""
    workers: list[dict[str, Any]] = field(default_factory=list)
    """Of each its `number`, `pid`, `state`, and `restarts` since the start."""

    def as_json(self) -> dict[str, Any]:
        """Write what `/readyz` says of the workers."""
        return {"worker": self.number, "workers": self.workers}

    def count(self, state: str) -> int:
        """Count the workers in a state."""
        return sum(worker["state"] == state for worker in self.workers)

    @property
    def restarts(self) -> int:
        """How often a worker had to be started again because it had died."""
        return sum(worker["restarts"] for worker in self.workers)
