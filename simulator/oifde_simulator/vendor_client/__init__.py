"""Requests to a real service of the vendor, or to another simulator, for `drift` and `record`.

Rule: read-only, at a pace, bounded in bytes and time. Every failure is a `TargetError` of one clear line.
"""

from oifde_simulator.vendor_client.errors import BudgetSpent, TargetError, Unreachable
from oifde_simulator.vendor_client.pace import Pace
from oifde_simulator.vendor_client.reply import Reply
from oifde_simulator.vendor_client.session import VendorSession
from oifde_simulator.vendor_client.target import Target
from oifde_simulator.vendor_client.tokens import TenantSession

__all__ = [
    "BudgetSpent",
    "Pace",
    "Reply",
    "Target",
    "TargetError",
    "TenantSession",
    "Unreachable",
    "VendorSession",
]
