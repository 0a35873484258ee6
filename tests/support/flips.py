"""Guesses turned round in a second simulator, by a setting, by a rule, or by a change of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from drifting import START, FixedHandshakes, Turn
from oifde_simulator.drift.handshake import Handshake
from oifde_simulator.model.http import Request
from oifde_simulator.model.vendor_errors import BY_CODE
from oifde_simulator.oifde.leniency import Leniency
from oifde_simulator.vendor_client import Reply

QUERY = "endpoint: queryRecordHistory"
GOOD = f"{{{QUERY}, response: {{total: {{minimum: 1}}}}}}"


def rule(match: str, what: str) -> str:
    """A scenario's rule that is always about such requests."""
    return f"rules: [{{name: flip, match: {match}, {what}}}]"


def edit(pointer: str, value: str, match: str = GOOD) -> str:
    """A rule that sets a member of the answer."""
    return rule(match, f"patch: [{{op: add, path: {pointer}, value: {value}}}]")


def replaced(match: str, answer: str) -> str:
    """A rule that answers JSON instead."""
    return rule(match, f"respond: {{status: 200, json: {answer}}}")


def moment(seconds: int) -> str:
    """A time so long after the start of the shorter session, as requests write it."""
    return f"2026-01-01 00:0{seconds // 60}:{seconds % 60:02d}" if seconds >= 0 else "2025-12-31 23:59:59"


def between(begin: int, end: int, what: str) -> str:
    times = f"{{beginTime: '{moment(begin)}', endTime: '{moment(end)}'}}"
    return f"{{name: from-{begin + 1}-to-{end}, match: {{request: {times}}}, {what}}}"


NOTHING = "respond: {json: {errorCode: 0, errorMsg: Success, total: 0, recordList: []}}"
EMPTY = "{errorCode: 0, errorMsg: Success, total: 0, recordList: []}"


def member(reply: Reply, **changes: Any) -> Reply:
    """Change members of an answer; take away those that are `...`."""
    fields = {name: value for name, value in {**reply.fields, **changes}.items() if value is not ...}
    return replace(reply, body=json.dumps(fields).encode())


def turned(endpoint: str, change: Callable[[Reply], Reply], *, body: bytes = b"") -> Turn:
    """Change answers of an endpoint to requests whose body has these bytes."""
    return lambda request, reply: (
        change(reply) if request.target.endswith(endpoint) and body in request.body else reply
    )


def oldest_first(_: Request, reply: Reply) -> Reply:
    return (
        member(reply, recordList=reply.fields["recordList"][::-1])
        if reply.fields.get("total") == 2
        else reply
    )


def bare(_: Request, reply: Reply) -> Reply:
    wrong = reply.error_code not in (None, 0)
    return member(reply, total=..., recordList=..., authToken=...) if wrong else reply


def documented_words(_: Request, reply: Reply) -> Reply:
    code = reply.error_code
    return member(reply, errorMsg=BY_CODE[code].message) if code and isinstance(code, int) else reply


def last_page(request: Request, reply: Reply) -> Reply:
    return member(reply, recordList=[{"callId": "last"}]) if b'"999"' in request.body else reply


@dataclass(frozen=True)
class Flip:
    """A guess turned round, and what has to be found."""

    found: set[str]
    """Rows that are refuted."""
    extra: str = ""
    """YAML beside the world."""
    router: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    """What the findings say that the simulator has to be told."""
    turn: Turn = lambda _, reply: reply
    """What no rule of a tenant can change."""
    given: dict[str, Any] = field(default_factory=dict)


WRONG = "{response: {errorCode: 10000002}}"

