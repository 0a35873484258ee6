"""Operations on the rules of a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oifde_simulator_client.call import Call, nothing, of_json
from oifde_simulator_client.decode import build_rules
from oifde_simulator_client.encode import path
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import Rule

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

NewRules = Mapping[str, Any] | Iterable[Mapping[str, Any]]
"""A rule as in a scenario file, or a list of them."""


def rules(tenant: str) -> Call[Sequence[Rule]]:
    """List the tenant's rules in the order in which they are tried."""
    return Call("GET", path("tenants", tenant, "rules"), of_json(build_rules))


def add_rules(tenant: str, *rules: NewRules) -> Call[Sequence[Rule]]:
    """Add rules or lists of them, written as in a scenario file, before the existing ones.

    Each may have a `ttl`. Returns all rules of the tenant.
    """
    each = [rule for given in rules for rule in ([given] if isinstance(given, Mapping) else given)]
    return Call("POST", path("tenants", tenant, "rules"), of_json(build_rules), each)


def remove_rules(tenant: str) -> Call[Sequence[Rule]]:
    """Remove the added rules and return the others."""
    return Call("DELETE", path("tenants", tenant, "rules"), of_json(build_rules))


def remove_rule(tenant: str, rule: str) -> Call[None]:
    """Remove one rule by its name."""
    return Call("DELETE", path("tenants", tenant, "rules", rule), nothing)
