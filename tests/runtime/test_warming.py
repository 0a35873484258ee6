"""A server that says it is ready is warm."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ASKED = """
import json, sys
from oifde_simulator.config import Settings
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.runtime import serve

simulator, _ = serve.create(Settings(tls="off", any_credentials=True))
pipeline = Pipeline(Router(bad_json_status=400), simulator.tenants, simulator.journal)
before = set(sys.modules)
HEADERS = {"content-type": "application/json; charset=UTF-8"}


def ask(operation, **fields):
    body = json.dumps(fields).encode()
    immediate(pipeline.handle(Request("POST", f"/oifde/rest/api/{operation}", HEADERS, body)))


for tenant in [*simulator.tenants.files, "tenant01"]:
    query = {"tenantId": tenant, "authToken": "t", "userMobile": "18000000001"}
    ask("queryRecordHistory", **query)
    ask("queryRecordHistory", **query, pageSize="x")
    ask("gettoken", appKey=tenant, appSecret="secret")
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.mark.slow
def test_no_decision_about_the_gallery_imports_a_module() -> None:
    found = subprocess.run([sys.executable, "-c", ASKED], check=True, capture_output=True, text=True)
    assert json.loads(found.stdout.splitlines()[-1]) == []
