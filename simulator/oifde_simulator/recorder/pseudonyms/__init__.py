"""Pseudonyms of records: keyed, of the same shape, and the same wherever a value comes again.

Rule: a pseudonym depends on the key and on the record alone. So a run that is resumed writes what one without
interruption would have written, and runs with one key join.
"""

from oifde_simulator.recorder.pseudonyms.records import Pseudonymiser, Wishes

__all__ = ["Pseudonymiser", "Wishes"]
