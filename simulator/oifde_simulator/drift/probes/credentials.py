"""Who may ask: codes of refused credentials, and the order in which faults are found."""

from __future__ import annotations

from oifde_simulator.drift import ask
from oifde_simulator.drift.judgement import Judgement, NotProbed, confirmed, judge, refuted, unclear
from oifde_simulator.drift.redaction import code_text, said
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import FORGED_TOKEN, NOBODY, Survey, is_refused, same_code, same_error
from oifde_simulator.model.vendor_errors import KEY_UNKNOWN, KEY_WRONG, TOKEN_EXPIRED, TOKEN_INVALID
from oifde_simulator.vendor_client import Reply

WRONG_SECRETS = 5
"""Wrong secrets that are tried with --allow-lock."""
WRONG_SECRET = "drift-probe-wrong-secret"  # noqa: S105  wrong on purpose


@probe(
    "error-codes",
    "a token missing, null, empty and forged, and unknown tenants; `drift --allow-lock`: a wrong secret",
)
async def error_codes(survey: Survey) -> Judgement:
    """Check which code answers which fault of token or secret."""
    differences, codes = [], {}
    for name, (reply, expected) in (await _cases(survey)).items():
        if reply.succeeded:
            differences.append(f"{name}: it is accepted")
        elif reply.error_code != expected:
            differences.append(f"{name}: {code_text(reply.error_code)}, not {expected}")
            codes[KINDS[name]] = reply.error_code
    rest = "" if survey.allow_lock else "; a wrong secret was not tried (--allow-lock)"
    sendable = {name: code for name, code in codes.items() if code_text(code).isdecimal()}
    return judge(differences, f"all codes are as guessed{rest}", **({"codes": sendable} if sendable else {}))


KINDS = {
    "token missing": "token_missing",
    "token null": "token_missing",
    "token empty": "token_missing",
    "token forged": "token_unknown",
    "tenant unknown": "unknown_tenant",
    "key unknown": "unknown_app_key",
    "secret wrong": "wrong_secret",
}
"""Kind of error, as the setting `codes` has it, of each case."""


async def _cases(survey: Survey) -> dict[str, tuple[Reply, int]]:
    query, invalid, expired = survey.query, TOKEN_INVALID.code, TOKEN_EXPIRED.code
    await survey.asker.token_reply()
    cases = {
        "token missing": (await query(authToken=...), expired),
        "token null": (await query(authToken=None), expired),
        "token empty": (await query(authToken=""), expired),
        "token forged": (await survey.forged_token(), invalid),
        "tenant unknown": (await query(tenantId=NOBODY), invalid),
        "key unknown": (await unknown_key(survey), KEY_UNKNOWN.code),
    }
    if survey.allow_lock:
        cases["secret wrong"] = (await survey.asker.ask(_wrong_secret(survey)), KEY_WRONG.code)
    return cases


async def unknown_key(survey: Survey) -> Reply:
    """Ask for a token by a key that no account has, so that none can be locked."""
    return await survey.asker.ask(ask.gettoken(appKey=NOBODY, appSecret=WRONG_SECRET))


def _wrong_secret(survey: Survey) -> ask.Ask:
    return ask.gettoken(appKey=survey.asker.app_key, appSecret=WRONG_SECRET)


@probe("check-order", "a forged token with a wrong pageSize, and with a tenantId that is a number")
async def check_order(survey: Survey) -> Judgement:
    """Check which of two faults is answered."""
    token, parameter = await survey.forged_token(), await survey.wrong_parameter()
    if same_code(token, parameter) or not is_refused(token):
        return unclear(f"both faults alone are answered {said(token)}")
    both = await survey.query(authToken=FORGED_TOKEN, pageSize="7")
    typed = await survey.query(authToken=FORGED_TOKEN, tenantId=1)
    differences = []
    if not same_code(both, token):
        differences.append(f"a forged token and a wrong pageSize: {_which(both, parameter)}")
    if not await survey.is_parameter_error(typed):
        differences.append(f"a forged token and a tenantId that is a number: {said(typed)}")
    facts = {"check_order": "parameters"} if same_code(both, parameter) else {}
    return judge(differences, "type of tenantId before token, token before other parameters", **facts)


def _which(both: Reply, parameter: Reply) -> str:
    return "the parameter is answered first" if same_code(both, parameter) else said(both)


@probe("account-lock", "with `drift --allow-lock` only: five wrong secrets, then the right one")
async def account_lock(survey: Survey) -> Judgement:
    """Check whether wrong secrets lock the account."""
    if not survey.allow_lock:
        raise NotProbed("wrong secrets may lock the account; --allow-lock sends five")
    first = await survey.asker.ask(_wrong_secret(survey))  # the one of error-codes is the first in a row
    for sent in range(2, WRONG_SECRETS + 1):
        reply = await survey.asker.again(_wrong_secret(survey))
        if not same_error(reply, first):
            return refuted(f"wrong secret {sent} is answered {said(reply)}", lock_after=sent - 1)
    right = await survey.asker.again(ask.gettoken(appKey=survey.asker.app_key, appSecret=ask.SECRET))
    if not right.succeeded:
        return refuted(f"after {WRONG_SECRETS} wrong secrets the right one gets {said(right)}", lock_after=5)
    return unclear(f"{WRONG_SECRETS} wrong secrets lock nothing; more were not tried")


@probe("second-token", "the first token, used after a second gettoken")
async def second_token(survey: Survey) -> Judgement:
    """Check that a second gettoken does not end the first token."""
    plain = survey.query_ask(**await survey.selector())
    await survey.plain()
    before, after = await survey.asker.new_token()
    if before == after:
        return unclear("a second gettoken answers the same token")
    reply = await survey.asker.again(plain, before)
    if reply.succeeded:
        survey.last = reply
        return confirmed("the first token is good after a second gettoken")
    return refuted(f"the first token gets {said(reply)} after a second gettoken", single_token=True)
