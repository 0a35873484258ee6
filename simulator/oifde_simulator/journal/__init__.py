"""The exchanges, on record: kept within bounds, without credentials, and found again by filters."""

from oifde_simulator.journal.journal import Journal

__all__ = ["Journal"]
