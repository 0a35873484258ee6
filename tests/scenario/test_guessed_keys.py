"""Keys and values as people guess them before they look them up: one message is enough to mend each."""

# ruff: noqa: E501  (a case a line)

from __future__ import annotations

import re

import pytest

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors

DOWN = "respond: {status: 503}"


def told(rule: str) -> list[str]:
    """List the mistakes of a rule; none where it is good."""
    try:
        loader.loads(f"rules:\n  - {{{rule}}}\n".encode(), "f.yaml", "f")
    except ScenarioErrors as caught:
        return str(caught).split("\n")
    return []


GUESSES: dict[str, tuple[str, str]] = {
    # when
    "times of day in from": (f'window: {{from: "00:00", until: 90s}}, {DOWN}', 'for a time of day write at and for: {at: "00:00", for: 90s}'),
    "a time of day as the end": (f'window: {{at: "00:00", until: "00:01:30"}}, {DOWN}', 'write how long it lasts, beside the time of day at which it begins: {at: "00:00", for: 90s}'),
    "a time of day for its length": (f'window: {{at: "00:00", for: "00:30"}}, {DOWN}', "write how long it lasts"),
    "minutes and seconds": (f'window: {{at: "00:00", for: 1m30s}}, {DOWN}', "write 90s"),
    "hours and minutes": (f'window: {{at: "00:00", for: 1h 30min}}, {DOWN}', "write 90m"),
    "schedule": (f'schedule: {{at: "00:00", for: 90s}}, {DOWN}', 'did you mean "window"?'),
    "time": (f'time: {{at: "00:00", for: 90s}}, {DOWN}', 'did you mean "window"?'),
    "when": (f"when: {{from: 5s}}, {DOWN}", 'did you mean "window"?'),
    "when about the request": (f"when: {{endpoint: gettoken}}, {DOWN}", 'did you mean "match"?'),
    "the end of the day": (f'window: {{at: "24:00", for: 90s}}, {DOWN}', 'write "00:00"'),
    "one digit": (f'window: {{at: "9:05", for: 90s}}, {DOWN}', 'write "09:05"'),
    "midnight": (f"window: {{at: midnight, for: 90s}}, {DOWN}", 'write "00:00"'),
    "twelve hours": (f'window: {{at: "9:30 PM", for: 90s}}, {DOWN}', 'write "21:30"'),
    "midnight by twelve hours": (f'window: {{at: "12am", for: 90s}}, {DOWN}', 'write "00:00"'),
    "no time at all": (f'window: {{at: "25:00", for: 90s}}, {DOWN}', 'found "25:00"'),
    "weekend": (f'window: {{at: "00:00", for: 90s, days: weekend}}, {DOWN}', "write it as a list: [sat-sun]"),
    "days of two letters": (f'window: {{at: "00:00", for: 90s, days: [mo-fr]}}, {DOWN}', 'did you mean "mon-fri"?'),
    "days by numbers": (f'window: {{at: "00:00", for: 90s, days: [1-5]}}, {DOWN}', 'found "1-5"; days have names here: if 1 is Monday, write mon-fri'),
    "days by numbers without brackets": (f'window: {{at: "00:00", for: 90s, days: 1 – 5}}, {DOWN}', "if 1 is Monday, write [mon-fri]"),
    "a day by its number": (f'window: {{at: "00:00", for: 90s, days: [1, 7]}}, {DOWN}', "found the number 7; days have names here: if 1 is Monday, write sun"),
    "a day by the number of cron": (f'window: {{at: "00:00", for: 90s, days: 0}}, {DOWN}', "if 1 is Monday, write [sun]"),
    "an instant as a time of day": (f'window: {{at: "2026-01-01T10:00:00Z", for: 90s}}, {DOWN}', 'found "2026-01-01T10:00:00Z"; a date belongs into clock: {start: "2026-01-01T10:00:00Z"}, from which window: {from: 0s, until: 90s} counts'),
    "an instant without quotes": (f"window: {{at: 2026-01-01T10:00:00Z, for: 90s}}, {DOWN}", 'window.at: expected a time of day from 00:00 to 23:59:59, HH:MM or HH:MM:SS in quotes, found "2026-01-01T10:00:00Z"; a date belongs'),
    "a date without an offset": (f'window: {{from: "2026-01-01 10:00"}}, {DOWN}', 'if it is UTC, this date belongs into clock: {start: "2026-01-01T10:00:00Z"}'),
    "a date as the end": (f"window: {{until: 2026-01-02}}, {DOWN}", 'window.until: expected a duration such as 800ms, 2s or 5m, found "2026-01-02"; if it is UTC, this date belongs into clock'),
    "one digit without quotes": (f"window: {{at: 9:05, for: 90s}}, {DOWN}", 'found "9:05"; write "09:05"'),
    "a time of day as the end without quotes": (f'window: {{at: "00:00", until: 00:30}}, {DOWN}', "write how long it lasts"),
    "a zone in the window": (f'window: {{at: "00:00", for: 90s, zone: Asia/Shanghai}}, {DOWN}', 'it belongs into settings: {time_zone: "Asia/Shanghai"}'),
    "days as a duration": (f"over: {{limit: 5, window: 1d}}, {DOWN}", "write 24h"),
    "a capital": (f"over: {{limit: 5, window: Day}}, {DOWN}", "write day"),
    "daily": (f"over: {{limit: 5, window: daily}}, {DOWN}", "write day"),
    "seconds in a word": (f'window: {{from: "5 seconds"}}, {DOWN}', "write 5s"),
    "a number in quotes": (f'window: {{from: "30"}}, {DOWN}', "write its unit too, such as 30s"),
    "a negative duration": (f"window: {{from: -30s}}, {DOWN}", 'window.from: expected a duration such as 800ms, 2s or 5m, found "-30s"; it is never negative: write one such as 30s'),
    "a negative rate": (f"over: {{limit: 5, window: -1s}}, {DOWN}", "it is never negative: write one such as 1s"),
    "a negative share": (f"probability: -10%, {DOWN}", "it is never negative: write one such as 10%"),
    "more than the whole": (f"probability: 150%, {DOWN}", 'found "150%"; a share is at most 100%'),
    "a negative size": ("patch: [{op: fill, path: /errorMsg, bytes: -5KiB}]", "it is never negative: write one such as 5KiB"),
    "a date in the past": ("headers: {Retry-After: {http_date: -30s}}", 'found "-30s"; it is never negative: write one such as 30s, or for a time in the past a date in the place of the mapping: "Sun, 06 Nov 1994 08:49:37 GMT"'),
    "a negative count": ("rows: {repeat: -1}", "rows.repeat: expected at least 1, found the number -1; write 1 or more"),
    "quota": (f"quota: {{limit: 5, window: 1s}}, {DOWN}", 'did you mean "over"?'),
    "rate_limit": (f"rate_limit: {{limit: 5, window: 1s}}, {DOWN}", 'did you mean "over"?'),
    "several times of day": (f'window: {{at: ["00:00", "12:00"], for: 90s}}, {DOWN}', "write a rule for each time of day"),
    "several times of day, one misspelt": (f'window: {{at: ["9:00", "12:00"], for: 90s}}, {DOWN}', "write a rule for each time of day"),
    # a list where one value is expected
    "a list of one state": (f"state: {{is: start, becomes: [down]}}, {DOWN}", "state.becomes: expected a string, found a list; take the brackets or dashes away: down"),
    "several states that follow": (f"state: {{is: start, becomes: [down, up]}}, {DOWN}", "found a list; one state follows: write one of them, such as down"),
    "several states that end": (f"state: {{is: down, for: 5s, then: [up, start]}}, {DOWN}", "one state follows: write one of them, such as up"),
    "several states": (f"state: {{is: [start, down]}}, {DOWN}", "found a list; write a rule for each state"),
    "several endpoints": (f"match: {{endpoint: [gettoken, queryRecordHistory]}}, {DOWN}", "found a list; write a rule for each endpoint"),
    "a list of one endpoint": (f"match: {{endpoint: [gettoken]}}, {DOWN}", "take the brackets or dashes away: gettoken"),
    "a list of one number": (f"times: [2], {DOWN}", "expected a whole number, found a list; take the brackets or dashes away: 2"),
    "a list of one duration": ("faults: [{latency: [2s]}]", "take the brackets or dashes away: 2s"),
    "several statuses": ("respond: {status: [500, 503]}", "for one of them by chance write one_of: [{respond: {status: 500}}, {respond: {status: 503}}]"),
    "many statuses": ("respond: {status: [500, 501, 502, 503]}", "{respond: {status: 502}}, ...]"),
    "several statuses of an outcome": ("one_of: [{respond: {status: [500, 503]}}]", "found a list; write an outcome for each"),
    "several errors": ("respond: {error: [token-expired, key-wrong]}", "expected one error, found a list; for one of them by chance write one_of: [{respond: {error: token-expired}}, {respond: {error: key-wrong}}]"),
    "a list of one error": ("respond: {error: [token-expired]}", "take the brackets or dashes away: token-expired"),
    # a fault by another word
    "timeout": ("faults: [timeout]", 'unknown fault "timeout"; did you mean "hang"?'),
    "delay": ("faults: [{delay: 2s}]", 'unknown fault "delay"; did you mean "latency"?'),
    "drop": ("faults: [drop]", 'unknown fault "drop"; did you mean "reset"?'),
    "limit_data": ("faults: [{limit_data: 40}]", 'unknown fault "limit_data"; did you mean "cut"?'),
    "headers in quotes": (f'headers: "X-A: b", {DOWN}', "take the quotes away: {X-A: b}"),
    "a fault in quotes": ('faults: ["latency: 300ms"]', "take the quotes away: {latency: 300ms}"),
    # which requests
    "ip": (f"per: [ip], times: 1, {DOWN}", 'did you mean "client"?'),
    "user": (f"after: {{distinct: user, count: 2}}, {DOWN}", 'did you mean "userMobile"?'),
    "users": (f"after: {{users: 2}}, {DOWN}", "write {distinct: userMobile, count: 2}"),
    "requests": (f"after: {{requests: 2}}, {DOWN}", "for a number of requests write after: 2"),
    "page of gettoken": (f"match: {{endpoint: gettoken}}, per: [page], times: 1, {DOWN}", "per takes appKey, appSecret"),
    "cn": ("match: {client_certificate: {cn: app-1}}, " + DOWN, 'did you mean "common_name"?'),
    "client_cert": ("match: {client_cert: true}, " + DOWN, 'did you mean "client_certificate"?'),
    "certificate": ("match: {certificate: true}, " + DOWN, 'did you mean "client_certificate"?'),
    # what
    "html": ("respond: {status: 502, html: x}", 'did you mean "body"?'),
    "retry_after": ("respond: {status: 502, retry_after: 30}", "write headers: {Retry-After: 30}"),
    "p99 of a bell": ("faults: [{latency: {lognormal: {median: 1s, p99: 4s}}}]", "percentiles: {p50: 80ms, p95: 400ms, p99: 2s}"),
    "duplicate": ("patch: [{op: duplicate, path: /recordList/0, count: 2}]", 'did you mean "repeat"?'),
    "multiply": ("patch: [{op: multiply, path: /total, factor: 2}]", 'did you mean "scale"?'),
    "a list for an operation": ("patch: [{op: [], path: /total}]", "op: expected "),
    "an operation": ("patch: [{op: frobnicate, path: /total}]", '"repeat" or "scale", found "frobnicate"'),
    "times of repeat": ("patch: [{op: repeat, path: /recordList/0, times: 3}]", 'did you mean "count"?'),
    "by of scale": ("patch: [{op: scale, path: /total, by: 3}]", 'did you mean "factor"?'),
    "chars of fill": ("patch: [{op: fill, path: /errorMsg, chars: 65}]", 'did you mean "bytes"?'),
    "encoding": ("faults: [{encoding: GBK}]", 'did you mean "charset"?'),
    "a charset as a fault": ("faults: [gbk]", "write {charset: GBK}"),
    "cp936": ("faults: [{charset: cp936}]", 'did you mean "GBK"?'),
    "latin1": ("faults: [{charset: latin1}]", 'did you mean "ISO-8859-1"?'),
    "a fault of TLS": ("faults: [expired]", "serve --tls-fault expired=PORT"),
    "a fault of TLS as a key": ("faults: [{wrong-host: true}]", "serve --tls-fault wrong-host=PORT"),
    "a field without its source": ('respond: {body: "{{ callId }}"}', "did you mean {{ request.callId }}?"),
    # shorter forms
    "once": (f"times: once, {DOWN}", 'found "once"; write 1'),
    "two times": (f"times: 2x, {DOWN}", 'found "2x"; write 2'),
    "without end": (f"times: unlimited, {DOWN}", "leave times out"),
    "each second": (f"every: 2nd, {DOWN}", "write 2"),
    "each third in words": (f"every: third, {DOWN}", "write 3"),
    "after a number of requests": (f"after: 2 requests, {DOWN}", "write 2"),
    "after a time": (f"after: 5s, {DOWN}", "for 5s since load write window: {from: 5s}"),
    "a window as a time": (f"window: 5s, {DOWN}", "for 5s from load write {until: 5s}"),
    "a window as a range": (f"window: 5s-35s, {DOWN}", "write {from: 5s, until: 35s}"),
    "a window as a list": (f"window: [5s, 1m], {DOWN}", "write {from: 5s, until: 1m}"),
    "hours of the day": (f'window: "09:00-17:30", {DOWN}', 'write {at: "09:00", for: 510m}'),
    "hours of the night": (f"window: 22:00-06:00, {DOWN}", 'write {at: "22:00", for: 8h}'),
    "a rate": (f"over: 5/s, {DOWN}", "write {limit: 5, window: 1s}"),
    "a rate of minutes": (f"over: 100 per minute, {DOWN}", "write {limit: 100, window: 1m}"),
    "a rate of a day": (f"over: 10000/day, {DOWN}", "write {limit: 10000, window: day}"),
    "a rate as a limit": (f"over: {{limit: 5/s}}, {DOWN}", "write over: {limit: 5, window: 1s}"),
    "a rate with per": (f"over: {{limit: 5, per: 1s}}, {DOWN}", 'unknown key "per"; did you mean "window"?'),
    "a rate with a list of fields": (f"over: {{limit: 5, window: 1s, per: [userMobile]}}, {DOWN}", 'unknown key "per"; it belongs directly into the rule'),
    "requests of a rate": (f"over: {{requests: 5, window: 1s}}, {DOWN}", 'did you mean "limit"?'),
    "a state alone": (f"state: down, {DOWN}", "for a rule that fires in it write {is: down}, for one that leads to it {becomes: down}"),
    "from of a state": (f"state: {{from: start, becomes: down}}, {DOWN}", 'unknown key "from"; did you mean "is"?'),
    "a status with its phrase": ("respond: {status: 503 Service Unavailable}", "write 503"),
    "a phrase for a status": ("respond: {status: Bad Gateway}", "write 502"),
    "percent as a number": (f"probability: 10, {DOWN}", "expected at most 1, found the number 10; if it is percent, write 10%"),
    "a mapping of faults": ("faults: {latency: 2s, cut: 40, reset: }", "write each as an item of a list: [{latency: 2s}, {cut: 40}, reset]"),
    # words of other tools
    "a path for the endpoint": (f"match: {{endpoint: /oifde/rest/gettoken}}, {DOWN}", 'found "/oifde/rest/gettoken"; write gettoken'),
    "an address for the endpoint": (f'match: {{endpoint: "https://localhost:8443/oifde/rest/gettoken"}}, {DOWN}', "; write gettoken"),
    "path": (f"match: {{path: /gettoken}}, {DOWN}", 'unknown key "path"; did you mean "endpoint"?'),
    "method": (f"match: {{method: POST}}, {DOWN}", 'did you mean "endpoint"?'),
    "body": (f'match: {{body: {{userMobile: "1"}}}}, {DOWN}', 'unknown key "body"; did you mean "request"?'),
    "regex": (f'match: {{request: {{userMobile: {{regex: "^180"}}}}}}, {DOWN}', 'no keyword is called "regex"; did you mean "pattern"?'),
    "in": (f'match: {{request: {{userMobile: {{in: ["1", "2"]}}}}}}, {DOWN}', 'did you mean "enum"?'),
    "equalTo": (f'match: {{request: {{userMobile: {{equalTo: "1"}}}}}}, {DOWN}', 'did you mean "const"?'),
    "greater than": (f"match: {{response: {{total: {{gt: 5}}}}}}, {DOWN}", 'did you mean "exclusiveMinimum"?'),
    "a list of headers": (f"match: {{headers: [X-Run, X-A, X-B, X-C]}}, {DOWN}", "for those that are present write {X-Run: true, X-A: true, X-B: true, ...}"),
    "a delay of an answer": ("respond: {status: 503, delay: 2s}", 'unknown key "delay"; for a wait write faults: [{latency: 2s}] beside respond'),
    "a delay in milliseconds": ("respond: {status: 503, fixedDelayMilliseconds: 200}", "write faults: [{latency: 200ms}] beside respond"),
    "a delay without its unit": (f"delay: 2, {DOWN}", "for a wait of 2 seconds write faults: [{latency: 2s}]"),
    "a fault of WireMock": ("respond: {fault: CONNECTION_RESET_BY_PEER}", 'unknown key "fault"; write faults: [reset] beside respond'),
    "a fault of ours in capitals": ("respond: {fault: EMPTY_RESPONSE}", "write faults: [empty-response] beside respond"),
    "another fault of WireMock": ("faults: [RANDOM_DATA_THEN_CLOSE]", 'did you mean "garbage"?'),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "words"), GUESSES.values(), ids=GUESSES.keys())
