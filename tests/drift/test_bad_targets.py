"""A target that misbehaves, or does not let us in: one clear line, and what was learnt is kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from drifting import SECRET, USER, InProcess, asked, merged, refuted, verdicts
from oifde_simulator.drift.run import CHANGED, TOKEN_ENDED
from oifde_simulator.drift.survey import NO_SESSIONS
from oifde_simulator.model.http import Request
from oifde_simulator.vendor_client import BudgetSpent, Reply, TargetError, Unreachable

SILENT = "https://x gives no whole answer within 30 s; --timeout changes that"


class Failing(InProcess):
    """A target whose answers may be exceptions."""

    def __init__(
        self, text: str = merged(""), *, fails: Callable[[Request], Exception | None], **given: Any
    ) -> None:
        super().__init__(text, **given)
        self._fails = fails

    async def request(self, *given: Any) -> Reply:
        """Answer, or fail."""
        reply = await super().request(*given)
        if error := self._fails(self.asked[-1]):
            raise error
        return reply


ALWAYS_REFUSED = """
rules: [{name: "no", match: {request: {userMobile: true}}, respond: {error: internal-error}}]
"""
CHECK_TARGET = "there is no token; check --target"
NO_TOKEN: dict[str, tuple[Reply, str]] = {
    "a redirect": (Reply(302, (("Location", "https://y"),), b""), f"HTTP 302, no body; {CHECK_TARGET}"),
    "a page": (Reply(200, (), b"<html>"), f"HTTP 200, a body that is no JSON object; {CHECK_TARGET}"),
    "another service": (Reply(404, (), b'{"error": "x"}'), "HTTP 404, no errorCode; there is no token"),
    "too many requests": (Reply(429, (), b""), "HTTP 429, no body: something in front of the service"),
    "no token in it": (Reply(200, (), b'{"errorCode": 0}'), "HTTP 200, errorCode 0; there is no token"),
    "a token that is a number": (Reply(200, (), b'{"errorCode": 0, "authToken": 7}'), "there is no token"),
}


@pytest.mark.parametrize(("reply", "words"), NO_TOKEN.values(), ids=NO_TOKEN)
async def test_without_a_token_the_run_ends_in_one_line(reply: Reply, words: str) -> None:
    target = InProcess(turn=lambda _request, _reply: reply)
    result = await asked(target)
    assert words in result.problem
    assert "\n" not in result.problem
    assert not result.has_learnt
    assert len(target.asked) == 1


async def test_a_wrong_secret_is_sent_once() -> None:
    target = InProcess()
    result = await asked(target, secret="another")
    assert result.problem == (
        "gettoken answers HTTP 200, errorCode 200800002; there is no token; "
        "check tenant, --app-key and secret"
    )
    assert len(target.asked) == 1
    assert set(verdicts(result).values()) == {"not probed"}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unreachable(SILENT), SILENT),
        (Unreachable("https://x answers what is no HTTP (s3cret)"), "https://x answers what is no HTTP"),
        (TargetError("https://x answers more than 32 MiB to one request"), "more than 32 MiB"),
    ],
)
async def test_a_target_that_cannot_be_asked_is_asked_once(error: Exception, words: str) -> None:
    target = Failing(fails=lambda _: error)
    result = await asked(target)
    assert result.problem == f"no token is got: {words}" or words in result.problem
    assert SECRET not in result.problem
    assert "s3cret" not in result.problem
    assert len(target.asked) == 1


async def test_a_target_that_stops_answering_is_left_alone_and_what_was_learnt_is_kept() -> None:
    target = Failing(fails=lambda _: Unreachable(SILENT) if len(target.asked) > 20 else None)
    result = await asked(target)
    assert len(target.asked) == 23
    assert result.has_learnt
    assert result.counts["unreachable"] >= 3
    assert not result.problem


def is_plain(request: Request) -> bool:
    """Check for the query without any mistake."""
    fields = rb'\{"tenantId": "acme", "authToken": "[0-9a-f]{32}", "userMobile": "%b"\}' % USER.encode()
    return request.target.endswith("/queryRecordHistory") and re.fullmatch(fields, request.body) is not None


async def test_one_answer_of_a_gigabyte_is_asked_for_once() -> None:
    error = TargetError("https://x answers more than 32 MiB to one request")
    target = Failing(fails=lambda request: error if is_plain(request) else None)
    await asked(target)
    assert sum(map(is_plain, target.asked)) == 1


async def test_an_unknown_user_costs_what_is_about_sessions_only() -> None:
    result = await asked(InProcess(), user="18099999999")
    assert refuted(result) == set()
    assert result.notes == [NO_SESSIONS]
    assert result.counts["confirmed"] > 20
    assert verdicts(result)["time-zone"] == "not probed"


async def test_a_query_that_is_always_refused_is_told_once_at_the_end() -> None:
    target = InProcess(merged(ALWAYS_REFUSED))
    result = await asked(target)
    assert result.notes == ["a query without any mistake is answered HTTP 200, errorCode 10000001"]
    assert verdicts(result)["numbers"] == "not probed"
    assert "order" not in refuted(result)


async def test_a_disabled_flag_looks_the_same() -> None:
    result = await asked(InProcess(merged("tenant: {flow_record: false}")))
    assert refuted(result) == set()
    assert result.notes == [NO_SESSIONS]


async def test_the_budget_ends_requests_and_not_the_report() -> None:
    target = Failing(fails=lambda _: BudgetSpent("spent") if len(target.asked) > 12 else None)
    result = await asked(target)
    assert result.has_learnt
    assert result.counts["refuted"] == 0
    assert {finding.judgement.seen for finding in result.findings if finding.key == "limits"} == {"spent"}


async def test_an_interrupted_run_has_what_it_has_learnt() -> None:
    target = Failing(fails=lambda _: asyncio.CancelledError() if len(target.asked) > 30 else None)  # type: ignore[arg-type,return-value]
    from drifting import Result

    kept: list[Result] = []
    with pytest.raises(asyncio.CancelledError):
        await asked(target, kept=kept)
    assert kept[0].interrupted
    assert kept[0].has_learnt
    assert len(kept[0].findings) == len(verdicts(kept[0])) > 50


@pytest.mark.parametrize("status", [418, 429, 502, 503, 504])
async def test_what_stands_in_front_refutes_nothing(status: int) -> None:
    def sometimes(request: Request, reply: Reply) -> Reply:
        odd = b"pageNum" in request.body or b"driftProbe" in request.body
        return Reply(status, (), b"<html>") if odd else reply

    result = await asked(InProcess(turn=sometimes))
    assert refuted(result) == set()
    assert verdicts(result)["numbers"] == "unclear"


async def test_a_token_that_ends_amid_the_run_is_told() -> None:
    def ended(request: Request, reply: Reply) -> Reply:
        good = reply.succeeded and len(target.asked) > 50 and "queryRecord" in request.target
        return replace(reply, body=b'{"errorCode": 900001}') if good else reply

    target = InProcess(turn=ended)
    assert TOKEN_ENDED in (await asked(target)).notes


async def test_new_calls_amid_the_run_are_told() -> None:
    def grown(request: Request, reply: Reply) -> Reply:
        return (
            replace(reply, body=reply.body.replace(b'"total":2', b'"total":3'))
            if len(target.asked) > 50
            else reply
        )

    target = InProcess(turn=grown)
    assert CHANGED in (await asked(target)).notes


async def test_a_token_is_fetched_again_before_it_ends() -> None:
    seconds = iter(range(0, 100_000, 10))
    target = InProcess(merged("tenant: {token_lifetime: 60}"))
    result = await asked(target, time=lambda: float(next(seconds)))
    assert refuted(result) == {"token-lifetime"}
    assert sum(b"s3cret" in request.body for request in target.asked) > 10
