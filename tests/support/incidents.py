"""Incidents that testers write as scenarios, and the world of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from multidict import CIMultiDict

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import UNKNOWN_PEER, Peer, Request
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import Wait, octets
from playing import DOWNLOAD, NOON, MovableClock

USERS = 'sessions: {users: {"18000000001": 40, "18000000002": 40}}\n'
ONE_SESSION = """
sessions:
  records:
    - {callSorId: "18000000001", calledNumber: "955500001", startTime: 1768392000000, callId: 1618-a}
"""
ONE_CALL = """
sessions:
  records:
    - callSorId: "18000000001"
      calledNumber: "955500001"
      startTime: 1768392000000
      recordDetials: [{interNo: "1", userSaying: 我想查询本月的话费}]
"""
INCIDENTS = {
    "page 3 repeats the last four rows of page 2 and total shrinks by four": USERS + """
rules:
  - name: shrinks
    match: {request: {pageNum: {enum: ["3", "4"]}}, response: {errorCode: 0}}
    rows: {repeat: 4, total: -4}
""",
    "one answer of 200 is truncated for pageSize 100 only": ONE_SESSION + """
rules:
  - {name: one-of-200, match: {request: {pageSize: "100"}}, every: 200, faults: [truncated-json]}
""",
    "the first query after each token renewal gets 900001 once": ONE_SESSION + """
rules:
  - name: renewed
    match: {endpoint: queryRecordHistory, response: {errorCode: 0}}
    per: [authToken]
    times: 1
    respond: {error: token-expired}
""",
    "a new record appears between page 1 and page 2": USERS + """
rules:
  - {name: one-more, match: {request: {pageNum: "2"}, response: {errorCode: 0}}, rows: {shift: 1}}
""",
    "HTTP 200 with an empty body": USERS + """
rules:
  - {name: empty, match: {endpoint: queryRecordHistory}, respond: {status: 200}}
""",
    "HTTP 302 to a login page": USERS + """
rules:
  - {name: login, match: {endpoint: queryRecordHistory},
     respond: {status: 302, headers: {Location: "https://sso.example/login"}}}
""",
    "two records with the same callId": USERS + """
rules:
  - name: twins
    match: {endpoint: queryRecordHistory, response: {total: {minimum: 2}}}
    patch: [{op: copy, from: /recordList/0/callId, path: /recordList/1/callId}]
""",
    "fields at their documented length, and one character beyond": USERS + """
rules:
  - name: at-the-limit
    match: {request: {userMobile: "18000000001"}, response: {total: {minimum: 1}}}
    patch: [{op: fill, path: /recordList/0/callId, bytes: 64}]
  - name: beyond
    match: {request: {userMobile: "18000000002"}, response: {total: {minimum: 1}}}
    patch: [{op: fill, path: /recordList/0/callId, bytes: 65}]
""",
    "errors depend on the prefix of callId": ONE_SESSION + """
rules:
  - {name: old-calls, match: {request: {callId: {pattern: "^1618"}}}, respond: {error: internal-error}}
""",
    "another behaviour for each token": """
tenant: {tokens: ["0dbe11892be840cf983453ea70b505de", "ffffffffffffffffffffffffffffffff"]}
rules:
  - name: old-token
    match: {request: {authToken: "ffffffffffffffffffffffffffffffff"}}
    respond: {status: 503}
""",
    "when user A has failed, user B fails too": USERS + """
rules:
  - name: a-fails
    match: {request: {userMobile: "18000000001"}}
    state: {is: start, becomes: spread}
    respond: {status: 500}
  - name: b-fails
    match: {request: {userMobile: "18000000002"}}
    state: {is: spread}
    respond: {status: 500}
""",
    "100 ms for gettoken, 2 s for deep pages, none for page 1": USERS + """
rules:
  - {name: token, match: {endpoint: gettoken}, faults: [{latency: 100ms}]}
  - {name: deep, match: {request: {pageNum: {pattern: "^([2-9]|[1-9][0-9]+)$"}}}, faults: [{latency: 2s}]}
""",
    "every failure of a list by weight, the same on each run": USERS + """