def test_a_guess_is_told_what_to_write(rule: str, words: str) -> None:
    assert any(words in line for line in told(rule)), told(rule)


WHOLE: dict[str, tuple[str, str]] = {
    "rules by their names": ("rules: {a: {respond: {status: 503}}}", 'begin each item with "- " and its name, such as - name: a'),
    "a rule without its dash": ("rules: {match: {endpoint: gettoken}, respond: {status: 503}}", 'found a mapping; begin each item with "- "'),
    "no rules": ("rules: none", "for none write [], or leave the key out"),
    "a tenant at the top": ("tenantId: acme", 'unknown key "tenantId"; write tenant: {id: acme}'),
    "a secret at the top": ("appSecret: 7h1s", "write tenant: {secret: ...}"),
    "a descending order": ("settings: {order: desc}", 'found "desc"; write newest'),
    "an ascending order": ("settings: {order: ASC}", 'found "ASC"; write oldest'),
    "stereo": ("recordings: {channels: stereo}", 'expected 1 or 2, found "stereo"; write 2'),
    "a number of users": ("sessions: {users: 5}", 'write how many sessions each has: {"18000000001": 12}'),
    "a list of users": ("sessions: {users: [{number: '1', sessions: 5}]}", 'found a list; write how many sessions each has: {"18000000001": 12}'),
}  # fmt: skip


