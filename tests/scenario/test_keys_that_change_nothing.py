"""Keys of a good rule that change nothing are warned of with their place."""

# ruff: noqa: E501  (a case a line)

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader

DOWN = "respond: {status: 503}"
NOTHING = {
    f"per: [userMobile], {DOWN}": "1:15: rules[0].per: counts nothing: the rule has none",
    f"per: [client, client], times: 1, {DOWN}": '1:24: rules[0].per[1]: "client" stands here twice',
    f"per: [headers.X, headers.x], times: 1, {DOWN}": '1:27: rules[0].per[1]: "headers.x" stands here twice',
    "faults: [{latency: 0s}]": "1:19: rules[0].faults[0]: changes nothing: the latency is 0; write",
    "faults: [{latency: {fixed: 0ms}}]": "1:19: rules[0].faults[0]: changes nothing: the latency is 0",
    "faults: [reset, {cut: 100%}]": "1:26: rules[0].faults[1]: changes nothing: all of the answer is kept",
    "one_of: [{faults: [{cut: {share: 1.0}}]}]": "1:29: rules[0].one_of[0].faults[0]: changes nothing: all",
    "faults: [reset, reset]": "1:26: rules[0].faults[1]: changes nothing: reset stands before it already",
    "faults: [{cut: {bytes: 9}}, {cut: {bytes: 9}}]": "1:38: rules[0].faults[1]: changes nothing: cut stands before",
    "faults: [hang, {cut: 10%}]": "1:25: rules[0].faults[1]: changes nothing: hang before it sends no byte; remove one",
    "one_of: [{faults: [{latency: 1s}, swallow, gzip]}]": (
        "1:53: rules[0].one_of[0].faults[2]: changes nothing: swallow before it sends no byte; remove one"
    ),
    "state: {is: start, becomes: start}": '1:38: rules[0].state.becomes: changes nothing: "start" is the state',
}
SOMETHING = [
    "faults: [{latency: 1s}, {latency: 1s}]",
    "faults: [{latency: 1s}, gzip, gzip]",
    "faults: [hang, reset]",
    "faults: [hang, {latency: 1s}]",
    "faults: [{cut: 50%}, {cut: 50%}]",
    "faults: [{cut: {bytes: 500}}, {cut: {bytes: 100000}}]",
    "state: {is: start, becomes: start}, faults: [reset]",
    "state: {is: start, becomes: start}}, {faults: [reset]",
    f"per: [userMobile], times: 1, {DOWN}",
    "per: [userMobile], respond: {errorCode: 7, errorMsg: '{{ count }}'}",
    "per: [userMobile], one_of: [{weight: 1}, {weight: 1, faults: [reset]}]",
    "faults: [{latency: 1ms}, {cut: 99%}]",
    "faults: [{cut: {bytes: 1}}, {latency: {uniform: {min: 0s, max: 1s}}}]",
    "faults: [{cut: 0%}]",
    "faults: [{cut: 1.0}]",
]


def warnings(rule: str) -> list[str]:
    return list(loader.loads(f"rules: [{{{rule}}}]\n".encode(), "f.yaml", "f").warnings)


@pytest.mark.parametrize(("rule", "warning"), NOTHING.items(), ids=NOTHING)
def test_what_changes_nothing_is_warned_of(rule: str, warning: str) -> None:
    (found,) = warnings(rule)
    assert found.startswith(f"f.yaml:{warning}"), found


@pytest.mark.parametrize("rule", SOMETHING)
def test_what_changes_something_is_not(rule: str) -> None:
    assert warnings(rule) == []
