"""The exchanges, on record: kept within bounds, without credentials, and found again by filters."""

from simulator.journal.recording import Journal

__all__ = ["Journal"]
