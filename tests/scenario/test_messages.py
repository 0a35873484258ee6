"""What people get wrong in a scenario is told with its place, its cause and the fix."""

# ruff: noqa: E501  (a case a line)

from __future__ import annotations

import re

import pytest

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors


def told(text: str) -> list[str]:
    """List the errors, or the warnings where there are none."""
    try:
        return list(loader.loads(text.encode(), "f.yaml", "f").warnings)
    except ScenarioErrors as caught:
        return str(caught).split("\n")


def rule(text: str) -> str:
    return f"rules:\n  - {{name: a, {text}}}\n"


DOWN = "respond: {status: 500}"
MESSAGES: dict[str, tuple[str, str, str]] = {
    # letters and units in numbers
    "a letter for a code": (rule("respond: {errorCode: O}"), "2:36", 'expected a whole number, found "O", with the letter O for the digit 0; write a code of at most 64 bits other than 0'),
    "a letter in a code": (rule("respond: {errorCode: 10O00002}"), "2:36", 'found "10O00002", with the letter O for the digit 0; write 10000002'),
    "a letter in a status": (rule("respond: {status: 5O3}"), "2:33", 'expected a whole number, found "5O3", with the letter O for the digit 0; write 503'),
    "S for 5": (rule("respond: {status: S03}"), "2:33", "with the letter S for the digit 5; write 503"),
    "l for 1": (rule("times: l, faults: [reset]"), "2:22", 'found "l", with the letter l for the digit 1; write 1'),
    "I for 1": (rule("times: I, faults: [reset]"), "2:22", "with the letter I for the digit 1; write 1"),
    "two letters": (rule("match: {response: {total: lO}}, faults: [reset]"), "2:41", 'found "lO", with the letters l and O for the digits 1 and 0; write 10'),
    "a letter in a condition": (rule("match: {response: {errorCode: O}}, faults: [reset]"), "2:45", 'the field is a whole number, found "O", with the letter O for the digit 0; write 0'),
    "a Cyrillic letter": (rule("respond: {status: 5О3}"), "2:33", "with the letter О for the digit 0; write 503"),
    "a letter in a time": (rule("faults: [{latency: l00ms}]"), "2:34", 'found "l00ms", with the letter l for the digit 1; write 100ms'),
    "a letter in a share": (rule("probability: 1O%, faults: [reset]"), "2:28", "with the letter O for the digit 0; write 10%"),
    "a letter in a size": (rule("faults: [{cut: 1OKiB}]"), "2:30", "with the letter O for the digit 0; write 10KiB"),
    "a letter in a factor": (rule("patch: [{op: scale, path: /total, factor: O.5}]"), "2:57", "with the letter O for the digit 0; write 0.5"),
    "a word for a number": (rule("times: SOS, faults: [reset]"), "2:22", 'expected a whole number, found "SOS"; write 1 or more'),
    "seconds in a word": (rule("faults: [{latency: 5sec}]"), "2:34", 'found "5sec"; write 5s'),
    "seconds in a capital": (rule("faults: [{latency: 5S}]"), "2:34", 'found "5S"; write 5s'),
    "minutes in a word": (rule("faults: [{latency: 5 minutes}]"), "2:34", 'found "5 minutes"; write 5m'),
    "bytes": (rule("patch: [{op: fill, path: /errorMsg, bytes: 100B}]"), "2:58", 'found "100B"; write 100'),
    "bytes of a cut": (rule("faults: [{cut: 40B}]"), "2:30", 'found "40B"; write 40'),
    "a large S for seconds": (rule("faults: [{latency: 5S}]"), "2:34", 'found "5S"; write 5s'),
    "kilobytes": (rule("faults: [{cut: 10KB}]"), "2:30", 'found "10KB"; write 10KiB'),
    "a wide percent sign": (rule("probability: 10％, faults: [reset]"), "2:30", "write 10%"),
    # spaces, dashes, brackets
    "a bracket in a path": (rule("patch: [{op: remove, path: /recordList[0]/callId}]"), "2:42", 'write /recordList/0/callId, or put the text in quotes: "/recordList[0]/callId"'),
    "a bracket in a pattern": (rule("match: {request: {userMobile: {pattern: ^18[0-9]$}}}"), "2:55", 'put the text in quotes: "^18[0-9]$"'),
    "a brace in a pattern": (rule("match: {request: {userMobile: {pattern: ^18{3}}}}"), "2:55", 'put the text in quotes: "^18{3}"'),
    "braces after a word": (rule("respond: {status: 500, body: hello {{name}} there}"), "2:44", 'put the text in quotes: "hello {{name}} there"'),
    "a bracket of the other kind": (rule("faults: [reset, {latency: 200ms]"), "2:46", '"]" cannot close the "{" in line 2, column 31; write "}" before it'),
    "no comma": ("rules:\n  - {name: a times: 2}\n", "2:14", 'a comma is missing before "times:"'),
    "a dash without space": (f"rules:\n  -name: a\n   {DOWN}\n", "2:3", 'a space is missing after "-"; write "- name: a"'),
    "a dash without space, alone": ("rules:\n  -name: a\n", "2:3", 'a space is missing after "-": write "- name"'),
    "dashes of names": ("rules:\n  - name: a\n    faults:\n    -reset\n    -cut\n", "4:5", 'a space is missing after "-"'),
    "no space after a colon": ("rules:\n  - name:a\n    respond: {status: 500}\n", "2:5", 'a space is missing after the ":"; write "name: a"'),
    "no space after a colon in braces": (rule("respond: {status:500}"), "2:25", 'write a space after the colon: "status: 500"'),
    "no space after a colon in a block": ("rules:\n  - respond:\n      status:500\n", "3:7", 'write a space after the colon: "status: 500"'),
    "no space after a colon in a fault": (rule("faults: [latency:200ms]"), "2:24", '"latency: 200ms"'),
    "a tab": ("rules:\n\t- name: a\n", "2:1", "a tab; YAML indents with spaces only"),
    "a list for a mapping": (rule("respond: [status: 500]"), "2:24", "take the brackets or dashes away: {status: 500}"),
    "braces for a list": (rule("faults: {reset}"), "2:23", "write [reset]"),
    "a mapping for a list": (rule("faults: {latency: 200ms}"), "2:23", "write it as a list: [{latency: 200ms}]"),
    "one for a list": (rule("faults: reset"), "2:23", "write it as a list: [reset]"),
    "a list at the top": (f"- name: a\n  {DOWN}\n", "1:1", 'rules belong below the key rules: write "rules:" above the list'),
    "an empty list": (rule("faults: []"), "2:23", "faults needs at least one fault"),
    "an empty mapping for a list": ("rules: {}\n", "1:8", "for none write []"),
    "a comma at the end of a line": ("rules:\n  - name: a\n    every: 3,\n    respond: {status: 500}\n", "3:12", 'expected a whole number, found "3,"; no , ends a line: write 3'),
    "a comma after braces": ("rules:\n  - match: {endpoint: gettoken},\n    respond: {status: 500}\n", "2:32", "a comma that separates nothing here; remove it"),
    "no space after a quoted key": ('sessions:\n  users:\n    "15500000002":10\n', "3:18", 'a space is missing after the ":"'),
    "an equals sign in braces": (rule("match: {endpoint=gettoken}"), "2:23", 'in place of the "=": "endpoint: gettoken"'),
    "a quote that nothing opens": ('tenant:\n  tokens: [qa-token"]\n', "2:12", "a quote closes the text here, and none opens it"),
    "a star for any number": (rule(f'match: {{request: {{userMobile: "*"}}}}, {DOWN}'), "2:45", 'can hardly fire: "*" is a character like others here; for any digits leave userMobile out'),
    "a star for any digits": (rule(f'match: {{request: {{userMobile: "155*"}}}}, {DOWN}'), "2:45", "write {pattern: ^155}"),
    # values
    "a mapping for a text": (rule("respond: {status: 503, body: {errorCode: 0}}"), "2:44", "for JSON write json"),
    "a value of a fault without settings": (rule("faults: [{gzip: 5}]"), "2:31", "found the number 5; gzip has no settings: write it alone, as in faults: [gzip]"),
    "a list of one": (rule("faults: [{reset: [1]}]"), "2:32", "found a list; reset has no settings"),
    "a key of one": (rule("faults: [{swallow: {next: 1}}]"), "2:35", 'unknown key "next"; swallow has no settings: write it alone'),
    "a word for one": (rule("faults: [{swallow: next}]"), "2:34", 'found "next"; swallow has no settings: write it alone'),
    "one that is switched off": (rule("faults: [{gzip: false}]"), "2:31", "found false; gzip has no settings"),
    "a unit in Retry-After": (rule("respond: {status: 503, headers: {Retry-After: 2s}}"), "2:61", 'respond.headers.Retry-After: is neither whole seconds nor a date of HTTP: "2s" is sent as it stands; write 2'),
    "a word in Retry-After": (rule("headers: {retry-after: soon}"), "2:38", '"soon" is sent as it stands; write seconds such as 2, or {http_date: 30s}'),
    "half a second in Retry-After": (rule('headers: {Retry-After: "1.5"}'), "2:38", '"1.5" is sent as it stands; write seconds'),
    "a placeholder in a condition": (rule(f'match: {{request: {{callId: "{{{{headers.X-A}}}}"}}}}, {DOWN}'), "2:41", "is compared as it stands: placeholders stand in respond"),
    "a placeholder in a condition on a header": (rule(f'match: {{headers: {{X-A: "{{{{now}}}}"}}}}, {DOWN}'), "2:38", "is compared as it stands: placeholders stand in respond"),
    "a header without its hyphen": (rule("respond: {status: 503, headers: {RetryAfter: 2}}"), "2:48", "RetryAfter is sent as it stands; did you mean Retry-After?"),
    "a misspelt header": (rule("headers: {Content-Tpye: text/html}"), "2:25", "did you mean Content-Type?"),
    "an underline in a header": (rule("one_of: [{headers: {cache_control: no-store}}]"), "2:35", "did you mean Cache-Control?"),
    "underscores in a header of a request": (rule(f"match: {{headers: {{X_Request_Id: true}}}}, {DOWN}"), "2:33", "match.headers.X_Request_Id: X_Request_Id and X-Request-Id are two headers, and proxies such as nginx drop the first; did you mean X-Request-Id?"),
    "a header of a request as CGI has it": (rule(f"match: {{headers: {{HTTP_USER_AGENT: curl}}}}, {DOWN}"), "2:33", "did you mean User-Agent?"),
    "a header of a request without its hyphen": (rule(f"match: {{headers: {{UserAgent: curl}}}}, {DOWN}"), "2:33", "UserAgent and User-Agent are two headers; did you mean User-Agent?"),
    "underscores in a counted header": (rule(f"per: [client, headers.x_forwarded_for], times: 1, {DOWN}"), "2:29", "per[1]: x_forwarded_for and X-Forwarded-For are two headers, and proxies such as nginx drop the first; did you mean X-Forwarded-For?"),
    "underscores in a distinct header": (rule(f"after: {{distinct: headers.X_Trace_Id, count: 2}}, {DOWN}"), "2:33", "after.distinct: X_Trace_Id and X-Trace-Id are two headers"),
    "a clock that starts too late": ('clock: {start: "9999-01-01T00:00:00Z"}\n', "1:16", 'clock.start: "9999-01-01T00:00:00Z" is later than a clock that runs can tell: 2286-11-20T17:46:39Z is served, and stays; write "2286-11-20T17:46:39Z" or earlier'),
    "a call that ends before it starts": ("sessions: {records: [{callSorId: '1', calledNumber: '2', startTime: 1618558942000, endTime: 1618558941000}]}\n", "1:93", "sessions.records[0].endTime: is 1,000 ms before startTime 1618558942000: the call ends before it starts"),
    "a decimal comma": (rule("faults: [{latency: 1,5s}]"), "2:34", 'rules[0].faults[0].latency: found "1,5s"; inside {} and [] a comma ends a value: write 1.5s'),
    "a decimal comma in a list": (rule("faults: [latency: 1,5s]"), "2:33", 'found "1,5s"; inside {} and [] a comma ends a value: write 1.5s'),
    "a decimal comma of a share": (rule(f"probability: 0,5, {DOWN}"), "2:28", 'found "0,5"; inside {} and [] a comma ends a value: write 0.5'),
    "a decimal comma of a size": (rule("faults: [{cut: {bytes: 1,5KiB}}]"), "2:38", "write 1.5KiB"),
    "a decimal comma in a block": ("rules:\n  - faults:\n      - latency: 1,5s\n", "3:18", 'found "1,5s"; write 1.5s'),
    "a decimal comma in a list of texts": ("tenant: {tokens: [1,5s]}\n", "1:19", 'found "1,5s"'),
    "a share with a space": (rule(f"probability: 10 %, {DOWN}"), "2:28", 'expected a share such as 0.5 or 50%, found "10 %"; write 10%'),
    "a duration with a space": (rule(f"window: {{from: 1.5 s}}, {DOWN}"), "2:30", 'found "1.5 s"; write 1.5s'),
    "a status for an answer": (rule("respond: 503"), "2:24", "found the number 503; write {status: 503}"),
    "a code for an answer": (rule("respond: 900001"), "2:24", "write {errorCode: 900001}"),
    "the name of an error for an answer": (rule("respond: key-wrong"), "2:24", "write {error: key-wrong}"),
    "an endpoint for match": (rule(f"match: gettoken, {DOWN}"), "2:22", 'found "gettoken"; write {endpoint: gettoken}'),
    "a word for match": (rule(f"match: foo, {DOWN}"), "2:22", 'expected a mapping of "key: value" lines, found "foo"'),
    "a word for an answer": (rule("respond: foo"), "2:24", 'found "foo"; name at least one of'),
    "a switch for a count": (rule(f"every: yes, {DOWN}"), "2:22", "rules[0].every: expected a whole number, found yes; write 1 or more, such as 3 for each third match"),
    "a switch for a status": (rule("respond: {status: no}"), "2:33", "expected a whole number, found no; write a status from 200 to 599"),
    "a switch for a share": (rule(f"probability: yes, {DOWN}"), "2:28", "expected a share such as 0.5 or 50%, found yes; write a share from 0 to 1"),
    "a switch for a fault's setting": (rule("faults: [{latency: off}]"), "2:34", "found off; write a duration with its unit"),
    "a switch for a list": ("rules: yes\n", "1:8", 'rules: expected a list, found yes; begin each item with "- "'),
    "a switch for a switch": ("settings: {recordings_open: on}\n", "1:29", "on without quotes is true in YAML 1.1 and text in YAML 1.2; write true"),
    "days": (rule(f"window: {{until: 2d}}, {DOWN}"), "2:31", 'found "2d"; write 48h'),
    "half a day": (rule(f"window: {{until: 1.5 days}}, {DOWN}"), "2:31", 'found "1.5 days"; write 36h'),
    "weeks": (rule(f"window: {{until: 2 weeks}}, {DOWN}"), "2:31", "write 336h"),
    "very many weeks": (rule(f"window: {{until: 99999999w}}, {DOWN}"), "2:31", 'found "99999999w"'),
    "days of a token": ("tenant: {token_lifetime: 2d}\n", "1:26", "is no lifetime of whole seconds, 1 to 2147483647; write 48h"),
    "too many days of a token": ("tenant: {token_lifetime: 99999d}\n", "1:26", "write it as 3600, 90s or 2h"),
    "an operation without its braces": (rule("patch: [op: remove, path: /total]"), "2:22", "rules[0].patch: the keys of one operation stand as items of their own here; write {op: remove, path: /total}"),
    "an operation with dashes before each key": ("rules:\n  - patch:\n      - op: replace\n      - path: /total\n      - value: 1\n", "3:7", "write {op: replace, path: /total, value: 1}"),
    "a state that leads to itself": (rule(f"state: {{is: a, becomes: a}}, {DOWN}"), "2:27", 'can never fire: no rule leads to the state "a"'),
    "a Cyrillic letter in a tenant": ("tenant: {id: acm\u0435}\n", "1:14", 'tenant.id: the tenant id "acm\u0435" has U+0435 CYRILLIC SMALL LETTER IE between Latin letters: another one, in clients, names another tenant; write a Latin letter if one is meant'),
    "a switch for a name": (f"rules:\n  - name: y\n    {DOWN}\n", "2:11", 'rules[0].name: y without quotes is a switch in YAML 1.1; put it in quotes: "y"'),
    "a colon in a name": (f"rules:\n  - name: late for a: slow # why\n    {DOWN}\n", "2:11", 'a colon and a space inside a text end it; put the text in quotes: "late for a: slow"'),
    "a colon behind one word of a description": ("description: slow: very\n", "1:14", 'put the text in quotes: "slow: very"'),
    "a colon behind one word elsewhere": ("rules:\n  - match: endpoint: gettoken\n", "2:20", 'a ": " that is not expected here'),
    "a length in the rule": (rule(f"for: 10s, {DOWN}"), "2:15", 'for 10s after a request it belongs into state: {is: NAME, for: 10s}, at a time of day into window: {at: "00:00", for: 10s}; for 10s from load write window: {until: 10s}'),
    "a length without a time of day": (rule(f"window: {{for: 90s}}, {DOWN}"), "2:23", 'add at: "00:00"; for 90s from load write window: {until: 90s}, after a request state: {is: NAME, for: 90s}'),
    "a calledNumber that is null": ("sessions: {records: [{callSorId: '1', calledNumber: null, startTime: 0}]}\n", "1:53", "expected a string, found nothing (null); give it a value; to send a null, write derive: false beside records, with userMobile in each, or a rule with patch: [{op: replace, path: /recordList/0/calledNumber, value: null}]"),
    "a startTime that is null": ("sessions: {records: [{callSorId: '1', calledNumber: '2', startTime: null}]}\n", "1:69", "path: /recordList/0/startTime, value: null}]"),
    "a quoted share": (rule(f'probability: "0.1", {DOWN}'), "2:28", "take the quotes away: 0.1"),
    "a quoted count": (rule(f'times: "2", {DOWN}'), "2:22", "take the quotes away: 2"),
    "a quoted status": (rule('respond: {status: "503"}'), "2:33", "take the quotes away: 503"),
    "a count beyond 64 bits": (rule(f"times: 10000000000000000000, {DOWN}"), "2:22", "does not fit into 64 bits; write a smaller one, or put it in quotes if it is text"),
    "a repetition without its count": (rule("patch: [{op: repeat, path: /recordList/0}]"), "2:23", "repeat needs count; add it, such as count: 5000"),
    "a scale without its factor": (rule("patch: [{op: scale, path: /total}]"), "2:23", "scale needs factor; add it, such as factor: 0.001"),
    "a repetition of a list": (rule("patch: [{op: repeat, path: /recordList, count: 5}]"), "2:42", "repeat needs an element of an array, and /recordList is an array; write /recordList/0"),
    "a repetition of a member": (rule("patch: [{op: repeat, path: /total, count: 5}]"), "2:42", "repeat needs an element of an array, and /total is none"),
    "a zone as a number": ("settings: {time_zone: 8}\n", "1:23", 'found the number 8; write "+08:00"'),
    "a zone as a negative number": ("settings: {time_zone: -5}\n", "1:23", 'found the number -5; write "-05:00"'),
    "a zone as a number that is none": ("settings: {time_zone: 800}\n", "1:23", "found the number 800; put it in quotes"),
    "a clock before 1970": ('clock: {start: "1969-12-31T23:59:59Z"}\n', "1:16", 'is no instant from 1970 on; write "1970-01-01T00:00:00Z" or later'),
    "a quoted status that is none": (rule('respond: {status: "99"}'), "2:33", "write a status from 200 to 599"),
    "a quoted switch": (rule(f'over: {{limit: 1, window: 1s, enforce: "true"}}, {DOWN}'), "2:53", "write true, without quotes"),
    "a date as the clock": ("clock: 2026-01-01\n", "1:8", 'write "2026-01-01T00:00:00Z"'),
    "an instant without quotes": ("clock: 2026-01-01T00:00:00Z\n", "1:8", 'put it in quotes: "2026-01-01T00:00:00Z"'),
    "a start without quotes": ("clock: {start: 2026-01-01T00:00:00Z}\n", "1:16", 'put it in quotes: "2026-01-01T00:00:00Z"'),
    "a date as the start": ("clock: {start: 2026-01-01}\n", "1:16", 'write "2026-01-01T00:00:00Z"'),
    "a start without an offset": ('clock: {start: "2026-01-01T08:00:00"}\n', "1:16", 'if it is UTC, write "2026-01-01T08:00:00Z"'),
    "now as the start": ("clock: {start: now}\n", "1:16", '"now" is no instant; a clock starts now where start is left out'),
    "a number as the start": ("clock: {start: 1767225600000}\n", "1:16", 'expected a string, found the number 1767225600000; write an instant in quotes'),
    "a speed of nothing": ("clock: {speed: 0}\n", "1:16", 'expected at least 0.001, found the number 0; write a number from 0.001 to 1000000, such as 60; for a clock that stands still'),
    "a speed that is too high": ("clock: {speed: 1000001}\n", "1:16", "expected at most 1000000"),
    "a speed as text": ("clock: {speed: 60x}\n", "1:16", 'expected a number, found "60x"; write a number from 0.001'),
    "a quoted speed": ('clock: {speed: "60"}\n', "1:16", "take the quotes away: 60"),
    "no speed": ("clock: {speed: }\n", "1:16", "expected a number, found nothing"),
    "a misspelt start": ('clock: {stat: "2026-01-01T00:00:00Z"}\n', "1:9", 'unknown key "stat"; did you mean "start"?'),
    "a time of day without quotes": (rule(f"window: {{at: 12:30, for: 90s}}, {DOWN}"), "2:28", 'put it in quotes: "12:30"'),
    "a time of day as a number": (rule(f"window: {{at: 1230, for: 90s}}, {DOWN}"), "2:28", 'found the number 1230; write a time of day in quotes, such as "00:00"'),
    "a time of day with one digit": (rule(f'window: {{at: "1:30", for: 90s}}, {DOWN}'), "2:28", 'expected a time of day from 00:00 to 23:59:59, HH:MM or HH:MM:SS in quotes, found "1:30"'),
    "the end of a day": (rule(f'window: {{at: "24:00", for: 90s}}, {DOWN}'), "2:28", 'found "24:00"'),
    "two times of day": (rule(f'window: {{at: ["12:30", "13:30"], for: 90s}}, {DOWN}'), "2:28", "write a rule for each time of day"),
    "a time of day alone": (rule(f'window: {{at: "12:30"}}, {DOWN}'), "2:23", "needs for, how long it stays open; add for: 90s"),
    "a length alone": (rule(f"window: {{for: 90s}}, {DOWN}"), "2:23", 'for needs at beside it, the time of day at which the window opens; add at: "00:00"'),
    "days alone": (rule(f"window: {{days: [mon], for: 90s}}, {DOWN}"), "2:23", "days needs at beside it"),
    "two forms of windows": (rule(f'window: {{at: "12:30", for: 90s, until: 5s}}, {DOWN}'), "2:23", "at and until exclude each other: one of from, until and repeat counts from load"),
    "a longer window than a day": (rule(f'window: {{at: "12:30", for: 25h}}, {DOWN}'), "2:42", 'expected at most 24h, found "25h": it opens again each day'),
    "a window of no length": (rule(f'window: {{at: "12:30", for: 0s}}, {DOWN}'), "2:42", "has no length"),
    "a window that is too fine": (rule(f'window: {{at: "12:30", for: 0.5ms}}, {DOWN}'), "2:42", "whole milliseconds"),
    "a start of a window": (rule(f"window: {{start: 5s}}, {DOWN}"), "2:24", 'unknown key "start"; did you mean "from"?'),
    "a start at a time of day": (rule(f'window: {{start: "00:00", for: 90s}}, {DOWN}'), "2:24", 'did you mean "at"?'),
    "a length of a window": (rule(f'window: {{at: "00:00", duration: 90s}}, {DOWN}'), "2:37", 'did you mean "for"?'),
    "a length of a state": (rule(f"state: {{is: down, until: 20s, next: up}}, {DOWN}"), "2:33", 'did you mean "for"?'),
    "another word for then": (rule(f"state: {{is: down, for: 20s, next: up}}, {DOWN}"), "2:43", 'did you mean "then"?'),
    "then for an answer": (rule("then: {status: 503}"), "2:15", 'did you mean "respond"?'),
    "then beside its state": (rule(f"state: {{is: down, for: 20s}}, then: up, {DOWN}"), "2:44", "it belongs into state: {then: up}"),
    "a time of day in the rule": (rule(f'at: "00:00", {DOWN}'), "2:15", 'it belongs into window: {at: "00:00"}'),
    "a rate of the clock": ("clock: {rate: 60}\n", "1:9", 'did you mean "speed"?'),
    "no days": (rule(f'window: {{at: "12:30", for: 90s, days: []}}, {DOWN}'), "2:53", "days needs at least one day, found an empty list; write days as a list"),
    "days as a text": (rule(f'window: {{at: "12:30", for: 90s, days: mon-fri}}, {DOWN}'), "2:53", "write it as a list: [mon-fri]"),
    "a day as a number": (rule(f'window: {{at: "12:30", for: 90s, days: [1]}}, {DOWN}'), "2:54", "expected a string, found the number 1; days have names here: if 1 is Monday, write mon"),
    "a day in full": (rule(f'window: {{at: "12:30", for: 90s, days: [Monday]}}, {DOWN}'), "2:54", 'or a range such as mon-fri, found "Monday"; did you mean "mon"?'),
    "days in full": (rule(f'window: {{at: "12:30", for: 90s, days: ["Mon – Friday"]}}, {DOWN}'), "2:54", 'did you mean "mon-fri"?'),
    "weekends": (rule(f'window: {{at: "12:30", for: 90s, days: [weekends]}}, {DOWN}'), "2:54", 'write "sat-sun"'),
    "a misspelt range of days": (rule(f'window: {{at: "12:30", for: 90s, days: [mon-fry]}}, {DOWN}'), "2:54", 'found "mon-fry"; did you mean "mon-fri"?'),
    "a range of no days": (rule(f'window: {{at: "12:30", for: 90s, days: [foo-bar]}}, {DOWN}'), "2:54", "or a range such as mon-fri, found \"foo-bar\""),
    "a misspelt day": (rule(f'window: {{at: "12:30", for: 90s, days: [mon, fry]}}, {DOWN}'), "2:59", 'found "fry"; did you mean "fri"?'),
    "a date and a time": ('clock: "2026-01-01 12:00"\n', "1:8", 'write "2026-01-01 12:00Z"'),
    "a type": (rule(f"match: {{request: {{userMobile: {{type: strng}}}}}}, {DOWN}"), "2:52", 'no JSON Schema type "strng"; did you mean "string"?'),
    "an expression": (rule(f'match: {{request: {{userMobile: {{pattern: "^18["}}}}}}, {DOWN}'), "2:55", 'at character 4 "[" is never closed'),
    "a code for a name": (rule("respond: {error: 900002}"), "2:32", '900002 is "token-invalid"'),
    "a code nobody has": (rule("respond: {error: 12}"), "2:32", "write errorCode: 12"),
    "a name by its meaning": (rule("respond: {error: token-revoked}"), "2:32", "for a token that is not accepted write token-invalid"),
    "a name without a meaning": (rule("respond: {error: foo}"), "2:32", 'no error is called "foo"; there are token-expired (900001), key-wrong (200800002), parameter-missing (10000003), internal-error (10000001), recording-no-data (0300012) and more: docs/scenarios.md lists all under "Errors by name"'),
    "a code with a leading zero": (rule('respond: {error: "0300012"}'), "2:32", '0300012 is "recording-no-data": write that name, or errorCode: 300012'),
    "a placeholder": (rule('respond: {errorCode: 5, errorMsg: "callId {{request.calId}} unknown"}'), "2:49", 'no field of this request is called "calId"; did you mean "callId"?'),
    "a placeholder in JSON": (rule('respond: {json: {a: ["{{x}}"]}}'), "2:36", 'there is no placeholder "x"'),
    "a placeholder of an outcome": (rule('one_of: [{respond: {body: "{{x}}"}}]'), "2:41", 'there is no placeholder "x"'),
    # keys
    "a status in a rule": ("rules:\n  - {status: 500}\n", "2:6", "it belongs into respond: {status: 500}"),
    "a fault in a rule": (rule("latency: 200ms"), "2:15", "it belongs into faults: [{latency: 200ms}]"),
    "a field in a rule": (rule('userMobile: "1"'), "2:15", 'it belongs into match: {request: {userMobile: "1"}}'),
    "a field in match": (rule(f'match: {{userMobile: "18000000001"}}, {DOWN}'), "2:23", 'it belongs into match: {request: {userMobile: "18000000001"}}'),
    "an answer's field in match": (rule(f"match: {{errorCode: 0}}, {DOWN}"), "2:23", "it belongs into match: {response: {errorCode: 0}}"),
    "a header in match": (rule(f"match: {{X-Trace: a}}, {DOWN}"), "2:23", "a header belongs into match: {headers: {X-Trace: a}}"),
    "an answer's field in request": (rule(f"match: {{request: {{errorCode: 0}}}}, {DOWN}"), "2:33", "it is a field of the answer: match: {response: {errorCode: 0}}"),
    "a header in request": (rule(f"match: {{request: {{X-Trace: a}}}}, {DOWN}"), "2:33", 'a header belongs into match: {headers: {X-Trace: "a"}}'),
    "a rule's key in match": (rule(f"match: {{times: 2}}, {DOWN}"), "2:23", "it belongs directly into the rule"),
    "a rule's key at the top": ("respond: {status: 500}\n", "1:1", "it belongs into rules: [{respond: ...}]"),
    "a key of generate": ("sessions: {days: 3}\n", "1:12", "it belongs into sessions: {generate: {days: 3}}"),
    "one for several": ("rule: []\n", "1:1", 'did you mean "rules"?'),
    "several for one": (rule(f"matches: {{}}, {DOWN}"), "2:15", 'did you mean "match"?'),
    "a word of others": (rule("delay: 3s"), "2:15", "for a wait write faults: [{latency: 3s}]"),
    "a near word that is known elsewhere": (rule("response: {status: 500}"), "2:15", 'did you mean "respond"? response itself belongs into match: {response: ...}'),
    "a header in per": (rule(f"per: [X-Trace], times: 1, {DOWN}"), "2:21", "for a header write headers.X-Trace"),
    "a secret elsewhere": ("secret: abc\n", "1:1", 'it belongs inside "tenant"'),
}  # fmt: skip