FLIPS = {
    "nothing": Flip(set()),
    "zone": Flip({"time-zone"}, "settings: {time_zone: '+08:00'}", facts={"time_zone": "+08:00"}),
    "zone of Nepal": Flip({"time-zone"}, "settings: {time_zone: '+05:45'}", facts={"time_zone": "+05:45"}),
    "zone in the west": Flip({"time-zone"}, "settings: {time_zone: '-03:30'}", facts={"time_zone": "-03:30"}),
    "zone at the end": Flip({"time-zone"}, "settings: {time_zone: '+14:00'}", facts={"time_zone": "+14:00"}),
    "error status": Flip(
        {"error-status"}, "settings: {error_status: 401}",
        # A key that nobody has is no tenant's.
        facts={"error_status": {"token": 401, "parameter": 401,
                                "secret": 200}},
    ),
    "error status of all": Flip(
        {"error-status"},
        turn=lambda _, reply: replace(reply, status=401) if (reply.status, reply.succeeded) == (200, False)
        and reply.error_code else reply,
        facts={"error_status": 401},
    ),
    "error status of gettoken": Flip(
        {"error-status"},
        turn=turned("gettoken", lambda reply: replace(reply, status=403), body=b"drift-probe"),
        facts={"error_status": {"token": 200, "parameter": 200,
                                "secret": 403}},
    ),
    "numbers": Flip({"numbers"}, "settings: {numbers: accept}", facts={"numbers": "accept"}),
    "unknown fields": Flip(
        {"unknown-fields"}, "settings: {unknown_fields: refuse}", facts={"unknown_fields": "refuse"}
    ),
    "second token": Flip({"second-token"}, "tenant: {single_token: true}", facts={"single_token": True}),
    "lifetime": Flip({"token-lifetime"}, "tenant: {token_lifetime: 1800}", facts={"token_lifetime": 1800}),
    "lock": Flip(
        {"account-lock"}, "tenant: {lock_after: 3}", facts={"lock_after": 3}, given={"allow_lock": True}
    ),
    "lock at once": Flip(
        {"account-lock"}, "tenant: {lock_after: 1}", facts={"lock_after": 1}, given={"allow_lock": True}
    ),
    "lock that is not asked for": Flip(set(), "tenant: {lock_after: 1}"),
    "bad JSON": Flip({"not-json"}, router={"bad_json_status": 422}, facts={"bad_json_status": 422}),
    "byte order mark": Flip(
        {"json-strictness"}, router={"leniency": Leniency(byte_order_mark=True)},
        facts={"byte_order_mark": "accept"},
    ),
    "charset": Flip(
        {"content-type"}, router={"leniency": Leniency(declared_charset=True)}, facts={"charset": "declared"}
    ),
    "slashes": Flip(
        {"path-form"}, router={"leniency": Leniency(repeated_slashes=True, trailing_slash=True)},
        facts={"repeated_slashes": "accept", "trailing_slash": "accept"},
    ),
    "oldest first": Flip({"order"}, turn=oldest_first, facts={"order": "oldest"}),
    "past the end: error": Flip(
        {"past-the-end"}, rule("{request: {pageNum: '999'}}", "respond: {error: parameter-incorrect}"),
        facts={"past_end": "error"},
    ),
    "past the end: the last page": Flip(
        {"past-the-end"}, turn=last_page, facts={"past_end": "last"}
    ),
    "past the end: total 0": Flip(
        {"past-the-end"}, replaced("{request: {pageNum: '999'}}", EMPTY), facts={"past_end": "zero-total"}
    ),
    "past the end: another total": Flip(
        {"past-the-end"}, replaced("{request: {pageNum: '999'}}", EMPTY.replace("total: 0", "total: 7"))
    ),
    "endTime outside": Flip(
        {"time-bounds"}, f"rules: [{between(0, 0, NOTHING)}, {between(-1, 0, NOTHING)}]",
        facts={"time_bounds": {"end": "exclusive"}},
    ),
    "beginTime outside": Flip(
        {"time-bounds"}, f"rules: [{between(0, 0, NOTHING)}, {between(0, 1, NOTHING)}]",
        facts={"time_bounds": {"begin": "exclusive"}},
    ),
    "selectors: the user decides": Flip(
        {"selectors"}, replaced("{request: {callId: '0'}}", EMPTY.replace("total: 0", "total: 2")),
        facts={"selectors": "first"},
    ),
    "selectors: the call decides": Flip(
        {"selectors"}, replaced("{request: {userMobile: '0'}}", EMPTY.replace("total: 0", "total: 1")),
        facts={"selectors": "call-first"},
    ),
    "long IDs are refused": Flip(
        {"field-lengths"},
        rule("{request: {callId: {minLength: 65}}}", "respond: {error: parameter-incorrect}"),
        facts={"long_ids": "refuse"},
    ),
    "token codes": Flip(
        {"error-codes"}, rule("{response: {errorCode: 900001}}", "respond: {error: token-invalid}"),
        facts={"codes": {"token_missing": 900002}},
    ),
    "code of parameters": Flip(
        {"parameter-code"}, rule(WRONG, "respond: {error: parameter-error}"),
        facts={"codes": {"parameter": 200900003}},
    ),
    "bare errors": Flip({"error-body"}, turn=bare, facts={"error_body": "bare"}),
    "other words": Flip(
        {"error-message"}, edit("/errorMsg", "no", "{response: {errorCode: {not: {const: 0}}}}")
    ),
    "documented words": Flip(
        {"error-message"}, turn=documented_words, facts={"error_message": "documented"}
    ),
    "parameters first": Flip(
        {"check-order"},
        rule("{request: {pageSize: '7', authToken: {pattern: '^driftprobe'}}}",
             "respond: {error: parameter-incorrect}"),
        facts={"check_order": "parameters"},
    ),
    "content type": Flip(
        {"content-type"}, rule("{headers: {Content-Type: text/plain}}", "respond: {status: 415}")
    ),
    "zero is a page": Flip({"page-number"}, replaced("{request: {pageNum: '0'}}", EMPTY)),
    "01 is a page": Flip(
        {"page-number"}, replaced("{request: {pageNum: '01'}}", EMPTY), facts={"page_numbers": "loose"}
    ),
    "empty is sent": Flip({"empty-fields"}, replaced("{request: {ctiCallId: ''}}", EMPTY)),
    "empty is refused": Flip(
        {"empty-fields"},
        """rules:
  - {name: text, match: {request: {ctiCallId: ''}}, respond: {error: parameter-incorrect}}
  - {name: "null", match: {request: {ctiCallId: {type: "null"}}}, respond: {error: parameter-incorrect}}""",
        facts={"empty_fields": "refuse"},
    ),
    "reversed times": Flip(
        {"reversed-times"},
        replaced("{request: {beginTime: '2021-04-17 00:00:00', endTime: '2021-04-16 00:00:00'}}", EMPTY),
        facts={"reversed_times": "empty"},
    ),
    "compression": Flip(
        {"compression"}, rule("{headers: {Content-Encoding: gzip}}", "respond: {status: 415}")
    ),
    "headers": Flip(
        {"response-headers"},
        turn=lambda _, reply: replace(reply, headers=(*reply.headers, ("X-Trace", "1"))),
        ),
    "media type": Flip(
        {"response-headers"},
        turn=lambda _, reply: replace(
            reply, headers=(("Content-Type", "application/json"), *reply.headers[1:])
        ),
        facts={"response_headers": {"Content-Type": "application/json"}},
    ),
    "another Server": Flip(
        {"response-headers"},
        turn=lambda _, reply: replace(
            reply, headers=tuple(pair for pair in reply.headers if pair[0] != "Server")
        ),
        facts={"response_headers": {"Server": None}},
    ),
    "status of large bodies": Flip(
        {"body-status"},
        turn=lambda _, reply: replace(reply, status=400) if reply.status == 413 else reply,
    ),
    "body limit": Flip({"limits"}, router={"max_body": 1 << 21}),
    "TLS 1.2": Flip({"tls"}, given={"handshakes": FixedHandshakes(Handshake("TLSv1.2", None))}),
    "old TLS": Flip({"tls"}, given={"handshakes": FixedHandshakes(oldest=Handshake("TLSv1.1", None))}),
    "HTTP/2": Flip({"tls"}, given={"handshakes": FixedHandshakes(Handshake("TLSv1.3", "h2"))}),
    "call IDs": Flip({"call-id", "flow-instance"}, edit("/recordList/*/callId", "c1")),
    "log IDs": Flip({"log-id"}, edit("/recordList/*/logId", "x-1")),
    "flows": Flip({"flow-instance"}, edit("/recordList/*/flowInstId", "x-1")),
    "recordings": Flip(
        {"recording"}, edit("/recordList/*/businessInfoStr", "'{\"recordFileName\": \"a.wav\"}'")
    ),
    "names of recordings": Flip(
        {"recording-name"},
        edit("/recordList/0/businessInfoStr",
             "'{\"recordFileName\": \"Y:/135/odfsrecord/20260102/1767369600-7.wav\"}'"),
    ),
    "seconds": Flip({"epoch-milliseconds"}, edit("/recordList/1/lastUpdateTime", "1767225690")),
    "a day in UTC+8": Flip(
        {"recording-day"},
        edit("/recordList/0/businessInfoStr",
             "'{\"recordFileName\": \"Y:/135/odfsrecord/20260103/1767369600-12345678901234.wav\"}'"),
    ),
    "a chat with a recording": Flip({"chat-recording"}, edit("/recordList/*/dialogType", "'3'")),
    "another dialogType": Flip({"dialog-types"}, edit("/recordList/*/dialogType", "'9'")),
    "another questionType": Flip({"question-type"}, edit("/recordList/*/qaRecords", "[{questionType: '8'}]")),
    "no ctiCallId": Flip({"key-present"}, rule(GOOD, "patch: [{op: remove, path: /recordList/*/ctiCallId}]")),
    "an empty flag": Flip({"key-present"}, edit("/recordList/*/flag", "''")),
    "null lists": Flip({"derived-empty"}, edit("/recordList/*/qaRecords", "null")),
    "updated later": Flip({"derived-times"}, edit("/recordList/0/lastUpdateTime", f"{START + 999_000_000}")),
    "null speech": Flip({"blank-turn"}, edit("/recordList/*/recordDetials", "[{userSaying: null}]")),
    "another number": Flip({"user-number", "derived-empty"}, edit("/recordList/*/callSorId", "'7'")),
    "gettoken says Success": Flip(
        {"gettoken-answer"}, edit("/errorMsg", "Success", "{endpoint: gettoken, response: {errorCode: 0}}")
    ),
    "another path": Flip({"other-path"}, turn=turned("driftProbe", lambda reply: replace(reply, status=403))),
    "deadload": Flip(
        {"deadlock-spelling"}, turn=turned("monitor", lambda reply: member(reply, jvm={"deadload": "0"}))
    ),
    "monitor looks at bodies": Flip(
        {"monitor-body"}, turn=turned("monitor", lambda reply: replace(reply, status=400), body=b"drift")
    ),
    "another token": Flip({"token-form"}, "tenant: {tokens: [a.b.c]}",
        turn=turned("gettoken", lambda reply: member(reply, authToken="a.b.c"), body=b"s3cret"),
    ),
}  # fmt: skip
