"""A tenant in process that is asked with the specification's token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader

JSON_UTF8 = {"Content-Type": "application/json; charset=UTF-8"}


class Asked(Engine):
    """Tenants of some scenarios, given as YAML by name; `acme` is asked."""

    def __init__(self, acme: str, **others: Any) -> None:
        options = {name: others.pop(name) for name in ("settings_from", "tenantless") if name in others}
        texts = {"acme": acme, **others}
        super().__init__(
            {name: loader.loads(text.encode(), f"{name}.yaml", name) for name, text in texts.items()},
            **options,
        )

    def ask(self, path: str, body: Mapping[str, Any] | bytes) -> Exchange:
        """Send a body, JSON or bytes."""
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.handle(Request("POST", path, JSON_UTF8, octets))

    def query(self, **fields: Any) -> Exchange:
        """Query for a user with a good token; leave out fields that are `...`."""
        body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"} | fields
        return self.ask(QUERY, {name: value for name, value in body.items() if value is not ...})

    def gettoken(self, **fields: Any) -> Exchange:
        """Ask for a token with the right secret."""
        body = {"appKey": "acme", "appSecret": "secret"} | fields
        return self.ask(GETTOKEN, {name: value for name, value in body.items() if value is not ...})


def answer(exchange: Exchange) -> dict[str, Any]:
    """Decode the body of an answer."""
    decoded: dict[str, Any] = json.loads(exchange.response.body)
    return decoded


def found(exchange: Exchange) -> list[str]:
    """List the callIds of an answer."""
    return [record["callId"] for record in answer(exchange)["recordList"]]