@pytest.mark.parametrize(("text", "place", "words"), MESSAGES.values(), ids=MESSAGES.keys())
def test_a_mistake_is_told_with_place_cause_and_fix(text: str, place: str, words: str) -> None:
    lines = told(text)
    assert any(line.startswith(f"f.yaml:{place}: ") and words in line for line in lines), lines


def test_of_a_comma_alone_nothing_is_left_to_write() -> None:
    (line,) = told('rules:\n  - name: a\n    every: ","\n    respond: {status: 500}\n')
    assert 'expected a whole number, found ","' in line
    assert "ends a line" not in line


def test_a_decimal_comma_is_one_message_and_hides_no_other() -> None:
    lines = told(rule("faults: [{latency: 1,5s}, {latency: {fixed: 2,5s}}, bm]"))
    assert [line.split(": ")[1] for line in lines] == [
        f"rules[0].faults[{place}]{rest}" for place, rest in ((0, ".latency"), (1, ".latency.fixed"), (2, ""))
    ]


@pytest.mark.parametrize(
    "text",
    [
        'sessions: {users: {"1": 2,"2": 3}}\n',
        "x-a: &a {b: 1}\nx-c: [*a,5s]\n",
        "x-c: [{b: 1},5s]\n",
        "x-c: [a1,5s]\n",
        "x-c: {a: 1,5: 2}\n",
        "x-c: {1,5}\n",
        "x-c: [[1],5s]\n",
        "x-c: [{},5s]\n",
        'x-c: ["1",5s]\n',
        rule("match: {response: {errorCode: {enum: [0,5]}}}, faults: [bom]"),
    ],
)
def test_a_comma_between_values_is_no_decimal_comma(text: str) -> None:
    assert not any("comma" in line for line in told(text))


