"""Record what clients say to every fault: `python docs/generate/record_fault_outcomes.py --write`.

A server of ours plays every fault on a real port, over plain HTTP, to each client that is installed. Clients
that are missing are named, and their recorded outcomes stay. Then write the page with faults_page.py.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import fault_outcomes
from fault_cases import items
from fault_clients import CASE, CLIENTS, JSON, Target, versions
from oifde_simulator.config import Settings
from oifde_simulator.runtime import embedding

QUERY = "/oifde/rest/api/queryRecordHistory"
TOKEN = "0dbe11892be840cf983453ea70b505de"  # the token of an example
USER = "18000000001"
SCENARIO = """\
tenant: {{id: faults, tokens: ["{token}"]}}
clock: "2026-01-01T00:00:00Z"
sessions:
  records:
    - callSorId: "{user}"
      calledNumber: "955500001"
      startTime: 1767225600000
      callId: c1
      recordDetials: [{{interNo: "1", userSaying: "查询话费", systemReply: "您本月的话费是100元。"}}]
rules: {rules}
"""


@contextmanager
def serving() -> Iterator[Target]:
    """Serve one tenant with a rule for each case."""
    rules = [{"match": {"headers": {CASE: case}}, "faults": [item]} for case, item in items().items()]
    body = json.dumps({"tenantId": "faults", "authToken": TOKEN, "userMobile": USER}).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "faults.yaml"
        path.write_text(SCENARIO.format(token=TOKEN, user=USER, rules=json.dumps(rules)))
        settings = Settings(
            port=0, control_port=0, tls="off", log_level="error", scenarios=(path,), no_bundled=True
        )
        with embedding.running(settings) as simulator:
            url = simulator.data_url + QUERY
            yield Target(url, body, _answer(url, body), list(items()))


def _answer(url: str, body: bytes) -> bytes:
    with build_opener(ProxyHandler({})).open(Request(url, body, JSON), timeout=20) as response:
        answer: bytes = response.read()
        return answer


def record() -> list[str]:
    """Record the outcomes of all installed clients; return the names of those that are missing."""
    found = versions()
    installed = [client for client in CLIENTS if found[client]]
    with serving() as target, ThreadPoolExecutor(len(installed)) as threads:
        outcomes = threads.map(lambda client: CLIENTS[client](target), installed)
        recorded = {
            client: fault_outcomes.Recorded(found[client], seen)
            for client, seen in zip(installed, outcomes, strict=True)
        }
    fault_outcomes.write(fault_outcomes.read() | recorded)
    return [client for client in CLIENTS if client not in installed]


def main(arguments: Sequence[str]) -> None:
    """Record, and say which clients are missing."""
    if list(arguments) != ["--write"]:
        sys.exit("usage: record_fault_outcomes.py --write")
    if missing := record():
        print(f"not installed, their recorded outcomes stay: {', '.join(missing)}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
