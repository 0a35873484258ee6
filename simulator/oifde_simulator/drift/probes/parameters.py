"""How parameters of a query are read."""

from __future__ import annotations

from typing import Any

from oifde_simulator.drift import ask
from oifde_simulator.drift.judgement import Judgement, confirmed, judge, refuted, unclear
from oifde_simulator.drift.probes.credentials import WRONG_SECRET
from oifde_simulator.drift.redaction import code_text, said
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey, is_refused, same_error
from oifde_simulator.model.vendor_errors import PARAMETER_INCORRECT

FAULTS: dict[str, dict[str, Any]] = {
    "no selector": {"userMobile": ..., "callId": ...},
    "wrong type": {"pageSize": []},
    "wrong format": {"beginTime": "2026/01/31"},
    "out of range": {"pageSize": "7"},
}
"""Changes of the plain query that each make one fault of a parameter."""


@probe("parameter-code", "no selector, a wrong type, a wrong format and a pageSize out of range")
async def parameter_code(survey: Survey) -> Judgement:
    """Check that every fault of a parameter is 10000002."""
    differences = []
    await survey.plain()
    for name, changes in FAULTS.items():
        reply = await survey.query(**changes)
        if reply.error_code != PARAMETER_INCORRECT.code:
            what = "it is accepted" if reply.succeeded else f"{code_text(reply.error_code)}"
            differences.append(f"{name}: {what}")
    return judge(differences, "all four are 10000002", **await _codes(survey))


async def _codes(survey: Survey) -> dict[str, Any]:
    """Tell the codes of a missing parameter and of wrong ones, where they are others than guessed."""
    missing, *wrong = [(await survey.query(**changes)).error_code for changes in FAULTS.values()]
    found = {"parameter": wrong[0]} if len(set(wrong)) == 1 and _is_another(wrong[0]) else {}
    if _is_another(missing) and missing != found.get("parameter"):
        found["parameter_missing"] = missing
    return {"codes": found} if found else {}


def _is_another(code: object) -> bool:
    return code_text(code).isdecimal() and code not in (0, PARAMETER_INCORRECT.code)


@probe("numbers", 'the plain query with `"pageNum": 1`')
async def numbers(survey: Survey) -> Judgement:
    """Check that a number is refused where the table says String."""
    await survey.plain()
    reply = await survey.query(pageNum=1)
    if reply.succeeded:
        return refuted('"pageNum": 1 is accepted', numbers="accept")
    return confirmed('"pageNum": 1 is refused') if is_refused(reply) else unclear(said(reply))


@probe("unknown-fields", "the plain query with one more field")
async def unknown_fields(survey: Survey) -> Judgement:
    """Check that a field that the table does not name is ignored."""
    await survey.plain()
    reply = await survey.query(driftProbe="1")
    if is_refused(reply):
        return refuted(f"a field more gets {said(reply)}", unknown_fields="refuse")
    good = await survey.same(reply)
    return confirmed("a field more changes nothing") if good else refuted(f"a field more gets {said(reply)}")


@probe("page-number", '`"pageNum"` of `"0"`, `"01"`, `"1000000000"` and `"999999999"`')
async def page_number(survey: Survey) -> Judgement:
    """Check how a page number may be written."""
    await survey.plain()
    differences = []
    refusals = {"0": True, "01": True, "1000000000": True, "999999999": False}
    if is_refused(await survey.query(pageNum="999")):
        del refusals["999999999"]  # refused as a page past the end, so its form is not told
    for text, refused in refusals.items():
        reply = await survey.query(pageNum=text)
        if is_refused(reply) != refused:
            differences.append(f'"{text}" is {"accepted" if reply.succeeded else f"answered {said(reply)}"}')
    loose = {"page_numbers": "loose"} if '"01" is accepted' in differences else {}
    return judge(differences, "a leading zero, 0 and ten digits are refused, nine digits accepted", **loose)


@probe("empty-fields", 'null and `""` in optional fields, in tenantId and in appKey')
async def empty_fields(survey: Survey) -> Judgement:
    """Check that null and "" count as not sent in optional fields, and are faults in the others."""
    await survey.plain()
    await survey.wrong_parameter()
    differences, refusals = [], 0
    for what, value in (("null", None), ('""', "")):
        reply = await survey.query(beginTime=value, ctiCallId=value)
        refusals += is_refused(reply)
        if not await survey.same(reply):
            differences.append(f"{what} in optional fields gets {said(reply)}")
    tenant = await survey.query(tenantId="")
    key = await survey.asker.ask(ask.gettoken(appKey="", appSecret=WRONG_SECRET))
    for name, reply in (("tenantId", tenant), ("appKey", key)):
        if not await survey.is_parameter_error(reply):
            differences.append(f'"" as {name} gets {said(reply)}')
    facts = {"empty_fields": "refuse"} if refusals == 2 else {}
    return judge(differences, 'null and "" are as not sent, and in tenantId and appKey wrong ones', **facts)


@probe("reversed-times", "a beginTime after its endTime")
async def reversed_times(survey: Survey) -> Judgement:
    """Check that a range that ends before its beginning is refused."""
    wrong = await survey.wrong_parameter()
    reply = await survey.query(beginTime="2021-04-17 00:00:00", endTime="2021-04-16 00:00:00")
    if same_error(reply, wrong):
        return confirmed("it is refused like any wrong parameter")
    nothing = reply.succeeded and reply.fields.get("recordList") == []
    return refuted(f"it is answered {said(reply)}", **({"reversed_times": "empty"} if nothing else {}))