@pytest.mark.parametrize(
    "headers",
    [
        "Retry-After: 2", 'Retry-After: "0"', "Retry-After: {http_date: 30s}",
        'Retry-After: "Sun, 06 Nov 1994 08:49:37 GMT"', 'Retry-After: "Sunday, 06-Nov-94 08:49:37 GMT"',
        'Retry-After: "Sun Nov  6 08:49:37 1994"', "Retry-After: '{{ request.pageNum }}'",
        "X-Retry-After: soon", "content-type: text/html", "Cookie: a", "Content-Language: en", "ETag: a",
    ],
)  # fmt: skip
def test_a_header_that_http_knows_is_no_warning(headers: str) -> None:
    assert told(rule(f"respond: {{status: 503, headers: {{{headers}}}}}")) == []


@pytest.mark.parametrize(
    "name", ["X-Request-Id", "user-agent", "X_My_Header", "XApiKey", "traceId", "HTTP_X"]
)
def test_a_header_of_a_request_that_a_client_may_send_is_no_warning(name: str) -> None:
    assert told(rule(f"match: {{headers: {{{name}: true}}}}, {DOWN}")) == []
    assert told(rule(f"per: [headers.{name}], times: 1, {DOWN}")) == []


@pytest.mark.parametrize(
    "clock", ['"9999-01-01T00:00:00Z"', '{start: "2286-11-20T17:46:39Z"}', "{speed: 60}", "now"]
)
def test_a_clock_that_is_served_as_it_is_written_is_no_warning(clock: str) -> None:
    assert told(f"clock: {clock}\n") == []


