"""One tenant for a test: its URL and credentials, its rules, its clock and its journal."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.client.control import Control
from oifde_simulator.client.errors import ControlProblem, hides_frames
from oifde_simulator.client.models import MadeTenant, Rule, Sessions, Verdict
from oifde_simulator.client.tenant_clock import TenantClock
from oifde_simulator.client.tenant_journal import TenantJournal
from oifde_simulator.client.tenants import Scenario

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

GOOD_DAY: Mapping[str, Any] = {
    "description": "Nothing fails. User 18000000001 has 40 sessions; every other number has a history.",
    "tenant": {"id": "good-day"},
    "sessions": {"users": {"18000000001": 40}, "generate": {}},
}
"""Scenario of a test that names none."""


class SimulatedTenant:
    """A tenant from `made` until `delete`, with rules, counts, a clock and a journal of its own."""

    def __init__(self, control: Control, made: MadeTenant, ca_file: str | None = None) -> None:
        """Take a made tenant; `ca_file` is the path of the certificate authority, if it is on disk."""
        self.control = control
        """Client of the whole control plane."""
        self.tenant_id = made.tenant_id
        self.url = made.url
        """URL of the vendor's interface, such as `http://127.0.0.1:8443`."""
        self.auth_token = made.auth_token
        """Token that is accepted until the tenant is deleted."""
        self.app_key, self.app_secret = made.tenant_id, made.app_secret
        """Credentials for gettoken."""
        self.ca_file = ca_file
        """PEM file with the certificate authority to trust; None with TLS off."""
        self.journal = TenantJournal(control, made.tenant_id)
        self.clock = TenantClock(control, made.tenant_id)

    @classmethod
    def made(
        cls,
        control: Control,
        scenario: Scenario | None = None,
        *,
        rules: Sequence[Mapping[str, Any]] = (),
        ca_file: str | None = None,
    ) -> SimulatedTenant:
        """Create a tenant from a scenario, by default GOOD_DAY; `rules` come before the scenario's own."""
        tenant = cls(control, control.make_tenant(_initial_scenario(scenario, rules)), ca_file)
        return tenant._add_to(scenario, rules)

    @property
    def credentials(self) -> dict[str, str]:
        """Fields that a query identifies itself with: `{"tenantId", "authToken"}`."""
        return {"tenantId": self.tenant_id, "authToken": self.auth_token}

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """TLS context that trusts the server; a default context with TLS off."""
        return self.control.ssl_context

    def use(
        self, scenario: Scenario | None = None, *, rules: Sequence[Mapping[str, Any]] = ()
    ) -> SimulatedTenant:
        """Start anew with another scenario: a name, a mapping or YAML text; by default GOOD_DAY.

        `rules` come before the scenario's own. Credentials stay. Raises ControlProblem for a bad scenario.
        """
        self.control.use(self.tenant_id, _initial_scenario(scenario, rules))
        return self._add_to(scenario, rules)

    def _add_to(self, scenario: Scenario | None, rules: Sequence[Mapping[str, Any]]) -> SimulatedTenant:
        if scenario is not None and rules:
            self.add_rules(*rules)
        return self

    def add_rules(self, *rules: Mapping[str, Any]) -> Sequence[Rule]:
        """Add rules before the existing ones; each is written as in a scenario file and may have a `ttl`."""
        return self.control.add_rules(self.tenant_id, *rules)

    def remove_rules(self) -> Sequence[Rule]:
        """Remove the added rules and return the others."""
        return self.control.remove_rules(self.tenant_id)

    @property
    def rules(self) -> Sequence[Rule]:
        """Rules with their fired counts."""
        return self.control.rules(self.tenant_id)

    def sessions(self, user_mobile: str, limit: int | None = None) -> Sessions:
        """Fetch the sessions of a number as a query finds them now, newest first."""
        return self.control.sessions(self.tenant_id, user_mobile, limit)

    def reset(self) -> None:
        """Reset rules, counts, states, tokens and clock to the scenario; empty the journal."""
        self.control.reset(self.tenant_id)

    def clear(self) -> None:
        """Reset the tenant and remove every rule until the next reset."""
        self.control.clear(self.tenant_id)

    def verify(self, *expect: Mapping[str, Any], **wanted: Any) -> Verdict:
        """Assert that the recorded exchanges meet every expectation; the message has the near misses.

        Keywords are one expectation: `count`, or `at_least` and `at_most` (by default at least one), of
        exchanges with these attributes and fields, as in `verify(count=3, userMobile="18000000001")`.
        Others are `none={...}`, `order=[...]`, `tokens_fetched_first=True` and `pages_walked=True`.
        Positional expectations are written as in `POST /verify`. Raises AssertionError, and
        ControlProblem for an invalid expectation.
        """
        expected = (*expect, *([_expectation(wanted)] if wanted or not expect else []))
        verdict = self.control.verify(*expected, tenant=self.tenant_id)
        if not verdict.passed:
            raise AssertionError("\n".join(verdict.failures))
        return verdict

    def delete(self) -> None:
        """Delete the tenant; do nothing if it is deleted already."""
        try:
            self.control.delete_tenant(self.tenant_id)
        except ControlProblem as refusal:
            if refusal.status != 404:
                raise

    def __enter__(self) -> SimulatedTenant:
        return self

    def __exit__(self, *_: object) -> None:
        self.delete()


SPELLINGS = {
    "at_least": "atLeast",
    "at_most": "atMost",
    "error_code": "errorCode",
    "tokens_fetched_first": "tokensFetchedFirst",
    "pages_walked": "pagesWalked",
}
KINDS = ("count", "atLeast", "atMost", "none", "order", "tokensFetchedFirst", "pagesWalked")


def _expectation(wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    spelled = {SPELLINGS.get(name, name): value for name, value in wanted.items()}
    return spelled if any(kind in spelled for kind in KINDS) else {"atLeast": 1, **spelled}


def _initial_scenario(scenario: Scenario | None, rules: Sequence[Mapping[str, Any]]) -> Scenario:
    """Choose the scenario to create; only GOOD_DAY takes the rules into itself."""
    if scenario is None:
        return {**GOOD_DAY, "rules": list(rules)} if rules else GOOD_DAY
    return scenario
