"""Tells files of other programs from scenarios, by the keys at their top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

OWN_KEYS = ("tenant", "settings", "clock", "sessions", "rules")
OWN = frozenset(OWN_KEYS)
"""Keys that make a file a scenario; a description has many a file."""

KINDS: Sequence[tuple[str, frozenset[str]]] = tuple(
    (kind, frozenset(keys.split()))
    for kind, keys in (
        ("a Kubernetes manifest", "apiVersion kind"),
        ("a GitHub workflow", "jobs on"),
        ("an action of GitHub", "runs name"),
        ("an OpenAPI document", "openapi"),
        ("an OpenAPI document", "swagger"),
        ("an AsyncAPI document", "asyncapi"),
        ("a compose file", "services"),
        ("a JSON Schema", "$schema properties"),
        ("a JSON Schema", "$schema $defs"),
        ("a JSON Schema", "$id $schema"),
        ("a package.json", "name version dependencies"),
        ("a package.json", "name scripts"),
        ("a package.json", "name version private"),
        ("a tsconfig.json", "compilerOptions"),
        ("a lock file of packages", "lockfileVersion"),
        ("a HAR file", "log"),
        ("a WireMock mapping", "request response"),
        ("a file of WireMock mappings", "mappings"),
        ("a Mockoon environment", "routes endpointPrefix"),
        ("a Prometheus configuration", "scrape_configs"),
        ("a Helm chart", "appVersion name version"),
        ("a Helm chart", "apiVersion name version"),
        ("values of a Helm chart", "replicaCount image"),
        ("a configuration of Codecov", "coverage"),
        ("a configuration of Dependabot", "updates version"),
        ("an environment of conda", "channels dependencies"),
        ("a package of Dart", "environment name"),
        ("a collection of Postman", "info item"),
        ("a GitLab pipeline", "stages"),
        ("a CircleCI configuration", "workflows jobs"),
        ("a pre-commit configuration", "repos"),
        ("an Azure pipeline", "trigger pool"),
        ("an MkDocs configuration", "site_name"),
        ("a kustomization", "resources"),
        ("a ready file of a simulator", "control data pid"),
        ("a request of gettoken", "appKey appSecret"),
        ("a request", "userMobile"),
        ("a request", "authToken"),
        ("a request for explain", "endpoint body"),
        ("a request for explain", "headers body"),
    )
)
"""Kinds of files, and the keys by which each is known. The first that fits wins."""


def kind_of(value: Any) -> str:
    """Name the kind of file that a value is, `a compose file`; empty for a scenario and the unknown."""
    if isinstance(value, Mapping):
        return kind_by_keys(value)
    if isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        return "an Ansible playbook" if "hosts" in value[0] else ""
    return ""


def kind_by_keys(keys: Iterable[str]) -> str:
    """Name the kind of a file with these keys at its top."""
    there = frozenset(keys)
    if there & OWN:
        return ""
    return next((kind for kind, wanted in KINDS if wanted <= there), "")


def is_own(keys: Iterable[str]) -> bool:
    """Check that keys may be those at the top of a scenario."""
    there = frozenset(keys)
    plain = all(key == "description" or key.startswith("x-") for key in there)
    return bool(there & OWN) or (plain and bool(there))


def message(kind: str) -> str:
    """Write the message about a file of this kind."""
    return f"looks like {kind}, not a scenario; move it elsewhere, or name the scenario files themselves"
