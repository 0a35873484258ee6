"""What gettoken answers, and what ends a token."""

from __future__ import annotations

import re

from oifde_simulator.drift.judgement import Judgement, NotProbed, confirmed, judge, refuted, unclear
from oifde_simulator.drift.probes.credentials import unknown_key
from oifde_simulator.drift.redaction import type_name
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey, is_refused
from oifde_simulator.vendor_client import Reply

HOUR = 3600
LONGEST = 10**8
"""Seconds; a longer number may be one of another kind."""


async def _good(survey: Survey) -> Reply:
    reply = await survey.asker.token_reply()
    if not reply.succeeded:
        raise NotProbed("there is no token")
    return reply


@probe("gettoken-answer", "members of gettoken's answers, of a good one and of a failure")
async def gettoken_answer(survey: Survey) -> Judgement:
    """Check errorMsg of a success, and expireTime of both."""
    reply, failed = await _good(survey), await unknown_key(survey)
    differences = []
    if reply.fields.get("errorMsg", "") != "":
        differences.append("errorMsg of a success is not empty")
    if type(reply.fields.get("expireTime", HOUR)) is not int:
        differences.append(f"expireTime is {type_name(reply.fields.get('expireTime'))}")
    if is_refused(failed) and "expireTime" in failed.fields:
        differences.append("a failure has expireTime")
    return judge(differences, 'errorMsg is "" on success, expireTime an integer, not there in a failure')


@probe("token-form", "the form of the token, which is not shown")
async def token_form(survey: Survey) -> Judgement:
    """Check that a token is 32 hex characters."""
    token = (await _good(survey)).fields.get("authToken")
    if isinstance(token, str) and re.fullmatch("[0-9a-f]{32}", token):
        return confirmed("32 lowercase hex characters")
    return refuted("it is not 32 lowercase hex characters")


@probe("token-lifetime", "expireTime of gettoken")
async def token_lifetime(survey: Survey) -> Judgement:
    """Check that a token lasts an hour, as far as gettoken says so."""
    lifetime = (await _good(survey)).fields.get("expireTime")
    if type(lifetime) is not int or not 0 < lifetime < 2**31:
        return unclear("there is no expireTime that is an integer")
    if lifetime == HOUR:
        return confirmed("expireTime is 3600")
    if lifetime > LONGEST:
        return refuted("expireTime is more than three years")
    return refuted(f"expireTime is {lifetime}", token_lifetime=lifetime)
