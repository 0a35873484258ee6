"""An engine with one tenant, whose clock a test moves."""

from __future__ import annotations

from typing import Any

from conftest import QUERY, TOKEN
from engines import Engine
from oifde_simulator.clock import ClockSetting
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import Wait

BODY = f'{{"tenantId": "acme", "authToken": "{TOKEN}", "userMobile": "18000000001"}}'.encode()
LOAD = 1_767_225_600_000
"""When the tenant is loaded, epoch milliseconds: 2026-01-01T00:00:00Z."""


class Moving:
    """A tenant with these rules."""

    def __init__(self, *rules: dict[str, Any]) -> None:
        scenario = {"clock": "2026-01-01T00:00:00Z", "tenant": {"tokens": [TOKEN]}, "rules": list(rules)}
        self.engine = Engine({"acme": loader.from_json(scenario, "acme", "acme")})

    def move(self, seconds: float) -> None:
        """Set the clock to so many seconds after load."""
        tenant = self.engine.tenant("acme")
        setting = ClockSetting(LOAD + round(seconds * 1000))
        immediate(self.engine.state.tenants.set_clock("acme", setting, tenant.read.version))

    def add(self, rule: dict[str, Any], ttl: float | None = None) -> None:
        """Add a rule now."""
        immediate(self.engine.admin.add_rules(self.engine.tenant("acme"), [rule], [ttl]))

    def ask(self, seconds: float) -> Exchange:
        """Send a query at a time."""
        self.move(seconds)
        return self.engine.handle(Request("POST", QUERY, {}, BODY))

    def waits(self, seconds: float) -> list[float]:
        """List the waits of a query at a time."""
        return [each.seconds for each in self.ask(seconds).script if isinstance(each, Wait)]

    def retry_after(self, seconds: float) -> int | None:
        """Read Retry-After of a query at a time; None where it was not refused."""
        named = dict(self.ask(seconds).response.headers)
        return int(named["Retry-After"]) if "Retry-After" in named else None