@pytest.mark.parametrize(("text", "ending"), WHOLE.values(), ids=WHOLE.keys())
def test_a_guess_at_the_top_of_a_file_is_told_what_to_write(text: str, ending: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(text.encode(), "f.yaml", "f")
    assert str(caught.value).endswith(ending)


SHORT = {
    "times": ("once", "twice", "2x", "10 times", "three"),
    "every": ("second", "2nd", "3rd", "5 requests"),
    "after": ("2 requests", "once"),
    "window": ("5s", "5s-35s", "500ms to 1m", "1s..2s", "00:00-23:59", "22:00 - 06:00", "08:15-08:16"),
    "over": ("5/s", "5 / sec", "100 per minute", "10/h", "10000/day"),
}


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in SHORT.items() for text in texts])
def test_what_is_suggested_for_a_shorter_form_is_good(key: str, text: str) -> None:
    (line,) = told(f'{key}: "{text}", {DOWN}')
    assert told(f"{key}: {line.partition('write ')[2]}, {DOWN}") == []


UNCLEAR = {
    "an ordinal as a number of times": f"times: second, {DOWN}",
    "a time for each": f"every: 5s, {DOWN}",
    "a range backwards": f"window: 35s-5s, {DOWN}",
    "hours that are none": f'window: "09:00-09:00", {DOWN}',
    "a class of statuses": "respond: {status: 5xx}",
    "an unknown fault": "respond: {fault: XYZ}",
    "an unknown path": f"match: {{endpoint: /other}}, {DOWN}",
    "fields with values": f"match: {{request: [pageNum=2]}}, {DOWN}",
    "a rate of nothing known": f"over: 5/week, {DOWN}",
    "two hundred": f"probability: 200, {DOWN}",
}