rules:
  - name: drawn
    match: {endpoint: queryRecordHistory}
    one_of:
      - {weight: 6}
      - {weight: 2, respond: {status: 503}}
      - {weight: 1, respond: {error: internal-error}}
      - {weight: 1, faults: [reset]}
""",
    "the first query of the day is slow for each user": USERS + """
rules:
  - name: warm
    match: {endpoint: queryRecordHistory}
    per: [userMobile]
    over: {limit: 1, window: day}
    headers: {X-Cache: HIT}
  - {name: cold-cache, match: {endpoint: queryRecordHistory}, faults: [{latency: 3s}]}
""",
    "401 with a WWW-Authenticate header in place of 900001": USERS + """
rules:
  - name: unauthorized
    match: {response: {errorCode: 900001}}
    respond: {status: 401, headers: {WWW-Authenticate: Bearer}}
""",
    "an empty first answer, and the records three seconds later": USERS + """
rules:
  - name: not-yet
    match: {endpoint: queryRecordHistory, response: {total: {minimum: 1}}}
    window: {from: 0s, until: 3s}
    patch:
      - {op: replace, path: /recordList, value: []}
      - {op: replace, path: /total, value: 0}
""",
    "null lists, null fields, missing fields, new fields, other types": USERS + """
rules:
  - name: drift
    match: {endpoint: queryRecordHistory, response: {total: {minimum: 1}}}
    patch:
      - {op: replace, path: /recordList/*/recordDetials, value: null}
      - {op: replace, path: /recordList/*/calledNumber, value: null}
      - {op: remove, path: /recordList/*/logId}
      - {op: add, path: /recordList/*/mood, value: calm}
      - {op: replace, path: /recordList/*/startTime, value: "1768392000000"}
""",
    "a callId is found for another user's session": """
sessions:
  records:
    - {userMobile: "18000000001", callSorId: "18000000002", calledNumber: "955500001",
       startTime: 1768392000000, callId: c-of-another}
""",
    "the longest legal answer": """
sessions:
  records:
    - &call
      callSorId: "18000000001"
      calledNumber: "955500001"
      startTime: 1768392000000
      recordDetials: [%s]
""",
    "a day in which clocks change, in local time": """
settings: {time_zone: Europe/Berlin}
sessions:
  records:
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761431400000, callId: at-00-30}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761438600000, callId: at-02-30-summer}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761442200000, callId: at-02-30-winter}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761517800000, callId: at-23-30}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761521400000, callId: next-day}
""",
    "the load balancer answers 418 to clients of one User-Agent": USERS + """
rules:
  - {name: teapot, match: {headers: {User-Agent: {pattern: "^okhttp/"}}}, respond: {status: 418}}
""",
    "the vendor's clock is seven minutes ahead": """
tenant: {token_lifetime: 53m}
sessions:
  records:
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1768478700000, callId: of-the-future}
rules:
  - {name: an-hour, match: {endpoint: gettoken, response: {errorCode: 0}},
     patch: [{op: replace, path: /expireTime, value: 3600}]}
""",
    "gettoken answers 502 with a page for 90 s after midnight, each day": """
settings: {time_zone: "+08:00"}
rules:
  - name: midnight
    match: {endpoint: gettoken}
    window: {at: "00:00", for: 90s}
    respond: {status: 502, headers: {Content-Type: text/html}, body: <html><h1>502 Bad Gateway</h1></html>}
""",
    "from 10:00 to 10:05 all is three times slower, lognormal, p99 of 4 s": USERS + """
settings: {time_zone: Europe/Berlin}
rules:
  - name: slower
    window: {at: "10:00", for: 5m, days: [mon-fri]}
    faults: [{latency: {lognormal: {median: 750ms, sigma: 0.72, cap: 10s}}}]
  - name: usual
    faults: [{latency: {lognormal: {median: 250ms, sigma: 0.72, cap: 10s}}}]
""",
    "after 1,000 requests of one token: 429, and Retry-After is a date 30 s from now": USERS + """
rules:
  - name: used-up
    match: {endpoint: queryRecordHistory}
    per: [authToken]
    after: 1000
    respond: {status: 429}
    headers: {Retry-After: {http_date: 30s}}
""",
    "recordDetials has 5,000 turns": ONE_CALL + """
rules:
  - name: turns
    match: {endpoint: queryRecordHistory, response: {total: {minimum: 1}}}
    patch: [{op: repeat, path: /recordList/0/recordDetials/0, count: 5000}]
""",
    "the answer is good gzip though nobody asked": USERS + """
rules:
  - {name: packed, faults: [gzip]}
""",
    "times in seconds, in generated sessions too": USERS + """
rules:
  - name: seconds
    match: {endpoint: queryRecordHistory, response: {total: {minimum: 1}}}
    patch:
      - {op: scale, path: /recordList/*/startTime, factor: 0.001}
      - {op: scale, path: /recordList/*/endTime, factor: 0.001}
      - {op: scale, path: /recordList/*/recordDetials/*/requsetTime, factor: 0.001}
""",
    "the answer is in GBK, with and without saying so": ONE_CALL + """
rules:
  - {name: said, match: {request: {pageSize: "5"}}, faults: [{charset: GBK}]}
  - {name: unsaid, match: {endpoint: queryRecordHistory}, faults: [{charset: {name: GBK, say: false}}]}
""",
    "failure begins when the third distinct user asks": USERS + """
rules:
  - name: third-user
    match: {endpoint: queryRecordHistory}
    after: {distinct: userMobile, count: 2}
    respond: {status: 500}
""",
    "fails only with more than five requests in flight": USERS + """
rules:
  - {name: crowded, match: {endpoint: queryRecordHistory}, over: {in_flight: 5}, respond: {status: 503}}
""",
    "the first request of each connection fails": USERS + """
rules:
  - {name: cold-connection, per: [connection], times: 1, respond: {status: 503}}
""",
    "maintenance: announced in a header, down for 5 min, slow and getting faster, good": USERS + """
rules:
  - {name: announced, also: true, window: {from: 0s, until: 10m}, headers: {X-Maintenance: {http_date: 10m}}}
  - {name: down, window: {from: 10m, until: 15m}, respond: {status: 503}}
  - {name: slow, window: {from: 15m, until: 20m}, faults: [{latency: {ramp: {from: 3s, to: 0s, over: 5m}}}]}
""",
    "another behaviour per client address": USERS + """
rules:
  - {name: inside, match: {client: 10.0.0.0/8}, respond: {status: 403}}
  - {name: six, match: {client: ["2001:db8::/32", 192.0.2.7]}, respond: {status: 503}}
""",
    "the first request of each trace fails": USERS + """
rules:
  - name: first-of-trace
    match: {headers: {X-Trace: true}}
    per: [headers.X-Trace]
    times: 1
    respond: {status: 500}
""",
    "the words of an error echo the callId that was asked for": USERS + """
rules:
  - name: echo
    match: {request: {callId: true}}
    respond:
      error: internal-error
      errorMsg: "no call {{request.callId}} (trace {{headers.X-Trace | default: 'none'}})"
""",
    "the page number comes back in a field of the vendor's": USERS + """
rules:
  - name: page-number
    match: {endpoint: queryRecordHistory, request: {pageNum: true}, response: {errorCode: 0}}
    patch:
      - {op: add, path: /page, value: "{{request.pageNum}}"}
      - {op: add, path: /found, value: {of: "{{honest.total}}"}}
""",
    "a base latency for everything, and other failures on top of it": USERS + """
rules:
  - {name: base, also: true, faults: [{latency: 200ms}]}
  - {name: tenth, match: {endpoint: queryRecordHistory}, every: 10, respond: {status: 500}}
""",
    "a quota of 10,000 a day from local midnight, and one that slides": USERS + """
settings: {time_zone: Asia/Shanghai}
rules:
  - {name: day, match: {request: {pageSize: "5"}}, over: {limit: 10000, window: day}, respond: {status: 429}}
  - name: slides
    match: {request: {pageSize: "10"}}
    over: {limit: 10000, window: 24h, slide: true}
    respond: {status: 429}
""",
    "down for 20 s after the 1,000th request, then well": USERS + """
rules:
  - {name: goes-down, after: 1000, state: {is: start, becomes: down}, respond: {status: 503}}
  - {name: down, state: {is: down, for: 20s, then: up}, respond: {status: 503}}
""",
    "the recording of yesterday's last call is not there before 03:00": """
sessions: {generate: {per_day: 8}}
settings: {time_zone: Asia/Shanghai}
rules:
  - name: not-yet
    match: {endpoint: downloadOiapRecord, request: {fileName: {pattern: /20260115/}}}
    window: {at: "00:00", for: 3h}
    respond: {error: recording-no-data}
""",
    "of pipelined requests one is never answered": USERS + """
rules:
  - {name: forgotten, match: {request: {pageNum: "2"}}, faults: [swallow]}
""",
}  # fmt: skip
TURN = '{interNo: "1", userSaying: 我想查询本月的话费, systemReply: 您本月的话费是一百元}'


def text(name: str) -> str:
    """Write an incident as a file; the longest answer is made of anchors and aliases."""
    found = INCIDENTS[name].lstrip("\n")
    if name != "the longest legal answer":
        return found
    return found % ", ".join([f"&turn {TURN}", *["*turn"] * 39]) + "    - *call\n" * 99


class World:
    """The tenant of an incident, and a client of it."""

    def __init__(self, name: str) -> None:
        self.clock = MovableClock(NOON)
        self.source = text(name)
        self.scenario = loader.loads(self._with_token().encode(), "acme.yaml", "acme")
        self.engine = Engine({"acme": self.scenario}, clock=self.clock)

    def _with_token(self) -> str:
        given = f'tenant: {{tokens: ["{TOKEN}"'
        if "tokens:" in self.source:
            return self.source
        if "tenant: {" in self.source:
            return self.source.replace("tenant: {", f"{given}], ", 1)
        return f"{given}]}}\n{self.source}"

    def request(
        self,
        path: str = QUERY,
        headers: Mapping[str, str] | None = None,
        peer: Peer = UNKNOWN_PEER,
        **fields: str,
    ) -> Request:
        """Make a request: a query of the first user unless other fields are given."""
        query = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", **fields}
        body = fields if path == GETTOKEN else {name: value for name, value in query.items() if value}
        json_type = {"Content-Type": "application/json; charset=UTF-8"}
        headers = CIMultiDict({**json_type, **(headers or {})})
        return Request("POST", path, headers, json.dumps(body).encode(), peer=peer)

    def download(self, file_name: str, location: str) -> Request:
        """Make a download of a recording."""
        body = {"request": {"version": "2.0"}, "msgBody": {"fileName": file_name}}
        headers = {"Content-Type": "application/json", "Authorization": "auth-v2/acme/-/-/-"}
        return Request(
            "POST", f"{DOWNLOAD}?locationId={location}", CIMultiDict(headers), json.dumps(body).encode()
        )

    def ask(self, **fields: Any) -> Exchange:
        """Send a request."""
        return self.engine.handle(self.request(**fields))

    def answer(self, **fields: Any) -> Any:
        """Send a request, and decode what leaves."""
        return json.loads(octets(self.ask(**fields).script, "body"))

    def calls(self, **fields: Any) -> list[str]:
        """List the callIds of a page."""
        return [record["callId"] for record in self.answer(**fields)["recordList"]]

    def move(self, milliseconds: int) -> None:
        """Move the tenant's own clock; the client's stays where it is."""
        change = self.engine.admin.change_clock
        immediate(change("acme", lambda setting, day: setting.advanced(milliseconds, day)))

    def token(self) -> Any:
        """Ask gettoken."""
        return self.answer(path=GETTOKEN, appKey="acme", appSecret="secret")

    def reset(self) -> None:
        """Begin anew."""
        immediate(self.engine.state.tenants.reset("acme"))


def status(exchange: Exchange) -> str:
    """Read the HTTP status of what leaves."""
    return octets(exchange.script, "head").split(b" ", 2)[1].decode()


def delay(exchange: Exchange) -> float:
    """Add up the waits, in seconds."""
    return sum(action.seconds for action in exchange.script if isinstance(action, Wait))


def plays(name: str) -> pytest.MarkDecorator:
    """Test an incident; its world is the fixture `world`."""
    assert name in INCIDENTS
    return pytest.mark.parametrize("world", [name], indirect=True, ids=[""])
