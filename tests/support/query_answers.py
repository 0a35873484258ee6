"""A thousand random queries, answered in this process: prints a digest of every byte of the answers.

python query_answers.py FIRST STEP      # which of the queries to ask first, and how to go on
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from typing import Any

from engines import Engine
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import Send

SCENARIO = b"""
clock: "2026-01-01T14:00:00Z"
tenant: {id: acme, tokens: any}
sessions:
  generate: {seed: 7, per_day: 0.5, locale: zh_CN}
  users: {"18000000250": 250}
"""
QUERIES = 1000


def queries() -> list[dict[str, str]]:
    """By number, page, time and ID, of a few hundred users."""
    chance = random.Random(20260101)
    found = []
    for _ in range(QUERIES):
        query = {"userMobile": str(18_000_000_000 + chance.randrange(300))}
        if chance.random() < 0.3:
            query |= {"pageNum": str(chance.randrange(1, 4)), "pageSize": chance.choice(["5", "10", "20"])}
        if chance.random() < 0.2:
            query |= {"beginTime": f"2025-12-{chance.randrange(1, 29):02d} 00:00:00"}
        if chance.random() < 0.05:
            query["userMobile"] = chance.choice(["18000000250", "1", "0" * 15, "1" * 16, "+1", "*"])
        found.append(query)
    return found


def answers(first: int, step: int) -> list[bytes]:
    """Every byte of the answers, in the order of the queries, whatever the order of asking."""
    engine = Engine({"acme": loader.loads(SCENARIO, "acme.yaml", "acme")})
    asked = queries()
    found: dict[int, bytes] = {}
    for turn in range(QUERIES):
        place = (first + turn * step) % QUERIES
        found[place] = _ask(engine, asked[place])
    return [found[place] for place in range(QUERIES)]


def _ask(engine: Engine, query: dict[str, Any]) -> bytes:
    body = json.dumps({"tenantId": "acme", "authToken": "x", **query}).encode()
    headers = {"Content-Type": "application/json"}
    exchange = engine.handle(Request("POST", "/oifde/rest/api/queryRecordHistory", headers, body))
    return b"".join(action.octets for action in exchange.script if isinstance(action, Send))


if __name__ == "__main__":
    digest = hashlib.sha256()
    for answer in answers(int(sys.argv[1]), int(sys.argv[2])):
        digest.update(answer)
    print(digest.hexdigest())
