"""Attacks on a server, for `soak.py`: each a function, in one table.

Rule: an attack goes on until it is cancelled, or comes to its end before. It takes back what it made, and
draws from `Target.random` alone. A new one is a function with `@attack(NAME)` in a module imported below.
"""

from attacks import connections, control_plane, fields, log, tenants, tokens  # noqa: F401
from attacks.table import ATTACKS, SCENARIOS, Attack
from attacks.target import Target

__all__ = ["ATTACKS", "SCENARIOS", "Attack", "Target"]
