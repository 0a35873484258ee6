"""Keys and values as people guess them before they look them up: one message is enough to mend each."""

# ruff: noqa: E501  (a case a line)

from __future__ import annotations

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
}  # fmt: skip


@pytest.mark.parametrize(("rule", "words"), GUESSES.values(), ids=GUESSES.keys())
def test_a_guess_is_told_what_to_write(rule: str, words: str) -> None:
    assert any(words in line for line in told(rule)), told(rule)


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
