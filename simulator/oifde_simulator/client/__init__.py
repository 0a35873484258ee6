"""A client of the control plane for Python programs: `from oifde_simulator.client import Control`.

Rule: standard library only, and nothing of the server, since a test suite imports it.
"""

from oifde_simulator.client.control import Control
from oifde_simulator.client.errors import ControlError, ControlProblem, NotCome, Unreachable
from oifde_simulator.client.models import (
    Clock,
    Exchange,
    ExchangeInWhole,
    Exchanges,
    Listener,
    MadeTenant,
    Ready,
    Rule,
    Sessions,
    Tenant,
    TenantInWhole,
    Verdict,
)
from oifde_simulator.client.tenant import GOOD_DAY, SimulatedTenant
from oifde_simulator.client.tenant_clock import TenantClock
from oifde_simulator.client.tenant_journal import TenantJournal

__all__ = [
    "GOOD_DAY",
    "Clock",
    "Control",
    "ControlError",
    "ControlProblem",
    "Exchange",
    "ExchangeInWhole",
    "Exchanges",
    "Listener",
    "MadeTenant",
    "NotCome",
    "Ready",
    "Rule",
    "Sessions",
    "SimulatedTenant",
    "Tenant",
    "TenantClock",
    "TenantInWhole",
    "TenantJournal",
    "Unreachable",
    "Verdict",
]
