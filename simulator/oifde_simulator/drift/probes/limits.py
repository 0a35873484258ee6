"""How large a body may be, and which headers answers have."""

from __future__ import annotations

from oifde_simulator.drift.judgement import Judgement, NotProbed, judge, unclear
from oifde_simulator.drift.redaction import media_type, said
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey, same_error
from oifde_simulator.model.http import JSON_UTF8
from oifde_simulator.vendor_client import Reply

LIMIT = 1 << 20
"""Bytes of the largest body that is read here."""
TOO_LARGE = 413
HEADERS = ("content-type", "server", "date", "content-length", "connection")
"""Headers of an honest answer."""


async def _padded(survey: Survey, length: int) -> Reply:
    """Ask the plain query in a body of so many bytes, blanks at its end."""
    return await survey.variant(length=length)


@probe("limits", "the plain query, padded to 1 MiB and to one byte more; nothing else is tried")
async def limits(survey: Survey) -> Judgement:
    """Check how large a body may be."""
    await survey.plain()
    differences = []
    if not await survey.same(within := await _padded(survey, LIMIT)):
        differences.append(f"a body of 1 MiB gets {said(within)}")
    elif await survey.same(await _padded(survey, LIMIT + 1)):
        differences.append("a body of more than 1 MiB is accepted")
    return judge(differences, "a body of 1 MiB is accepted and a larger one is not; no other limit was tried")


@probe("body-status", "the answer to that larger body; one that does not come is not tried")
async def body_status(survey: Survey) -> Judgement:
    """Check what a body over the limit gets."""
    wrong = await survey.wrong_parameter()
    reply = await _padded(survey, LIMIT + 1)
    if reply.succeeded:
        return unclear("a body of more than 1 MiB is accepted")
    if same_error(reply, wrong):
        raise NotProbed("bodies of any size are answered like a wrong parameter")
    good = reply.status == TOO_LARGE and await survey.is_parameter_error(reply)
    return judge([] if good else [said(reply)], "HTTP 413 with the code of a wrong parameter")


@probe("response-headers", "the headers of the plain query's answer")
async def response_headers(survey: Survey) -> Judgement:
    """Check which headers an answer has."""
    reply = await survey.plain()
    names = {name.lower(): name for name, _ in reply.headers}
    missing = [name for name in HEADERS if name not in names and name != "connection"]
    more = [survey.name(name) for lower, name in names.items() if lower not in HEADERS]
    content_type = reply.header("Content-Type")
    changed: dict[str, str | None] = {"Server": None} if "server" in missing else {}
    differences = [f"no {name}" for name in missing if name != "content-type"]
    differences += [f"{name} too" for name in dict.fromkeys(more)]
    if content_type != dict(JSON_UTF8)["Content-Type"]:
        differences.append(media_type(content_type))
        changed |= {"Content-Type": content_type} if content_type == media_type(content_type) else {}
    facts = {"response_headers": changed} if changed else {}
    return judge(differences, "Content-Type, Server, Date and Content-Length, as guessed", **facts)
