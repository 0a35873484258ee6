"""The control plane as an object.

Rule: a method for each operation of its OpenAPI document.
"""

from __future__ import annotations

import math
import os
import ssl
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from oifde_simulator.client.decode import build
from oifde_simulator.client.encode import Duration, format_duration, query_string, seconds
from oifde_simulator.client.errors import ControlProblem, hides_frames
from oifde_simulator.client.journal import JournalCalls
from oifde_simulator.client.models import Listener, Ready, Verdict
from oifde_simulator.client.tenants import TenantCalls
from oifde_simulator.client.transport import TOKEN_VARIABLE, Transport, hidden

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

URL = "http://127.0.0.1:8444"
"""Default URL of the control plane of `serve`."""


class Control(TenantCalls, JournalCalls):
    """A control plane. Connects at the first call, keeps connections, and may be shared by threads.

    Every method raises ControlProblem if the control plane refuses (its `detail` says what to do), and
    Unreachable if no answer comes.
    """

    def __init__(
        self,
        url: str = URL,
        token: str | None = None,
        *,
        context: ssl.SSLContext | None = None,
        timeout: float = 10.0,
    ) -> None:
        """Take the bearer `token`, the TLS `context` of a https URL, and the `timeout` in seconds.

        White space around `url` and `token` is dropped. Raises ValueError for a `url` that is not http or
        https, and for a token with white space inside.
        """
        token = hidden(token)  # frames of an error show it
        self._transport = Transport(url, token, context, timeout)
        self._closed_until = 0.0
        """Time at which the port opens that this object closed, on the clock of time.monotonic."""

    @classmethod
    def from_environment(cls) -> Control:
        """Create a client from OIFDE_CONTROL, by default URL, and OIFDE_CONTROL_TOKEN; `run` sets both."""
        return cls(os.environ.get("OIFDE_CONTROL", "").strip() or URL, os.environ.get(TOKEN_VARIABLE) or None)

    @property
    def url(self) -> str:
        """URL of the control plane."""
        return self._transport.url

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def __enter__(self) -> Control:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def readyz(self) -> Ready:
        """Fetch the server's version and number of tenants, once both ports listen."""
        return build(Ready, self._transport.request("GET", "/readyz").json)

    def ca_pem(self) -> bytes | None:
        """Fetch the certificate authority to trust (PEM); None with TLS off or a given certificate."""
        try:
            return self._transport.request("GET", "/ca.pem").body
        except ControlProblem as refusal:
            if refusal.status == 404:
                return None
            raise

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """TLS context that trusts the vendor's port; a default context with TLS off."""
        authority = self.ca_pem()
        return ssl.create_default_context(cadata=authority.decode() if authority else None)

    def openapi(self) -> Mapping[str, Any]:
        """Fetch the control plane's own OpenAPI document."""
        answer: Mapping[str, Any] = self._transport.request("GET", "/control/openapi.json").json
        return answer

    def verify(
        self,
        *expect: Mapping[str, Any],
        tenant: str | None = None,
        since: int | str | None = None,
    ) -> Verdict:
        """Judge whether the recorded exchanges meet every expectation.

        An expectation is written as in docs/control-plane.md; `tenant` and `since` apply to all of them.
        """
        wanted = {"tenant": tenant, "since": since, "expect": expect}
        answer = self._transport.request(
            "POST", "/verify", {name: value for name, value in wanted.items() if value is not None}
        ).json
        return build(Verdict, answer)

    def coverage(self, tenant: str | None = None) -> Mapping[str, Any]:
        """Fetch the fired counts of rules and faults, with those that never fired."""
        answer: Mapping[str, Any] = self._transport.request(
            "GET", "/coverage" + query_string({"tenant": tenant})
        ).json
        return answer

    def coverage_junit(self, tenant: str | None = None) -> str:
        """Fetch the coverage as JUnit XML."""
        query = query_string({"tenant": tenant, "format": "junit"})
        return self._transport.request("GET", "/coverage" + query).body.decode()

    def listener(self) -> Listener:
        """Fetch the state of the vendor's port."""
        return build(Listener, self._transport.request("GET", "/listener").json)

    def open_listener(self) -> Listener:
        """Open the vendor's port for all tenants."""
        opened = build(Listener, self._transport.request("PUT", "/listener", {"open": True}).json)
        self._closed_until = 0.0
        return opened

    def close_listener(self, ttl: Duration | None = None) -> Listener:
        """Close the vendor's port for all tenants, until it is opened or for `ttl`."""
        self._closed_until = math.inf  # even if the answer gets lost
        wanted = {"open": False} | ({} if ttl is None else {"ttl": format_duration(ttl)})
        closed = build(Listener, self._transport.request("PUT", "/listener", wanted).json)
        if ttl is not None:
            self._closed_until = time.monotonic() + seconds(ttl)
        return closed

    @property
    def has_closed_listener(self) -> bool:
        """True while the vendor's port is closed by this object, as far as this object knows."""
        return time.monotonic() < self._closed_until
