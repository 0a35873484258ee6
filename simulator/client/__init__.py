"""A client of the control plane for Python programs: `from simulator.client import Control`.

Rule: standard library only, and nothing of the server, so that a test suite pays nothing for importing it.
"""

from simulator.client.answers import (
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
from simulator.client.belongings import TenantClock, TenantJournal
from simulator.client.control import Control
from simulator.client.problems import ControlError, ControlProblem, NotCome, Unreachable
from simulator.client.simulated import GOOD_DAY, SimulatedTenant

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
