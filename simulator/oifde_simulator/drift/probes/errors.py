"""What an error answer looks like."""

from __future__ import annotations

from typing import Any

from oifde_simulator.drift.judgement import Judgement, NotProbed, confirmed, judge, refuted, unclear
from oifde_simulator.drift.probes.credentials import unknown_key
from oifde_simulator.drift.redaction import said
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import QUERY, Survey, is_refused
from oifde_simulator.model.vendor_errors import BY_CODE
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.vendor_client import Reply

QUERY_TOKEN, QUERY_PARAMETER, GETTOKEN = "token", "parameter", "secret"
"""Kinds of errors, as the setting `error_status` has them; the last is one of gettoken."""


async def _errors(survey: Survey) -> dict[str, Reply]:
    """Collect one error of each kind. Raises NotProbed without any."""
    await survey.asker.token_reply()
    found = {
        QUERY_TOKEN: await survey.forged_token(),
        QUERY_PARAMETER: await survey.query(pageSize="7"),
        GETTOKEN: await unknown_key(survey),
    }
    errors = {kind: reply for kind, reply in found.items() if is_refused(reply)}
    if not errors:
        raise NotProbed("none of three wrong requests is refused")
    return errors


async def _query_errors(survey: Survey) -> list[Reply]:
    """Collect the errors of the query; a key that nobody has may have no settings of a tenant."""
    errors = await _errors(survey)
    return [reply for kind, reply in errors.items() if kind != GETTOKEN] or list(errors.values())


@probe("error-status", "errors of a forged token, a wrong parameter and an unknown key")
async def error_status(survey: Survey) -> Judgement:
    """Check that errors have status 200."""
    statuses = {kind: reply.status for kind, reply in (await _errors(survey)).items()}
    if set(statuses.values()) == {200}:
        return confirmed("errors of a token, of a parameter and of gettoken have HTTP 200")
    seen = ", ".join(f"{kind}: HTTP {status}" for kind, status in statuses.items())
    one = set(statuses.values())
    return refuted(seen, error_status=one.pop() if len(one) == 1 else statuses)


@probe("error-body", "the members of the same errors")
async def error_body(survey: Survey) -> Judgement:
    """Check that what the tables call mandatory is there in errors, empty."""
    differences: list[str] = []
    for kind, reply in (await _errors(survey)).items():
        operation = "gettoken" if kind == GETTOKEN else QUERY
        expected = {"errorCode": ..., "errorMsg": ..., **BY_NAME[operation].error_members}
        differences += [f"{operation} {text}" for text in _member_differences(survey, reply, expected)]
    distinct = list(dict.fromkeys(differences))
    bare = all(reply.fields.keys() <= {"errorCode", "errorMsg"} for reply in await _query_errors(survey))
    facts = {"error_body": "bare"} if distinct and bare else {}
    return judge(distinct, "errors have errorCode, errorMsg and the mandatory members, empty", **facts)


def _member_differences(survey: Survey, reply: Reply, expected: dict[str, Any]) -> list[str]:
    if not reply.fields:
        return [f"is no JSON object ({said(reply)})"]
    missing = [f"lacks {name}" for name in expected if name not in reply.fields]
    more = [f"has {survey.name(name)}" for name in reply.fields if name not in expected]
    other = [
        f"has another {name}"
        for name, value in expected.items()
        if value is not ... and name in reply.fields and reply.fields[name] != value
    ]
    return missing + more + other


@probe("error-message", "whether errorMsg of the same errors begins with the documented words")
async def error_message(survey: Survey) -> Judgement:
    """Check that errorMsg begins with the words that are documented for its code."""
    known = [reply for reply in (await _errors(survey)).values() if _documented(reply)]
    if not known:
        return unclear("no error has a documented code")
    if all(str(reply.fields.get("errorMsg")).startswith(_documented(reply)) for reply in known):
        told = [reply for reply in await _query_errors(survey) if _documented(reply)]
        if told and all(reply.fields.get("errorMsg") == _documented(reply) for reply in told):
            return refuted("errorMsg has the documented words and nothing else", error_message="documented")
        return confirmed("errorMsg begins with the documented words")
    return refuted("errorMsg has other words than the documented ones")


def _documented(reply: Reply) -> str:
    code = reply.error_code
    return BY_CODE[code].message if isinstance(code, int) and code in BY_CODE else ""
