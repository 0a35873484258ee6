"""A client of the control plane for Python programs: `from oifde_simulator_client import Control`.

Rule: standard library only, and nothing of the server: a test suite imports it, and may have the distribution
`oifde-simulator-client` alone. A name is imported when it is first used: a health check needs the transport
alone, and the server the durations alone.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own would be an import
if TYPE_CHECKING:
    from typing import Any

    from oifde_simulator_client.aio.control import AsyncControl
    from oifde_simulator_client.aio.events import AsyncEventStream
    from oifde_simulator_client.aio.tenant import AsyncSimulatedTenant
    from oifde_simulator_client.aio.tenant_clock import AsyncTenantClock
    from oifde_simulator_client.aio.tenant_journal import AsyncTenantJournal
    from oifde_simulator_client.control import Control
    from oifde_simulator_client.errors import (
        ControlError,
        ControlProblem,
        EventLoopRunning,
        NotCome,
        Unreachable,
    )
    from oifde_simulator_client.events import EventStream
    from oifde_simulator_client.models import (
        Alive,
        Bodies,
        BrokenFile,
        CheckedText,
        Clock,
        Counters,
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
    from oifde_simulator_client.tenant import GOOD_DAY, SimulatedTenant
    from oifde_simulator_client.tenant_clock import TenantClock
    from oifde_simulator_client.tenant_journal import TenantJournal

__all__ = [
    "GOOD_DAY",
    "Alive",
    "AsyncControl",
    "AsyncEventStream",
    "AsyncSimulatedTenant",
    "AsyncTenantClock",
    "AsyncTenantJournal",
    "Bodies",
    "BrokenFile",
    "CheckedText",
    "Clock",
    "Control",
    "ControlError",
    "ControlProblem",
    "Counters",
    "EventLoopRunning",
    "EventStream",
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

MODULES = {
    "AsyncControl": "aio.control",
    "AsyncEventStream": "aio.events",
    "AsyncSimulatedTenant": "aio.tenant",
    "AsyncTenantClock": "aio.tenant_clock",
    "AsyncTenantJournal": "aio.tenant_journal",
    "Control": "control",
    **dict.fromkeys(
        ("ControlError", "ControlProblem", "EventLoopRunning", "NotCome", "Unreachable"), "errors"
    ),
    "EventStream": "events",
    **dict.fromkeys(("GOOD_DAY", "SimulatedTenant"), "tenant"),
    "TenantClock": "tenant_clock",
    "TenantJournal": "tenant_journal",
}
"""Modules of the public names; all other public names are in `models`."""

if not TYPE_CHECKING:  # a type checker must refuse unknown names

    def __getattr__(name: str) -> Any:
        """Import a public name at its first use."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = import_module(f"{__name__}.{MODULES.get(name, 'models')}")
        globals()[name] = value = getattr(module, name)
        return value

    def __dir__() -> list[str]:
        """List the public names, imported or not."""
        return sorted({*globals(), *__all__})
