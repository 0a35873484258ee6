"""Keys that have no effect where they stand are told as warnings, with what would give them one."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader


def warned(text: str) -> list[str]:
    return list(loader.loads(text.encode(), "f.yaml", "f").warnings)


IDLE = {
    "per without counts": (
        "rules: [{per: [userMobile], respond: {status: 503}}]",
        "f.yaml:1:15: rules[0].per: counts nothing: the rule has none of times, every, after, over, "
        "probability or state; add one, or leave per out",
    ),
    "a header that is replaced": (
        "rules: [{headers: {A-B: c}, respond: {status: 503, headers: {a-b: d}}}]",
        "f.yaml:1:67: rules[0].respond.headers.a-b: is never sent: headers beside respond have another one; "
        "keep one of the two",
    ),
    "a header that is taken away": (
        "rules: [{one_of: [{headers: {A: null}, respond: {status: 503, headers: {A: d}}}]}]",
        "rules[0].one_of[0].respond.headers.A: is never sent: headers beside respond take it away",
    ),
    "a code of no error": (
        "settings: {codes: {past_end: 5}}",
        "f.yaml:1:30: settings.codes.past_end: has no effect: a page past the end is no error where past_end "
        "is empty; write past_end: error, or leave this out",
    ),
    "a status of no error": (
        "settings: {past_end: last, error_status: {past_end: 404}}",
        "settings.error_status.past_end: has no effect: a page past the end is no error where past_end",
    ),
    "a status of an operation": (
        "settings: {error_status: {queryRecordHistory: {past_end: 404}}}",
        "settings.error_status.queryRecordHistory.past_end: has no effect",
    ),
}


@pytest.mark.parametrize(("text", "message"), IDLE.values(), ids=IDLE)
def test_a_key_without_effect_is_a_warning_that_says_what_is_missing(text: str, message: str) -> None:
    (found,) = warned(text)
    assert message in found


AT_WORK = {
    "per of counts": "rules: [{per: [userMobile], times: 1, respond: {status: 503}}]",
    "per of a chance": "rules: [{per: [userMobile], probability: 50%, respond: {status: 503}}]",
    "per of states": "rules: [{per: [userMobile], state: {is: start, becomes: b}, respond: {status: 503}}]",
    "per of a draw": "rules: [{per: [userMobile], one_of: [{weight: 2}, {respond: {status: 503}}]}]",
    "per of a count that is sent": 'rules: [{per: [userMobile], respond: {status: 503, body: "{{count}}"}}]',
    "two headers": "rules: [{headers: {A: c}, respond: {status: 503, headers: {B: d}}}]",
    "one header in two outcomes": (
        "rules: [{one_of: [{headers: {A: c}}, {respond: {status: 503, headers: {A: d}}}]}]"
    ),
    "a code of an error": "settings: {past_end: error, codes: {past_end: 5}, error_status: {past_end: 404}}",
    "a status of all": "settings: {error_status: 404}",
}


@pytest.mark.parametrize("text", AT_WORK.values(), ids=AT_WORK)
def test_a_key_that_has_an_effect_is_good(text: str) -> None:
    assert warned(text) == []
