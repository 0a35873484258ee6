"""Calls about tenants: made, changed, looked at and taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.client import decode
from oifde_simulator.client.decode import built
from oifde_simulator.client.encode import Duration, duration, place, query
from oifde_simulator.client.errors import told
from oifde_simulator.client.models import Clock, MadeTenant, Rule, Sessions, Tenant, TenantInWhole
from oifde_simulator.client.transport import Transport

__tracebackhide__ = told  # a failing test shows its own line

Scenario = str | Mapping[str, Any]
"""The name of one that the server has, one in YAML (a text of more than one line), or one as a mapping."""


class TenantCalls:
    """The part of `Control` that is about tenants. Each raises ControlProblem where it is refused."""

    _transport: Transport

    def tenants(self) -> Sequence[Tenant]:
        """Every tenant, without secrets."""
        return tuple(built(Tenant, entry) for entry in self._transport.ask("GET", "/tenants").json)

    def make_tenant(self, scenario: Scenario, tenant_id: str | None = None) -> MadeTenant:
        """A new tenant, a world of its own with fresh credentials; its id is made where none is given."""
        wanted = {"scenario": scenario} | ({} if tenant_id is None else {"tenantId": tenant_id})
        return built(MadeTenant, self._transport.ask("POST", "/tenants", wanted).json)

    def tenant(self, tenant: str) -> TenantInWhole:
        """One tenant, with its rules and how often each has fired."""
        return decode.whole(self._transport.ask("GET", place("tenants", tenant)).json)

    def delete_tenant(self, tenant: str) -> None:
        """From now on the tenant is unknown; its journal goes too."""
        self._transport.ask("DELETE", place("tenants", tenant))

    def use(self, tenant: str, scenario: Scenario) -> TenantInWhole:
        """Another scenario for the tenant, from its beginning; credentials made with the tenant stay."""
        wanted = {"scenario": scenario}
        return decode.whole(self._transport.ask("PUT", place("tenants", tenant, "scenario"), wanted).json)

    def rules(self, tenant: str) -> Sequence[Rule]:
        """The tenant's rules in the order in which they are asked."""
        return decode.rules(self._transport.ask("GET", place("tenants", tenant, "rules")).json)

    def add_rules(self, tenant: str, *rules: Mapping[str, Any]) -> Sequence[Rule]:
        """Add rules, written as in a scenario file, before those there are; each may have a `ttl`.

        Returns the rules as they are now.
        """
        return decode.rules(self._transport.ask("POST", place("tenants", tenant, "rules"), rules).json)

    def remove_rules(self, tenant: str) -> Sequence[Rule]:
        """Remove the rules that were added; returns the others."""
        return decode.rules(self._transport.ask("DELETE", place("tenants", tenant, "rules")).json)

    def remove_rule(self, tenant: str, rule: str) -> None:
        """Remove one rule."""
        self._transport.ask("DELETE", place("tenants", tenant, "rules", rule))

    def reset(self, tenant: str) -> TenantInWhole:
        """Back to the tenant's scenario: rules, counts, states, tokens, clock; its journal is forgotten."""
        return decode.whole(self._transport.ask("POST", place("tenants", tenant, "reset")).json)

    def clear(self, tenant: str) -> TenantInWhole:
        """Like reset, and without any rule: a good day until the next reset."""
        return decode.whole(self._transport.ask("POST", place("tenants", tenant, "clear")).json)

    def reset_all(self) -> Mapping[str, int]:
        """Everything back to the files, for everybody: no tenants that were made, an empty journal.

        Returns how many `tenants` there are, and how many were `deleted`.
        """
        answer: Mapping[str, int] = self._transport.ask("POST", "/reset").json
        return answer

    def clock(self, tenant: str) -> Clock:
        """The tenant's time."""
        return built(Clock, self._transport.ask("GET", place("tenants", tenant, "clock")).json)

    def freeze_clock(self, tenant: str, *, freeze: bool = True) -> Clock:
        """Stop the tenant's time where it stands; `freeze=False` lets it go on from there."""
        return self._set_clock(tenant, {"freeze": freeze})

    def set_clock(self, tenant: str, instant: str) -> Clock:
        """Set the tenant's time, to an instant such as `2026-01-01T00:00:00Z`."""
        return self._set_clock(tenant, {"set": instant})

    def advance_clock(self, tenant: str, by: Duration) -> Clock:
        """Move the tenant's time forward: tokens expire, sessions appear, windows open."""
        return self._set_clock(tenant, {"advance": duration(by)})

    def _set_clock(self, tenant: str, wanted: Mapping[str, Any]) -> Clock:
        return built(Clock, self._transport.ask("PUT", place("tenants", tenant, "clock"), wanted).json)

    def sessions(self, tenant: str, user_mobile: str, limit: int | None = None) -> Sessions:
        """The sessions of a number as queries find them now, newest first."""
        asked = query({"userMobile": user_mobile, "limit": limit})
        answer = self._transport.ask("GET", place("tenants", tenant, "sessions") + asked).json
        return built(Sessions, answer)
