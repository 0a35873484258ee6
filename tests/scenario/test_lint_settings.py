"""Settings that no system can have are named, with the fix."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors


def complaint(settings: str) -> str:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(f"settings: {{{settings}}}\n".encode(), "f.yaml", "f")
    return str(caught.value)


MESSAGES = {
    "past_end: first": 'settings.past_end: expected "empty" or "last" or "zero-total" or "error"',
    "order: newst": 'settings.order: expected "newest" or "oldest", found "newst"; did you mean "newest"?',
    "time_bounds: {end: outside}": 'settings.time_bounds.end: expected "inclusive" or',
    "time_bounds: {field: endtime}": 'did you mean "endTime"?',
    "time_bounds: {ends: exclusive}": 'settings.time_bounds: unknown key "ends"; did you mean "end"?',
    "time_bounds: exclusive": "settings.time_bounds: expected a mapping",
    "selectors: any": 'settings.selectors: expected "all" or "first" or "call-first", found "any"',
    "codes: {token_mising: 1}": 'unknown kind of error "token_mising"; did you mean "token_missing"?',
    "codes: {locked: 0}": "the number 0 is not allowed here; write a whole number without quotes, other",
    'codes: {locked: "900001"}': "take the quotes away: 900001",
    "codes: {locked: 99999999999}": "settings.codes.locked: expected at most 2147483647",
    "error_status: {tokens: 401}": 'unknown kind of error or operation "tokens"; did you mean "token"?',
    "error_status: {token: 204}": "error_status.token: the number 204 is not allowed here; write a status",
    "error_status: 700": "settings.error_status: expected at most 599",
    "error_status: bad": "settings.error_status: expected an HTTP status, or a mapping of statuses",
    "error_status: {gettoken: {tokn: 401}}": 'error_status.gettoken: unknown kind of error "tokn"',
    "error_status: {gettoken: [401]}": "error_status.gettoken: expected an HTTP status, or a mapping",
    "error_body: none": 'settings.error_body: expected "full" or "bare", found "none"',
    "check_order: parameter": 'did you mean "parameters"?',
    "response_headers: {Content-Length: 3}": "Content-Length is not for response_headers: it is counted",
    "response_headers: {content-length: null}": "content-length is not for response_headers",
    "response_headers: {Date: x}": "Date is not for response_headers: it follows the tenant's clock",
    "response_headers: {Connection: close}": "Connection is not for response_headers",
    "response_headers: {Transfer-Encoding: chunked}": "Transfer-Encoding is not for response_headers",
    "response_headers: {Content-Encoding: gzip}": "honest answers are not compressed",
    "response_headers: {X-Simulator-Rule: me}": "settings.provenance",
    "response_headers: {X Y: z}": 'no header can be called "X Y"',
    'response_headers: {X-Y: "a\\nb"}': r'a header cannot hold "\n"',
    "response_headers: {X-Y: é}": 'a header cannot hold "é"',
    "response_headers: {X-Y: 1, x-y: 2}": 'x-y and "X-Y" are the same header; keep one',
    "response_headers: {X-Y: [1]}": "settings.response_headers.X-Y: expected",
    "response_headers: [X-Y]": "settings.response_headers: expected a mapping",
}


@pytest.mark.parametrize(("settings", "words"), MESSAGES.items(), ids=MESSAGES)
def test_a_setting_that_cannot_be_is_named(settings: str, words: str) -> None:
    assert words in complaint(settings)


def warnings(settings: str, code: int) -> tuple[str, ...]:
    rule = f"rules: [{{name: r, match: {{response: {{errorCode: {code}}}}}, token: expire}}]"
    return loader.loads(f"settings: {{{settings}}}\n{rule}\n".encode(), "f.yaml", "f").warnings


def test_a_rule_about_a_code_of_the_settings_may_fire_and_one_about_a_replaced_code_cannot() -> None:
    assert warnings("", 77) != ()
    assert warnings("codes: {locked: 77}", 77) == ()
    assert warnings("", 200800003) == ()
    assert "200800003; they have 0, 77, 900001" in warnings("codes: {locked: 77}", 200800003)[0]