def test_many_calls_that_end_before_they_start_are_one_warning() -> None:
    record = "{callSorId: '1', calledNumber: '2', startTime: 1618558942000, endTime: 1618558941999}"
    (line,) = told(f"sessions: {{records: [{record}, {record}, {record}]}}\n")
    assert line.endswith("the call ends before it starts; so is it with 2 more")


NUMBERS = {
    "times": "{times: #, DOWN}", "after": "{after: #, DOWN}", "every": "{every: #, DOWN}",
    "probability": "{probability: #, DOWN}", "limit": "{over: {limit: #, window: 1s}, DOWN}",
    "status": "{respond: {status: #}}", "errorCode": "{respond: {errorCode: #}}", "repeat": "{rows: {repeat: #}}",
    "total": "{rows: {total: #}}", "weight": "{one_of: [{weight: #, DOWN}]}", "share": "{patch: [{op: cut, path: /errorMsg, share: #}]}",
}  # fmt: skip


@pytest.mark.parametrize("key", NUMBERS)
def test_each_number_in_quotes_is_told_to_lose_them(key: str) -> None:
    number = "503" if key == "status" else "0.5" if key in ("probability", "share") else "2"
    text = NUMBERS[key].replace("#", f'"{number}"').replace("DOWN", DOWN)
    (line,) = told(f"rules:\n  - {text}\n")
    assert f"{key}: expected " in line
    assert line.endswith(f"; take the quotes away: {number}")


