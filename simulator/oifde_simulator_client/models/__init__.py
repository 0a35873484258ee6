"""Answers of the control plane as values, described by its OpenAPI document.

Rule: a member has the document's name in snake case: `errorCode` is `error_code`. All are imported from here.
"""

from oifde_simulator_client.models.checks import CheckedText, Verdict
from oifde_simulator_client.models.health import Alive, BrokenFile, Counters, Ready
from oifde_simulator_client.models.journal import Bodies, Exchange, ExchangeInWhole, Exchanges
from oifde_simulator_client.models.listener import Listener
from oifde_simulator_client.models.tenants import Clock, MadeTenant, Rule, Sessions, Tenant, TenantInWhole

__all__ = [
    "Alive",
    "Bodies",
    "BrokenFile",
    "CheckedText",
    "Clock",
    "Counters",
    "Exchange",
    "ExchangeInWhole",
    "Exchanges",
    "Listener",
    "MadeTenant",
    "Ready",
    "Rule",
    "Sessions",
    "Tenant",
    "TenantInWhole",
    "Verdict",
]
