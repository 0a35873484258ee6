"""The control plane as an object: a method for each operation of its OpenAPI document."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from oifde_simulator.client.decode import built
from oifde_simulator.client.encode import Duration, duration, query
from oifde_simulator.client.errors import ControlProblem, told
from oifde_simulator.client.journal import JournalCalls
from oifde_simulator.client.models import Listener, Ready, Verdict
from oifde_simulator.client.tenants import TenantCalls
from oifde_simulator.client.transport import Transport

__tracebackhide__ = told  # a failing test shows its own line

URL = "http://127.0.0.1:8444"
"""Where `serve` has its control plane unless told otherwise."""


class Control(TenantCalls, JournalCalls):
    """A control plane. Connects when first asked, keeps connections, and may be shared by threads.

    Every method raises ControlProblem where the control plane refuses (its `detail` says what to do), and
    Unreachable where it does not answer.
    """

    def __init__(
        self,
        url: str = URL,
        token: str | None = None,
        *,
        context: ssl.SSLContext | None = None,
        timeout: float = 10.0,
    ) -> None:
        """`token` is the bearer token, `context` is for a https URL, `timeout` is in seconds.

        Raises ValueError where `url` is none.
        """
        self._transport = Transport(url, token, context, timeout)

    @classmethod
    def from_environment(cls) -> Control:
        """The one of `oifde-simulator run`: OIFDE_CONTROL and OIFDE_CONTROL_TOKEN, or the usual address."""
        return cls(os.environ.get("OIFDE_CONTROL") or URL, os.environ.get("OIFDE_CONTROL_TOKEN") or None)

    @property
    def url(self) -> str:
        """Its address."""
        return self._transport.url

    def close(self) -> None:
        """Close the connections that are kept."""
        self._transport.close()

    def __enter__(self) -> Control:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def readyz(self) -> Ready:
        """The server, when both of its ports listen."""
        return built(Ready, self._transport.ask("GET", "/readyz").json)

    def ca_pem(self) -> bytes | None:
        """The certificate authority to trust, PEM; None where TLS is off or its certificate was given."""
        try:
            return self._transport.ask("GET", "/ca.pem").body
        except ControlProblem as refusal:
            if refusal.status == 404:
                return None
            raise

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """What a client of the vendor's port needs to trust it; a usual context where TLS is off."""
        authority = self.ca_pem()
        return ssl.create_default_context(cadata=authority.decode() if authority else None)

    def openapi(self) -> Mapping[str, Any]:
        """The control plane's own OpenAPI document."""
        answer: Mapping[str, Any] = self._transport.ask("GET", "/control/openapi.json").json
        return answer

    def verify(
        self,
        *expect: Mapping[str, Any],
        tenant: str | None = None,
        since: int | str | None = None,
    ) -> Verdict:
        """Whether the exchanges on record are what was expected.

        Each expectation is written as in docs/control-plane.md; `tenant` and `since` are for all of them.
        """
        wanted = {"tenant": tenant, "since": since, "expect": expect}
        answer = self._transport.ask(
            "POST", "/verify", {name: value for name, value in wanted.items() if value is not None}
        ).json
        return built(Verdict, answer)

    def coverage(self, tenant: str | None = None) -> Mapping[str, Any]:
        """Rules and faults that have fired, and those that never did."""
        answer: Mapping[str, Any] = self._transport.ask("GET", "/coverage" + query({"tenant": tenant})).json
        return answer

    def coverage_junit(self, tenant: str | None = None) -> str:
        """The same as JUnit XML."""
        asked = query({"tenant": tenant, "format": "junit"})
        return self._transport.ask("GET", "/coverage" + asked).body.decode()

    def listener(self) -> Listener:
        """Whether the vendor's port listens."""
        return built(Listener, self._transport.ask("GET", "/listener").json)

    def open_listener(self) -> Listener:
        """Have the vendor's port listen, for everybody."""
        return built(Listener, self._transport.ask("PUT", "/listener", {"open": True}).json)

    def close_listener(self, ttl: Duration | None = None) -> Listener:
        """Have the vendor's port refuse everybody, until it is opened or for `ttl`."""
        wanted = {"open": False} | ({} if ttl is None else {"ttl": duration(ttl)})
        return built(Listener, self._transport.ask("PUT", "/listener", wanted).json)
