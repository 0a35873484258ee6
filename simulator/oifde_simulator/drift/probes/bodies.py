"""How the body of a request is read: media type, charset, JSON, compression."""

from __future__ import annotations

import json

from oifde_simulator.drift import ask
from oifde_simulator.drift.judgement import Judgement, NotProbed, confirmed, judge, refuted
from oifde_simulator.drift.redaction import said
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import QUERY, Survey, is_refused, same_error
from oifde_simulator.vendor_client import Reply

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NOT_JSON = {
    "plain text": b"drift probe",
    "nothing": b"",
    "no UTF-8": b'{"tenantId": "\xff"}',
    "a list": b"[]",
}
"""Bodies that are no JSON object in UTF-8."""
BAD_JSON_STATUS = 400


@probe("content-type", "the plain query as text/plain and without the header, and one in GBK")
async def content_type(survey: Survey) -> Judgement:
    """Check that a wrong or missing Content-Type changes nothing."""
    await survey.plain()
    differences, facts = [], {}
    for what, header in (("text/plain", "text/plain"), ("no Content-Type", None)):
        reply = await survey.variant(headers=(("Content-Type", header),))
        if not await survey.same(reply):
            differences.append(f"{what} gets {said(reply)}")
    if (await _in_gbk(survey)).succeeded:
        differences.append("a body in GBK is read as its Content-Type says")
        facts["charset"] = "declared"
    return judge(differences, "text/plain or no Content-Type changes nothing, and a body is UTF-8", **facts)


async def _in_gbk(survey: Survey) -> Reply:
    fields = {"tenantId": survey.tenant, "authToken": ask.TOKEN, "callId": "中文"}
    body = json.dumps(fields, ensure_ascii=False).encode("gbk")
    headers = (("Content-Type", "application/json; charset=GBK"),)
    return await survey.asker.ask(ask.Ask(ask.path_of(QUERY), body, headers=headers))


async def not_json_reply(survey: Survey) -> Reply:
    """Answer to plain text."""
    await survey.asker.token_reply()
    return await survey.asker.ask(ask.Ask(ask.path_of(QUERY), NOT_JSON["plain text"]))


@probe("not-json", "plain text, nothing, bytes that are no UTF-8, and a list")
async def not_json(survey: Survey) -> Judgement:
    """Check that what is not JSON gets 400, and the code of wrong parameters."""
    await survey.asker.token_reply()
    differences, statuses = [], set()
    for what, body in NOT_JSON.items():
        reply = await survey.asker.ask(ask.Ask(ask.path_of(QUERY), body))
        statuses.add(reply.status)
        if reply.status != BAD_JSON_STATUS or not await survey.is_parameter_error(reply):
            differences.append(f"{what} gets {said(reply)}")
    one = statuses.pop() if len(statuses) == 1 else BAD_JSON_STATUS
    facts = {"bad_json_status": one} if one != BAD_JSON_STATUS else {}
    return judge(differences, f"HTTP {BAD_JSON_STATUS}, with the code of a wrong parameter", **facts)


@probe("json-strictness", "the plain query with a key twice, and with a byte order mark")
async def json_strictness(survey: Survey) -> Judgement:
    """Check that a key that comes twice, and a byte order mark, are as wrong as plain text."""
    await survey.plain()
    bad = await not_json_reply(survey)
    body = survey.body(**await survey.selector())
    twice = body.removesuffix(b"}") + b', "pageNum": "1", "pageNum": "1"}'
    differences, facts = [], dict[str, str]()
    for what, octets in (("a key twice", twice), ("a byte order mark", BYTE_ORDER_MARK + body)):
        reply = await survey.variant(body=octets)
        if reply.succeeded:
            differences.append(f"{what} is accepted")
            facts |= {"byte_order_mark": "accept"} if octets is not twice else {}
        elif not same_error(reply, bad):
            differences.append(f"{what} gets {said(reply)}")
    return judge(differences, "both are answered like a body that is not JSON", **facts)


@probe("compression", "the plain query as gzip")
async def compression(survey: Survey) -> Judgement:
    """Check that a compressed request is understood, and answers are not compressed."""
    plain = await survey.plain()
    differences = []
    reply = await survey.variant(compressed=True)
    if not await survey.same(reply):
        differences.append(f"a query as gzip gets {said(reply)}")
    if plain.header("Content-Encoding") is not None:
        differences.append("answers are compressed")
    return judge(differences, "a query as gzip is understood, and answers are not compressed")


@probe("monitor-body", "servicemonitor with plain text")
async def monitor_body(survey: Survey) -> Judgement:
    """Check that servicemonitor does not look at a body."""
    plain = await _health(survey)
    reply = await survey.asker.ask(ask.monitor("POST", NOT_JSON["plain text"]))
    if (reply.status, reply.fields.keys()) == (plain.status, plain.fields.keys()):
        return confirmed("plain text gets the same answer as no body")
    return refuted(f"plain text gets {said(reply)}")


@probe("deadlock-spelling", "how the answer of servicemonitor spells it")
async def deadlock_spelling(survey: Survey) -> Judgement:
    """Check that the health answer spells deadlock, not deadload."""
    found = (await _health(survey)).fields.get("jvm")
    names = found.keys() if isinstance(found, dict) else ()
    if "deadlock" in names:
        return confirmed("it is spelled deadlock")
    return refuted(
        "it is spelled deadload" if "deadload" in names else "neither deadlock nor deadload is there"
    )


async def _health(survey: Survey) -> Reply:
    """Ask for the health of the server. Raises NotProbed where there is no good answer."""
    reply = await survey.asker.ask(ask.monitor())
    if reply.status != 200 or is_refused(reply) or not reply.fields:
        raise NotProbed(f"servicemonitor answers {said(reply)}")
    return reply
