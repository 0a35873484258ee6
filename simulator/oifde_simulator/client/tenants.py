"""Calls about tenants: create, change, inspect and delete them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.client.decode import build, build_rules, build_tenant
from oifde_simulator.client.encode import Duration, format_duration, path, query_string
from oifde_simulator.client.errors import hides_frames
from oifde_simulator.client.models import Clock, MadeTenant, Rule, Sessions, Tenant, TenantInWhole
from oifde_simulator.client.transport import Transport

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

Scenario = str | Mapping[str, Any]
"""Name of a scenario of the server, YAML text of more than one line, or a mapping."""


class TenantCalls:
    """Calls of `Control` about tenants. Every call raises ControlProblem if it is refused."""

    _transport: Transport

    def tenants(self) -> Sequence[Tenant]:
        """List every tenant, without secrets."""
        return tuple(build(Tenant, entry) for entry in self._transport.request("GET", "/tenants").json)

    def make_tenant(self, scenario: Scenario, tenant_id: str | None = None) -> MadeTenant:
        """Create a tenant with fresh credentials; the server makes an id if none is given."""
        wanted = {"scenario": scenario} | ({} if tenant_id is None else {"tenantId": tenant_id})
        return build(MadeTenant, self._transport.request("POST", "/tenants", wanted).json)

    def tenant(self, tenant: str) -> TenantInWhole:
        """Fetch one tenant with its rules and their fired counts."""
        return build_tenant(self._transport.request("GET", path("tenants", tenant)).json)

    def delete_tenant(self, tenant: str) -> None:
        """Delete a tenant and its journal."""
        self._transport.request("DELETE", path("tenants", tenant))

    def use(self, tenant: str, scenario: Scenario) -> TenantInWhole:
        """Replace the tenant's scenario and start it anew; keep the credentials made with the tenant."""
        wanted = {"scenario": scenario}
        return build_tenant(self._transport.request("PUT", path("tenants", tenant, "scenario"), wanted).json)

    def rules(self, tenant: str) -> Sequence[Rule]:
        """List the tenant's rules in the order in which they are tried."""
        return build_rules(self._transport.request("GET", path("tenants", tenant, "rules")).json)

    def add_rules(self, tenant: str, *rules: Mapping[str, Any]) -> Sequence[Rule]:
        """Add rules, written as in a scenario file, before the existing ones; each may have a `ttl`.

        Returns all rules of the tenant.
        """
        return build_rules(self._transport.request("POST", path("tenants", tenant, "rules"), rules).json)

    def remove_rules(self, tenant: str) -> Sequence[Rule]:
        """Remove the added rules and return the others."""
        return build_rules(self._transport.request("DELETE", path("tenants", tenant, "rules")).json)

    def remove_rule(self, tenant: str, rule: str) -> None:
        """Remove one rule."""
        self._transport.request("DELETE", path("tenants", tenant, "rules", rule))

    def reset(self, tenant: str) -> TenantInWhole:
        """Reset rules, counts, states, tokens and clock to the tenant's scenario; empty its journal."""
        return build_tenant(self._transport.request("POST", path("tenants", tenant, "reset")).json)

    def clear(self, tenant: str) -> TenantInWhole:
        """Reset the tenant and remove every rule until the next reset."""
        return build_tenant(self._transport.request("POST", path("tenants", tenant, "clear")).json)

    def reset_all(self) -> Mapping[str, int]:
        """Reset all tenants to their files, delete made tenants and empty the journal.

        Returns the numbers of `tenants` and of `deleted` tenants.
        """
        answer: Mapping[str, int] = self._transport.request("POST", "/reset").json
        return answer

    def clock(self, tenant: str) -> Clock:
        """Fetch the tenant's time."""
        return build(Clock, self._transport.request("GET", path("tenants", tenant, "clock")).json)

    def freeze_clock(self, tenant: str, *, freeze: bool = True) -> Clock:
        """Stop the tenant's clock; `freeze=False` starts it again from the same instant."""
        return self._set_clock(tenant, {"freeze": freeze})

    def set_clock(self, tenant: str, instant: str) -> Clock:
        """Set the tenant's time to an instant such as `2026-01-01T00:00:00Z`."""
        return self._set_clock(tenant, {"set": instant})

    def advance_clock(self, tenant: str, by: Duration) -> Clock:
        """Move the tenant's time forward: tokens expire, sessions appear, windows open."""
        return self._set_clock(tenant, {"advance": format_duration(by)})

    def _set_clock(self, tenant: str, wanted: Mapping[str, Any]) -> Clock:
        return build(Clock, self._transport.request("PUT", path("tenants", tenant, "clock"), wanted).json)

    def sessions(self, tenant: str, user_mobile: str, limit: int | None = None) -> Sessions:
        """Fetch the sessions of a number as a query finds them now, newest first."""
        query = query_string({"userMobile": user_mobile, "limit": limit})
        answer = self._transport.request("GET", path("tenants", tenant, "sessions") + query).json
        return build(Sessions, answer)
