"""Answer servicemonitor: the health of the server, which load balancers ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import orjson

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import JSON_UTF8, Response
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.oifde.operations.base import DocumentedOperation, ServicePolicy, ServiceRequest

# servicemonitor, sample; its table spells "deadload".
HEALTHY = {"jvm": {"fullgc": "0", "deadlock": "0"}}
"""Fields of the answer of a normal server."""


class Servicemonitor(DocumentedOperation):
    """servicemonitor: by POST or GET, without a body, a tenant or a token."""

    name = "servicemonitor"
    unmatchable: ClassVar[Mapping[str, str]] = {
        "jvm": "it is the same in every honest answer; match the endpoint alone"
    }

    # Guess: [abnormal-body] an error has errorCode and errorMsg; an abnormal server would settle it.
    # Guess: [monitor-body] a body is not looked at, whatever it holds; sending plain text would settle it.
    def answer(self, request: ServiceRequest, _sessions: Sessions, _policy: ServicePolicy, /) -> Answer:
        """Answer that the server is well."""
        return Answer(Response(200, orjson.dumps(HEALTHY), JSON_UTF8), HEALTHY, (), request.warnings)
