"""A client of the control plane and of the vendor's port, for tests at real sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conftest import GETTOKEN, QUERY
from oifde_simulator.runtime.server import Simulator
from serving import fetch

USER = "18000000001"
PROBLEM = "urn:oifde-simulator:problem:"


@dataclass(frozen=True)
class Answered:
    """What a route answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """Status and type of an error."""
        assert self.headers["Content-Type"].partition(";")[0] == "application/problem+json"
        assert self.json["status"] == self.status
        return self.status, self.json["type"].removeprefix(PROBLEM)


class Controlling:
    """Both planes of one server."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def __call__(self, method: str, path: str, body: Any = ...) -> Answered:
        """What the control plane answers; `body` is JSON, or bytes sent as they are."""
        octets = body if isinstance(body, bytes) else None if body is ... else json.dumps(body).encode()
        return Answered(*fetch(self.simulator.control_url + path, octets, method=method))

    def make(self, scenario: Any = "tenant001", tenant: str | None = None) -> dict[str, str]:
        """A new tenant."""
        given = {"scenario": scenario} | ({} if tenant is None else {"tenantId": tenant})
        answer = self("POST", "/tenants", given)
        assert answer.status == 201, answer.body
        made: dict[str, str] = answer.json
        return made

    def query(self, made: Mapping[str, str], **fields: Any) -> Answered:
        """What the vendor's port answers to a query with a made tenant's token."""
        body = {"tenantId": made["tenantId"], "authToken": made["authToken"], "userMobile": USER} | fields
        return self._ask(QUERY, body)

    def gettoken(self, tenant: str, secret: str) -> Answered:
        """What it answers to who wants a token."""
        return self._ask(GETTOKEN, {"appKey": tenant, "appSecret": secret})

    def _ask(self, path: str, body: Mapping[str, Any]) -> Answered:
        simulator = self.simulator
        return Answered(*fetch(simulator.data_url + path, json.dumps(body).encode(), simulator.ca_pem))
