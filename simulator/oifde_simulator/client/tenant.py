"""One tenant as a test holds it: where to ask, as whom, what goes wrong, and what happened."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.client.control import Control
from oifde_simulator.client.errors import ControlProblem, told
from oifde_simulator.client.models import MadeTenant, Rule, Sessions, Verdict
from oifde_simulator.client.tenant_views import TenantClock, TenantJournal
from oifde_simulator.client.tenants import Scenario

__tracebackhide__ = told  # a failing test shows its own line

GOOD_DAY: Mapping[str, Any] = {
    "description": "Nothing fails. User 18000000001 has 40 sessions; every other number has a history.",
    "tenant": {"id": "good-day"},
    "sessions": {"users": {"18000000001": 40}, "generate": {}},
}
"""The scenario of a test that asks for none."""


class SimulatedTenant:
    """A tenant of its own, from `made` until `delete`: rules, counts, clock and journal are its alone."""

    def __init__(self, control: Control, made: MadeTenant, ca_file: str | None = None) -> None:
        """`ca_file` is where the certificate authority is on disk, if it is."""
        self.control = control
        """The whole control plane."""
        self.tenant_id = made.tenant_id
        self.url = made.url
        """Where the vendor's interface listens, such as `http://127.0.0.1:8443`."""
        self.auth_token = made.auth_token
        """Accepted until the tenant goes."""
        self.app_key, self.app_secret = made.tenant_id, made.app_secret
        """For gettoken."""
        self.ca_file = ca_file
        """A PEM file with the certificate authority to trust; None where TLS is off."""
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
        """A fresh tenant: of a scenario, by default of a good day; `rules` come before the scenario's own."""
        tenant = cls(control, control.make_tenant(_beginning(scenario, rules)), ca_file)
        return tenant._with(scenario, rules)

    @property
    def credentials(self) -> dict[str, str]:
        """What a query says of who asks: `{"tenantId", "authToken"}`."""
        return {"tenantId": self.tenant_id, "authToken": self.auth_token}

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """What a client needs to trust the server; a usual context where TLS is off."""
        return self.control.ssl_context

    def use(
        self, scenario: Scenario | None = None, *, rules: Sequence[Mapping[str, Any]] = ()
    ) -> SimulatedTenant:
        """Begin again with another scenario: a name, a mapping, a text in YAML; without one, a good day.

        `rules` come before those of the scenario. Credentials stay. Raises ControlProblem for no scenario.
        """
        self.control.use(self.tenant_id, _beginning(scenario, rules))
        return self._with(scenario, rules)

    def _with(self, scenario: Scenario | None, rules: Sequence[Mapping[str, Any]]) -> SimulatedTenant:
        if scenario is not None and rules:
            self.add_rules(*rules)
        return self

    def add_rules(self, *rules: Mapping[str, Any]) -> Sequence[Rule]:
        """Add rules before those there are; each is written as in a scenario file, and may have a `ttl`."""
        return self.control.add_rules(self.tenant_id, *rules)

    def remove_rules(self) -> Sequence[Rule]:
        """Remove the rules that were added."""
        return self.control.remove_rules(self.tenant_id)

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules, and how often each has fired."""
        return self.control.rules(self.tenant_id)

    def sessions(self, user_mobile: str, limit: int | None = None) -> Sessions:
        """The sessions of a number as queries find them now, newest first."""
        return self.control.sessions(self.tenant_id, user_mobile, limit)

    def reset(self) -> None:
        """Back to the beginning of its scenario: rules, counts, states, tokens, clock; an empty journal."""
        self.control.reset(self.tenant_id)

    def clear(self) -> None:
        """Like reset, and without any rule: a good day until the next reset."""
        self.control.clear(self.tenant_id)

    def verify(self, *expect: Mapping[str, Any], **wanted: Any) -> Verdict:
        """Assert that what is on record is what was expected; near misses are in the message.

        Keywords are one expectation: `count`, or `at_least` and `at_most` (without any, at least one), of
        exchanges with these attributes and fields, as in `verify(count=3, userMobile="18000000001")`.
        Others are `none={...}`, `order=[...]`, `tokens_fetched_first=True` and `pages_walked=True`.
        Positional ones are written as in `POST /verify`. Raises AssertionError, and ControlProblem for
        what cannot be understood.
        """
        expected = (*expect, *([_expectation(wanted)] if wanted or not expect else []))
        verdict = self.control.verify(*expected, tenant=self.tenant_id)
        if not verdict.passed:
            raise AssertionError("\n".join(verdict.failures))
        return verdict

    def delete(self) -> None:
        """End it; once is enough."""
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


def _beginning(scenario: Scenario | None, rules: Sequence[Mapping[str, Any]]) -> Scenario:
    """What to begin with: rules of a good day are its own, others are added."""
    if scenario is None:
        return {**GOOD_DAY, "rules": list(rules)} if rules else GOOD_DAY
    return scenario
