"""Each guess is turned round in a second simulator: what can be seen is found, and nothing else."""

from __future__ import annotations

import pytest

from download_flips import DOWNLOAD_FLIPS
from drifting import ACCOUNT, START, InProcess, asked, drift, merged, refuted, target, verdicts
from flips import FLIPS, Flip
from oifde_simulator.drift.probes import in_order
from oifde_simulator.drift.registry import NOT_PROBED

ALL = FLIPS | DOWNLOAD_FLIPS


@pytest.mark.parametrize("flip", ALL.values(), ids=ALL)
async def test_a_flip_is_found_and_nothing_else(flip: Flip) -> None:
    result = await asked(InProcess(merged(flip.extra), turn=flip.turn, **flip.router), **flip.given)
    seen = {finding.key: finding.judgement.seen for finding in result.findings}
    assert refuted(result) == flip.found, {key: seen[key] for key in refuted(result) ^ flip.found}
    facts = {name: value for finding in result.findings for name, value in finding.judgement.facts.items()}
    assert facts == flip.facts


def test_every_probe_is_turned_round_once() -> None:
    hopeless = {"null-speech"}
    found = set().union(*(flip.found for flip in ALL.values()))
    assert {probe.key for probe in in_order()} - found == hopeless


@pytest.mark.slow(seconds=1)
async def test_a_target_without_a_flip_is_confirmed_over_real_sockets_within_the_budget() -> None:
    async with target() as url:
        result = await drift(url, most=88, account=ACCOUNT)
    assert refuted(result) == set()
    assert result.differences == []
    assert result.notes == []
    assert result.counts["confirmed"] >= 40
    assert {key for key, verdict in verdicts(result).items() if verdict == "not probed"} == {
        *NOT_PROBED, "account-lock",
    }  # fmt: skip


async def test_a_callid_is_enough() -> None:
    call = START
    engine = InProcess()
    page = await asked(engine)
    assert page.has_learnt
    call_id = (await engine.request("POST", *_plain(engine))).fields["recordList"][-1]["callId"]
    assert call_id.startswith(str(call))
    result = await asked(InProcess(), user=None, call_id=call_id)
    assert result.counts["confirmed"] == page.counts["confirmed"]


def _plain(engine: InProcess) -> tuple[str, bytes]:
    sent = [
        request
        for request in engine.asked
        if b"userMobile" in request.body and b"pageNum" not in request.body
    ]
    return sent[0].target, sent[0].body


async def test_every_request_is_sent_once() -> None:
    engine = InProcess()
    await asked(engine, account=ACCOUNT)
    bodies = [
        (request.method, request.target, request.body, str(request.headers)) for request in engine.asked
    ]
    repeated = {body for body in bodies if bodies.count(body) > 1}
    # The token is fetched twice, and the plain query asked again at the end, on purpose.
    assert len(repeated) <= 2
    assert len(bodies) <= 88
