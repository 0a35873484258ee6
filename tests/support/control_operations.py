"""One request of each operation of the control plane's document, about a tenant that is called `victim`."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from aiohttp.test_utils import TestClient

from oifde_simulator.web.control_plane import openapi

DOWN = {"name": "more", "respond": {"status": 503}}
PATTERN = {"method": "POST", "urlPath": "/"}
PATHS = {"tenant": "victim", "rule": "down", "number": "1", "name": "victim", "file": "app.js"}
QUERIES = {
    "listSessions": "userMobile=1",
    "readRecording": "fileName=none.wav",
    "awaitExchanges": "tenant=victim&timeout=1ms&count=2",
    "listExchanges": "tenant=victim",
    "followExchanges": "tenant=victim",
    "exportExchanges": "tenant=victim",
    "forgetExchanges": "tenant=victim",
    "coverage": "tenant=victim",
}
BODIES: dict[str, Any] = {
    "makeTenant": {"scenario": "victim", "tenantId": "fresh"},
    "replaceScenario": {"scenario": "victim"},
    "addRules": DOWN,
    "setClock": {"advance": "1s"},
    "setListener": {"open": True},
    "check": {"yaml": "rules: []", "tenant": "victim"},
    "verify": {"tenant": "victim", "expect": [{"count": 1}]},
    "wiremockCountRequests": PATTERN,
    "wiremockFindRequests": PATTERN,
    "wiremockRemoveRequests": PATTERN,
    "wiremockNearMissesOfPattern": PATTERN,
    "wiremockNearMissesOfRequest": {"method": "POST", "url": "/"},
    "wiremockSetState": {"state": "broken"},
    "wiremockPostSettings": {"fixedDelay": 1},
    "wiremockPutSettings": {"fixedDelay": 1},
}
REFUSED = {
    "authority": 404,
    "trustStore": 404,
    "clientCertificate": 404,
    "awaitExchanges": 504,
    "readRecording": 404,
    "readGalleryScenario": 404,
    "wiremockReadRequest": 404,
    "wiremockReadMapping": 404,
}
"""Answers of operations that find nothing in any case."""


class Operation(NamedTuple):
    """One request of an operation."""

    id: str
    method: str
    url: str
    body: Any

    def about(self, victim: str, number: int) -> Operation:
        """Ask about a victim of another id, and about an exchange."""
        body = json.loads(json.dumps(self.body).replace('"tenant": "victim"', f'"tenant": "{victim}"'))
        url = re.sub("/1(?=[/?])", f"/{number}", self.url.replace("victim", victim))
        return self._replace(url=url, body=body)

    async def status(self, client: TestClient[Any, Any]) -> int:
        """Ask, and read the answer to its end unless it has none."""
        options = {} if self.body is None else {"json": self.body}
        async with client.request(self.method, self.url, **options) as answer:
            if self.id != "followExchanges":
                await answer.read()
            return answer.status


def operations() -> list[Operation]:
    """One request of each operation of the document, about the victim where it is about a tenant."""
    found = []
    for route in openapi.routes():
        path = route.path.format_map({"id": "00000000-0000-0000-0000-000000000001"} | PATHS)
        query = QUERIES.get(route.operation_id, "")
        found.append(
            Operation(route.operation_id, route.method, f"{path}?{query}", BODIES.get(route.operation_id))
        )
    return found