def test_no_message_repeats_a_secret_that_stands_in_the_wrong_place() -> None:
    for text in ("settings: {secret: 7h1s}", "settings: {tokens: [7h1s]}", rule("secret: 7h1s")):
        assert not re.search("7h1s", "".join(told(text)))


NESTED = {
    "the keys of match": ("  - match:\n    endpoint: gettoken\n    respond: {status: 500}\n", ["3:5: rules[0]: unknown key \"endpoint\"; it belongs into match, which is empty: indent this line more than match"]),
    "the status of an answer": ("  - respond:\n    status: 500\n", ["3:5: rules[0]: unknown key \"status\"; it belongs into respond, which is empty: indent this line more than respond"]),
    "a field of a request": ("  - match:\n      request:\n      userMobile: \"1\"\n    respond: {status: 500}\n", ["4:7: rules[0].match: unknown key \"userMobile\"; it belongs into request, which is empty: indent this line more than request"]),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "messages"), NESTED.values(), ids=NESTED.keys())
def test_lines_that_are_not_indented_are_told_once(rules: str, messages: list[str]) -> None:
    assert told(f"rules:\n{rules}") == [f"f.yaml:{message}" for message in messages]


def test_later_mistakes_of_a_rule_are_told_with_earlier_ones() -> None:
    first = '{tims: 1, match: {endpoint: x, request: {pageNum: 2, usermobile: "1"}}, per: [userMobil], faults: [latency, {cut: {bytes: -1}}, bm], respond: {errorMsg: x, status: "503", headers: {Date: x}}}'
    second = (
        "{name: b, times: 0, window: {from: 5s, until: 2s}, rows: {skip: 1}, respond: {error: key-wrong}}"
    )
    lines = told(f"rules:\n  - {first}\n  - {second}\n  - {{name: b, token: expire}}\n")
    for words in (
        'unknown key "tims"', 'match.endpoint: expected "query', 'match.request.pageNum: the field is a string',
        'no field of this request is called "usermobile"', 'called "userMobil"', "faults[0]: latency needs a value",
        "faults[1].cut.bytes: ", 'faults[2]: unknown fault "bm"', "respond.status: expected a whole number", "respond.headers.Date: Date is not",
        "rules[1].times: expected at least 1", "rules[1].window.until: closes before it opens", "rules[1].rows: edits the honest answer",
        'rules[2].name: the name "b" is taken in line 3',
    ):  # fmt: skip
        assert sum(words in line for line in lines) == 1, (words, lines)


def test_what_a_mistake_hides_is_not_called_missing() -> None:
    assert len(told("rules:\n  - {name: a, respond: {staus: 500}}\n")) == 1
    assert len(told("rules:\n  - {name: a, faults: [bm]}\n")) == 1
    assert len(told("rules:\n  - {name: a, faults: [reset], over: {limit: 1}}\n")) == 1
    assert len(told("rules:\n  - {name: a, respond: {error: x, errorMsg: text}}\n")) == 1
    assert len(told("rules:\n  - {name: a, patch: [{op: add, path: /total, valu: 7}]}\n")) == 1


@pytest.mark.parametrize(
    "id",
    [
        "caf\u00e9",
        "\u0430\u0441\u043c\u0435",
        "\u041a\u043e\u043c\u043f\u0430\u043d\u0438\u044f-A1",
        "\u6d4b\u8bd5A",
    ],
)
def test_a_tenant_may_have_letters_of_any_script(id: str) -> None:
    assert told(f"tenant: {{id: {id}}}\n") == []


def test_a_state_is_never_meant_by_itself() -> None:
    assert all(
        each.endswith('leads to the state "a"')
        for each in told(rule(f"state: {{is: a, becomes: a}}, {DOWN}"))
    )