@pytest.mark.parametrize("rule", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_no_exact_value_is_suggested_where_the_meaning_is_not_clear(rule: str) -> None:
    (line,) = told(rule)
    assert not re.search(
        r"; (?:write (?:\d|\{|faults)|for those|if it is)",
        line.replace("write 1 or more", "").replace("write {limit: 5", ""),
    )


@pytest.mark.parametrize(
    "rule",
    [
        f"over: {{inflight: 5}}, {DOWN}",
        f"over: {{concurrent: 5}}, {DOWN}",
        f"over: {{limits: 5, window: 1s}}, {DOWN}",
        "headers: {Retry-After: {http-date: 30s}}",
    ],
)
def test_a_key_that_is_meant_is_not_called_missing_too(rule: str) -> None:
    (line,) = told(rule)
    assert "did you mean" in line


def test_no_time_at_all_is_not_suggested_as_a_sum_of_units() -> None:
    (line,) = told(f'window: {{at: "00:00", for: 0m0s}}, {DOWN}')
    assert line.endswith('found "0m0s"')


@pytest.mark.parametrize(
    ("rule", "ending"),
    [
        (f"match: {{connection: {{request: 1}}}}, {DOWN}", 'unknown key "request"; did you mean "requests"?'),
        (
            f"match: {{requests: 1}}, {DOWN}",
            'unknown key "requests"; it belongs into match: {connection: {requests: 1}}',
        ),
    ],
)
def test_a_near_key_that_takes_no_such_value_is_not_suggested(rule: str, ending: str) -> None:
    (line,) = told(rule)
    assert line.endswith(ending)


def test_the_advice_for_a_date_in_the_past_is_good() -> None:
    assert told('headers: {Retry-After: "Sun, 06 Nov 1994 08:49:37 GMT"}') == []


@pytest.mark.parametrize("values", ['"503"', "99x, 503", "[503]", "true", "null", "{a: 1}", ""])
def test_no_value_is_guessed_from_a_list_of_what_does_not_fit(values: str) -> None:
    (line,) = told(f"respond: {{status: [{values}]}}")
    assert "brackets" not in line
    assert "one_of" not in line


def test_no_secret_in_a_list_is_repeated() -> None:
    with pytest.raises(ScenarioErrors, match=r"tenant\.secret: expected a string, found a list$"):
        loader.loads(b"tenant: {secret: [7h1s]}", "f.yaml", "f")


@pytest.mark.parametrize("date", ["9999-01-01T10:00:00Z", "1969-01-01T10:00:00Z", "2026-13-01"])
def test_no_clock_is_told_to_start_at_a_date_that_it_does_not_tell(date: str) -> None:
    (line,) = told(f'window: {{at: "{date}", for: 90s}}, {DOWN}')
    assert line.endswith(f'found "{date}"')


@pytest.mark.parametrize("days", ["8", "1-9", "'-1'", "1-", "1-2-3", "1.0"])
def test_no_day_is_guessed_from_another_number(days: str) -> None:
    (line,) = told(f'window: {{at: "00:00", for: 90s, days: [{days}]}}, {DOWN}')
    assert "if 1 is Monday" not in line


def test_no_zone_is_guessed_from_an_abbreviation_that_several_have() -> None:
    with pytest.raises(ScenarioErrors, match="an offset such as"):
        loader.loads(b"settings: {time_zone: CST}", "f.yaml", "f")


def test_other_missing_keys_are_told_beside_a_guess() -> None:
    assert len(told(f"over: {{limits: 5}}, {DOWN}")) == 2
