"""A rule whose count is skewed by an earlier one that takes some of its requests is warned of."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.lint.warnings import skewed_counts
from oifde_simulator.scenario.lint.warnings.shadowing import Scope

QUERIES = "match: {endpoint: queryRecordHistory}"
USER = 'match: {request: {userMobile: "1"}}'
DOWN = "respond: {status: 503}"
FAILS = "respond: {status: 500}"
AFTER = f"{{name: c, {QUERIES}, after: 10, state: {{is: start, becomes: down}}, {DOWN}}}"


def warned(*rules: str) -> list[str]:
    """List the warnings about counts."""
    source = "sessions: {generate: {}}\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    found = loader.loads(source.encode(), "acme.yaml", "acme").warnings
    return [str(each) for each in found if "leaves to it" in str(each)]


def test_an_outage_behind_a_rule_for_every_third_request() -> None:
    held = f"{{name: c2, state: {{is: down, for: 20s}}, {DOWN}}}"
    (warning,) = warned(f"{{name: a, {QUERIES}, every: 3, {FAILS}}}", AFTER, held)
    assert warning.startswith("acme.yaml:4:")
    assert "rules[1].after: counts only what a in line 3 leaves to it" in warning
    assert warning.endswith("to count all, put this rule before a")


@pytest.mark.parametrize(
    ("early", "late"),
    [
        (f"{QUERIES}, probability: 0.1, {FAILS}", f"{QUERIES}, every: 3, {DOWN}"),
        (f"{QUERIES}, probability: 0.1, {FAILS}", f"{QUERIES}, over: {{limit: 5, window: 1s}}, {DOWN}"),
        (f"{QUERIES}, times: 2, {FAILS}", f"{QUERIES}, after: 10, {DOWN}"),
        (f"{USER}, every: 3, {FAILS}", f"{QUERIES}, after: 10, {DOWN}"),
        (f"{QUERIES}, every: 3, {FAILS}", f"{USER}, after: 10, {DOWN}"),
        (f"every: 3, {FAILS}", f"{USER}, after: 10, {DOWN}"),
        (f"{QUERIES}, every: 3, {FAILS}", f"{QUERIES}, after: 10, times: 5, {DOWN}"),
    ],
    ids=["chance", "rate", "times", "of one user", "for one user", "of everything", "for some times"],
)
def test_counts_behind_rules_that_take_some(early: str, late: str) -> None:
    (warning,) = warned(f"{{name: a, {early}}}", f"{{name: c, {late}}}")
    assert "leaves to it" in warning


def test_a_delay_could_go_along() -> None:
    (warning,) = warned(f"{{name: a, {QUERIES}, every: 3, faults: [{{latency: 200ms}}]}}", AFTER)
    assert warning.endswith("put this rule before a, or give a also: true")


@pytest.mark.parametrize(
    "rules",
    [
        (AFTER, f"{{name: a, {QUERIES}, every: 3, {FAILS}}}"),
        (f"{{name: a, match: {{endpoint: gettoken}}, every: 3, {FAILS}}}", AFTER),
        (f"{{name: a, {QUERIES}, every: 3, also: true, faults: [{{latency: 200ms}}]}}", AFTER),
        (f"{{name: a, {QUERIES}, every: 3, state: {{is: down}}, {FAILS}}}", AFTER),
        (f"{{name: a, {QUERIES}, every: 3, window: {{from: 5s}}, {FAILS}}}", AFTER),
        (f"{{name: a, {USER}, {FAILS}}}", AFTER),
        (f"{{name: a, {QUERIES}, every: 3, {FAILS}}}", f"{{name: c, {QUERIES}, {DOWN}}}"),
        (f"{{name: a, {QUERIES}, every: 3, {FAILS}}}", f"{{name: c, {QUERIES}, every: 5, {DOWN}}}"),
        (f"{{name: a, {QUERIES}, times: 2, {FAILS}}}", f"{{name: c, {QUERIES}, every: 5, {DOWN}}}"),
        (
            f'{{name: a, match: {{request: {{userMobile: "2"}}}}, every: 3, {FAILS}}}',
            f"{{name: c, {USER}, after: 10, {DOWN}}}",
        ),
    ],
    ids=[
        "the other order", "of another operation", "along", "in another state", "in a window",
        "that takes all", "before one without a count", "either way", "for some times", "of another user",
    ],
)  # fmt: skip
def test_other_counts_are_not(rules: tuple[str, str]) -> None:
    assert not warned(*rules)


@pytest.mark.slow(seconds=1)
def test_many_rules_are_compared_with_a_bounded_number() -> None:
    rules = [f'{{match: {{headers: {{X: "{n}"}}}}, after: 1, times: 1, {DOWN}}}' for n in range(1000)]
    assert not warned(*rules)


def test_each_scope_is_read_once_for_all_its_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    early = [f'{{match: {{request: {{userMobile: "1{n}"}}}}, probability: 0.5, {FAILS}}}' for n in range(30)]
    late = [f'{{match: {{request: {{userMobile: "2{n}"}}}}, after: 2, {FAILS}}}' for n in range(30)]
    read: list[Scope] = []
    implied = Scope.with_endpoint
    monkeypatch.setattr(Scope, "with_endpoint", lambda scope: read.append(scope) or implied(scope))
    assert not warned(*early, *late)
    assert len(read) <= 2 * 60  # once each for shadows and for counts


def test_of_very_many_pairs_the_first_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    early = f"{{name: a, {QUERIES}, every: 3, {FAILS}}}"
    monkeypatch.setattr(skewed_counts, "MOST_PAIRS", 2)
    assert len(warned(early, *(f"{{{QUERIES}, after: {n}, {DOWN}}}" for n in range(2, 6)))) == 2
