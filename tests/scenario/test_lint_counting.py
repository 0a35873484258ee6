"""What a rule counts by, and who its requests come from: each mistake has its place, cause and fix."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors

DOWN = "respond: {status: 503}"
WRITE_ADDRESS = 'write an address or a network such as 10.0.0.0/8, or a list of them: [10.0.0.0/8, "::1"]'

WRONG: dict[str, tuple[str, int, str]] = {
    "bits behind the prefix": (
        "match: {client: 10.0.0.7/8}",
        22,
        "match.client: 10.0.0.7/8 has bits behind its first 8; write 10.0.0.0/8, or 10.0.0.7",
    ),
    "such bits in IPv6": ('match: {client: "fe80::1/10"}', 22, "write fe80::/10, or fe80::1"),
    "a name": ("match: {client: localhost}", 22, 'for this machine write [127.0.0.1, "::1"]'),
    "another name": ("match: {client: example.com}", 22, 'found "example.com"; names are not looked up'),
    "a name without dots": ("match: {client: gateway}", 22, "names are not looked up: write the address"),
    "any": ("match: {client: any}", 22, 'found "any"; for every client leave client out'),
    "leading zeros": (
        "match: {client: 010.00.000.001}",
        22,
        'found "010.00.000.001"; some readers take a leading zero for octal: write 10.0.0.1',
    ),
    "leading zeros of a network": ("match: {client: [010.001.000.000/16]}", 23, "octal: write 10.1.0.0/16"),
    "leading zeros inside IPv6": ('match: {client: "::ffff:010.0.0.1"}', 22, "octal: write ::ffff:10.0.0.1"),
    "very many digits": (f"match: {{client: 10.0.0.{'9' * 5000}}}", 22, 'found "10.0.0.999'),
    "too large a number": ("match: {client: 10.0.0.256}", 22, "each of the four numbers is at most 255"),
    "addresses in one text": (
        'match: {client: "10.0.0.1, ::1"}',
        22,
        'found "10.0.0.1, ::1"; write it as a list: [10.0.0.1, "::1"]',
    ),
    "a range": (
        "match: {client: 10.0.0.1-10.0.0.3}",
        22,
        "write it as a list: [10.0.0.1, 10.0.0.2/31]",
    ),
    "a zone": ('match: {client: "fe80::1%eth0"}', 22, 'addresses have no zone here; write "fe80::1"'),
    "a netmask": ("match: {client: 10.0.0.0/255.0.0.0}", 22, "write the length of the prefix: 10.0.0.0/8"),
    "no number behind the slash": ("match: {client: 10.0.0.0/x}", 22, "after the slash stands the length"),
    "too long a prefix": ("match: {client: 10.0.0.0/33}", 22, "a prefix of 10.0.0.0 has 0 to 32 bits"),
    "a port": ("match: {client: 10.0.0.7:80}", 22, "leave the port out: 10.0.0.7"),
    "a port in IPv6": ('match: {client: "[::1]:80"}', 22, "leave the port out: ::1"),
    "brackets": ('match: {client: "[::1]"}', 22, "leave the brackets out: ::1"),
    "a star": ("match: {client: 10.1.*}", 22, "write 10.1.0.0/16"),
    "an item of a list": ("match: {client: [10.0.0.1, 10.0.0.300]}", 33, 'match.client[1]: expected an IP'),
    "a number": ("match: {client: 10.5}", 22, f"found the number 10.5; {WRITE_ADDRESS}"),
    "true": ("match: {client: true}", 22, "a network or a list of them, found true"),
    "a mapping": ("match: {client: {enum: [10.0.0.1]}}", 22, "found a mapping"),
    "an empty list": ("match: {client: []}", 22, "client needs at least one address"),
    "too long a list": (
        f"match: {{client: [{', '.join(['10.0.0.1'] * 1001)}]}}",
        22,
        "expected at most 1000 items, found 1001; write an address or a network",
    ),
    "IPv6 without quotes": ("match: {client: ::1}", 22, 'a text cannot begin with ":" here'),
    "another word": ("match: {ip: 10.0.0.1}", 14, 'unknown key "ip"; did you mean "client"?'),
    "one more word": ("match: {remote_addr: 10.0.0.1}", 14, 'did you mean "client"?'),
    "a number of a connection": ("match: {connection: 1}", 26, "write {requests: 1} for the first request"),
    "the key request": ("match: {connection: {request: 1}}", 27, 'did you mean "requests"?'),
    "request inside": (
        "match: {connection: {request: 1}}",
        27,
        'match.connection: unknown key "request"; did you mean "requests"?',
    ),
    "requests outside": (
        "match: {requests: 1}",
        14,
        'unknown key "requests"; it belongs into match: {connection: {requests: 1}}',
    ),
    "an empty connection": ("match: {connection: {}}", 26, "connection needs at least one key"),
    "digits as text": ('match: {connection: {requests: "1"}}', 37, "take the quotes away: 1"),
    "a fraction": ("match: {connection: {requests: 1.5}}", 37, "expected a whole number, true, false or a"),
    "request 0": ("match: {connection: {requests: 0}}", 37, "the first request of a connection has number 1"),
    "no number": ("match: {connection: {requests: false}}", 37, "a request that comes to a server has"),
    "requests up to 0": ("match: {connection: {requests: {maximum: 0}}}", 47, "can never match: the first"),
    "requests below 1": ("match: {connection: {requests: {exclusiveMaximum: 1}}}", 56, "can never match"),
    "requests of a list": ("match: {connection: {requests: {enum: [0, -1]}}}", 44, "can never match"),
    "text in a list": ('match: {connection: {requests: {enum: ["1"]}}}', 44, "take the quotes away: 1"),
    "a keyword of text": ("match: {connection: {requests: {minLength: 1}}}", 49, "minLength is not about a"),
    "an unknown keyword": ("match: {connection: {requests: {min: 2}}}", 43, 'did you mean "minimum"?'),
    "an unknown per": ("per: [conection], times: 1", 12, 'did you mean "connection"?'),
    "per of a part": ("per: [request.userMobile], times: 1", 12, "write userMobile alone"),
    "per of a header's name": ("per: [X-Trace], times: 1", 12, "for a header write headers.X-Trace"),
    "per of header.": ("per: [header.X-Trace], times: 1", 12, "write headers.X-Trace"),
    "per of no header": ('per: ["headers."], times: 1', 12, 'no header can be called ""; write headers.NAME'),
    "per of headers alone": ("per: [headers], times: 1", 12, "write headers.NAME, such as headers.X-Trace"),
    "per of an odd header": ('per: ["headers.a b"], times: 1', 12, 'no header can be called "a b"'),
    "per of nothing known": ("per: [zzzz], times: 1", 12, "client, connection, and headers.NAME for"),
    "a field of the other endpoint": (
        "match: {endpoint: gettoken}, per: [userMobile], times: 1",
        41,
        'no field of this request is called "userMobile"',
    ),
    "in_flight beside a rate": (
        "over: {in_flight: 5, limit: 5, window: 1s}",
        13,
        "over.in_flight: stands alone in over; keep in_flight or limit and window, or write a rule for each",
    ),
    "in_flight that slides": ("over: {in_flight: 5, slide: true}", 13, "keep in_flight or slide, or"),
    "none in flight": ("over: {in_flight: 0}", 24, "at least 1, found the number 0; write 1 to 10000"),
    "too many in flight": ("over: {in_flight: 10001}", 24, "expected at most 10000"),
    "a text in flight": ('over: {in_flight: "5"}', 24, "take the quotes away: 5"),
    "in flight for a time": ("over: {in_flight: 5s}", 24, 'expected a whole number, found "5s"'),
    "another word for in_flight": ("over: {concurrency: 5}", 13, 'did you mean "in_flight"?'),
    "over as a number": ("over: 5", 12, "write {limit: 5, window: 1s} for a rate, or {in_flight: 5}"),
    "a rate without window": ("over: {limit: 5}", 12, "over.window: missing; add it"),
    "distinct without count": ("after: {distinct: userMobile}", 13, "after.count: missing; add it, such as"),
    "count without distinct": ("after: {count: 2}", 13, "after.distinct: missing; add it"),
    "an unknown field": ("after: {distinct: usermobile, count: 2}", 24, 'did you mean "userMobile"?'),
    "a field of the answer": ("after: {distinct: total, count: 2}", 24, "distinct takes "),
    "a header without headers.": ("after: {distinct: X-A, count: 2}", 24, "for a header write headers.X-A"),
    "a list of fields": ("after: {distinct: [userMobile], count: 2}", 24, "dashes away: userMobile"),
    "no value": ("after: {distinct: client, count: 0}", 39, "expected at least 1"),
    "too many values": ("after: {distinct: client, count: 10001}", 39, "each value is remembered"),
    "a count as text": ('after: {distinct: client, count: "2"}', 39, "take the quotes away: 2"),
    "after as text": ('after: "2"', 13, "take the quotes away: 2"),
    "after as a list": ("after: [2]", 13, "expected a whole number, or {distinct: userMobile, count: 2}"),
    "after below 0": ("after: -1", 13, "expected at least 0"),
    "another word for distinct": ("after: {unique: client, count: 2}", 14, 'did you mean "distinct"?'),
    "distinct outside of after": ("distinct: userMobile, count: 2", 6, "it belongs into after: {distinct:"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "column", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_place_and_fix(rule: str, column: int, message: str) -> None:
    with pytest.raises(ScenarioErrors) as wrong:
        loader.loads(f"rules:\n  - {{{rule}, {DOWN}}}\n".encode(), "acme.yaml", "acme")
    told = [str(error) for error in wrong.value.errors]
    assert any(message in each and each.startswith(f"acme.yaml:2:{column}:") for each in told), told
    assert not any(word in each for each in told for word in ("anyOf", "class", "is not of type", "None"))


GOOD = {
    "an address": "match: {client: 10.0.0.7}",
    "networks": 'match: {client: [10.0.0.0/8, "2001:db8::/32", "::ffff:192.0.2.0/120", "::1"]}',
    "any address": 'match: {client: [0.0.0.0/0, "::/0"]}',
    "the first request": "match: {connection: {requests: 1}}",
    "later requests": "match: {connection: {requests: {minimum: 2, multipleOf: 2}}}",
    "a known connection": "match: {connection: {requests: true}}",
    "any mixture": "per: [client, userMobile, connection, headers.X-Trace], times: 1",
    "in flight per client": "per: [client], over: {in_flight: 5}",
    "distinct users per client": "per: [client], after: {distinct: userMobile, count: 2}, every: 2, times: 3",
    "distinct headers": "after: {distinct: headers.X-Trace, count: 10000}",
    "the first of a connection, often": "per: [connection], match: {connection: {requests: 1}}, times: 1",
    "users of a list": 'match: {request: {callId: {enum: ["1", "2"]}}}, after: {distinct: callId, count: 1}',
}  # fmt: skip


@pytest.mark.parametrize("rule", GOOD.values(), ids=GOOD)
def test_what_can_come_about_is_good(rule: str) -> None:
    assert warned(rule) == []


def warned(rule: str) -> list[str]:
    return list(loader.loads(f"rules:\n  - {{{rule}, {DOWN}}}\n".encode(), "acme.yaml", "acme").warnings)


DISTINCT = "after: {distinct: userMobile, count: 2}"
NEVER = {
    "one request at a time": (
        "per: [connection], over: {in_flight: 1}",
        "a connection has one request in flight at a time; write another per",
    ),
    "one user for each user": (f"per: [userMobile], {DISTINCT}", "each value of per has one userMobile"),
    "one trace for each trace": (
        "per: [headers.X-Trace], after: {distinct: headers.x-trace, count: 1}",
        "each value of per has one headers.x-trace",
    ),
    "one client for each connection": (
        "per: [connection], after: {distinct: client, count: 1}",
        "a connection has one client; leave connection out of per",
    ),
    "one user alone": (
        f'match: {{request: {{userMobile: "1"}}}}, {DISTINCT}',
        "match lets 1 value of userMobile in, and more than 2 are wanted",
    ),
    "two users": (f'match: {{request: {{userMobile: {{enum: ["1", "2"]}}}}}}, {DISTINCT}', "lets 2 values"),
    "no user": (f"match: {{request: {{userMobile: false}}}}, {DISTINCT}", "lets 1 value of userMobile"),
    "one header": (
        "match: {headers: {x-run: a}}, after: {distinct: headers.X-Run, count: 1}",
        "match lets 1 value of headers.X-Run in",
    ),
    "a network of four": (
        "match: {client: 10.0.0.0/30}, after: {distinct: client, count: 4}",
        "match lets 4 values of client in, and more than 4 are wanted",
    ),
    "the second of the first requests": (
        "per: [connection], match: {connection: {requests: 1}}, after: 1",
        "one request of each connection has this number",
    ),
    "each second of the first requests": (
        "per: [connection], match: {connection: {requests: {const: 1}}}, every: 2",
        "one request of each connection has this number",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "message"), NEVER.values(), ids=NEVER)
def test_a_rule_that_can_never_fire_is_warned_of(rule: str, message: str) -> None:
    (warning,) = warned(rule)
    assert "can never fire: " in warning
    assert message in warning


SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats() | st.text(max_size=6)
    | st.sampled_from(["10.0.0.0/8", "::1", "10.0.0.7/8", "client", "headers.X", "connection", "userMobile"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["in_flight", "limit", "window", "distinct", "count", "requests", "minimum", "enum", "client"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@settings(max_examples=examples(50))
@given(st.dictionaries(st.sampled_from(["over", "after", "per", "every"]), VALUES), VALUES, VALUES)
def test_any_values_are_good_or_told_of(keys: dict[str, Any], client: Any, connection: Any) -> None:
    rule = {"respond": {"status": 503}, "match": {"client": client, "connection": connection}, **keys}
    for given_rule in (rule, {**rule, "match": {}}):
        try:
            loader.from_json({"rules": [given_rule]}, "acme", "acme")
        except ScenarioErrors as wrong:
            assert wrong.errors
