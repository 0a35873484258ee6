"""What a query finds, in which order, and on which page."""

from __future__ import annotations

from itertools import pairwise

from oifde_simulator.drift.calls import calls
from oifde_simulator.drift.judgement import Judgement, NotProbed, confirmed, refuted, unclear
from oifde_simulator.drift.redaction import said
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey, is_refused
from oifde_simulator.vendor_client import Reply

OTHER = "0"
"""A userMobile or callId that no session has."""


@probe("order", "the order of `startTime` on the first page")
async def order(survey: Survey) -> Judgement:
    """Check that the newest session is first."""
    starts = [start for call in await survey.calls() if (start := call.instant("startTime")) is not None]
    if len(set(starts)) < 2:
        return unclear("fewer than two sessions with different startTime are found")
    if all(one >= other for one, other in pairwise(starts)):
        return confirmed(f"{len(starts)} sessions, the newest startTime first")
    if all(one <= other for one, other in pairwise(starts)):
        return refuted("the oldest startTime is first", order="oldest")
    return refuted(f"{len(starts)} sessions are not in the order of startTime", order="none")


@probe("past-the-end", 'the plain query with `"pageNum": "999"`')
async def past_the_end(survey: Survey) -> Judgement:
    """Check what is on a page past the end."""
    total = await survey.total()
    reply = await survey.query(pageNum="999")
    if not reply.succeeded:
        return refuted(said(reply), past_end="error")
    records = reply.fields.get("recordList")
    if records == [] and reply.fields.get("total") == total:
        return confirmed("no records, the same total, success")
    if records:
        return _other_page(reply, await survey.plain())
    facts = {"past_end": "zero-total"} if reply.fields.get("total") == 0 else {}
    return refuted(f"{said(reply)}, no records", **facts)


def _other_page(reply: Reply, plain: Reply) -> Judgement:
    """Say which page came in the place of one past the end."""
    if calls(reply) == calls(plain):
        if plain.fields.get("total") == len(calls(plain)):
            return refuted("the only page comes again", past_end="last")
        return refuted("the first page comes again", past_end="first")
    return refuted("another page comes", past_end="last")


@probe("selectors", "queries with selectors that disagree, and with `+86` or a blank at a number")
async def selectors(survey: Survey) -> Judgement:
    """Check that all selectors must hold, character by character."""
    user, call_id = await _known(survey)
    by_user = (await survey.only(userMobile=user, callId=OTHER)).fields.get("total")
    by_call = (await survey.only(userMobile=OTHER, callId=call_id)).fields.get("total")
    if by_user is None or by_call is None:
        return unclear("queries with two selectors are refused")
    if by_user or by_call:
        which = "any" if by_user and by_call else "first" if by_user else "call-first"
        return refuted(WINNERS[which], selectors=which)
    if found := await _normalised(survey, user):
        return refuted(f"{found} is the same number", selectors="normalised")
    return confirmed("selectors that disagree find nothing, nor does a number with +86 or a blank")


WINNERS = {
    "any": "one of two selectors is enough",
    "first": "userMobile decides, and callId is not looked at",
    "call-first": "callId decides, and userMobile is not looked at",
}


async def _known(survey: Survey) -> tuple[str, str]:
    """Find a number and the callId of one of its sessions."""
    found = next((text for call in await survey.calls() if (text := call.text("callId"))), None)
    if survey.user is None or found is None:
        raise NotProbed("no number is known whose session has a callId")
    return survey.user, found


async def _normalised(survey: Survey, user: str) -> str:
    for written, what in ((f"+86{user}", "a number with +86"), (f"{user} ", "a number with a blank")):
        if calls(await survey.only(userMobile=written)):
            return what
    return ""


@probe("field-lengths", "a callId of 65 characters with a ctiCallId of 33")
async def field_lengths(survey: Survey) -> Judgement:
    """Check that an ID longer than documented finds nothing."""
    await survey.plain()
    reply = await survey.only(callId="0" * 65, ctiCallId="0" * 33)
    if is_refused(reply):
        return refuted(said(reply), long_ids="refuse")
    if reply.succeeded and reply.fields.get("total") == 0:
        return confirmed("nothing is found, and there is no error")
    return refuted(said(reply)) if reply.succeeded else unclear(said(reply))
