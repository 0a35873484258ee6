"""How recordings are asked for: who may, by which body, and which code answers which fault."""

from __future__ import annotations

from oifde_simulator.drift.ask import encoded
from oifde_simulator.drift.downloads import (
    FORGED,
    NO_KEY,
    NOBODYS,
    REFUSED,
    SOME_FILE,
    STALE,
    VERSION,
    body,
    download_said,
    is_sound,
    result_code,
)
from oifde_simulator.drift.judgement import Judgement, NotProbed, confirmed, judge, refuted, unclear
from oifde_simulator.drift.redaction import said
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.settings import OWN_TENANT
from oifde_simulator.drift.survey import Survey
from oifde_simulator.oifde import contract
from oifde_simulator.vendor_client import Reply

UNAUTHORIZED = 401
LONGEST_NAME = 127
LARGEST_BODY = 1 << 20


@probe("unauthorized-body", "a download without Authorization, of a file that nobody has")
async def unauthorized_body(survey: Survey) -> Judgement:
    """Check that a download without Authorization gets 401 and the members of every failure."""
    reply = await _without_key(survey)
    if reply.status != UNAUTHORIZED:
        return refuted(f"without Authorization it gets {download_said(reply)}")
    expected = contract.fields("DownloadOiapRecordResponse")
    differences = [f"lacks {name}" for name in expected if name not in reply.fields]
    differences += [f"has {survey.name(name)}" for name in reply.fields if name not in expected]
    if not reply.fields:
        differences = [said(reply)]
    elif result_code(reply) != str(UNAUTHORIZED):
        differences.append(f"the answer is {download_said(reply)}")
    return judge(differences, "HTTP 401, with the members of every failure and resultCode 401")


async def _without_key(survey: Survey) -> Reply:
    """Ask without Authorization. Raises NotProbed where it is no service of downloads that answers."""
    reply = await survey.downloads.ask(body(), mark=None)
    answered = reply.fields and reply.status not in (404, 405)
    if not (answered or is_sound(reply) or reply.status in REFUSED or result_code(reply)):
        raise NotProbed(f"downloads get {said(reply)}; have they another host (--recordings-target)?")
    return reply


@probe(
    "any-authorization",
    "an access key that nobody has, and a time of long ago; not whose a key is",
)
async def any_authorization(survey: Survey) -> Judgement:
    """Check that a key that nobody has is refused, and that the time of a request is not judged."""
    good = await authorized(survey)
    nobodys = await survey.downloads.ask(body(), mark=NOBODYS)
    differences, facts = [], {}
    if nobodys.status != UNAUTHORIZED:
        differences.append(f"an access key that nobody has gets {download_said(nobodys)}")
        if result_code(nobodys) is not None and nobodys.status == 200:
            facts["recordings_tenant"] = OWN_TENANT
    if survey.downloads.signing == "good":
        stale = await survey.downloads.ask(body(), mark=STALE)
        if stale.status == UNAUTHORIZED and good.status != UNAUTHORIZED:
            differences.append("a time of long ago is refused with HTTP 401")
    return judge(differences, "a key that nobody has gets HTTP 401; times are not judged", **facts)


@probe("signature", "a download signed as guessed; `drift --allow-lock`: one with a wrong signature")
async def signature(survey: Survey) -> Judgement:
    """Check that a request signed as guessed is good, and that another signature is not."""
    downloads = survey.downloads
    if not downloads.account.key:
        raise NotProbed(NO_KEY)
    try:
        await authorized(survey)
    except NotProbed:
        if downloads.signing != "refused":
            raise
    if downloads.signing == "refused":
        if downloads.header_is_of_the_key:
            return refuted("signed as guessed it is refused, while the given Authorization is good")
        return unclear("signed as guessed it is refused: so is the guess wrong, or access key or secret key")
    if not survey.allow_lock:
        return unclear("signed as guessed it is good; a wrong signature was not tried (--allow-lock)")
    forged = await downloads.ask(body(), mark=FORGED)
    if forged.status == UNAUTHORIZED:
        return confirmed("signed as guessed it is good, and a wrong signature gets HTTP 401")
    return unclear(f"a wrong signature gets {download_said(forged)}, so signatures are not judged")


async def authorized(survey: Survey) -> Reply:
    """Ask for a file that nobody has, with Authorization. Raises NotProbed where that is refused."""
    if not survey.downloads.account:
        raise NotProbed(NO_KEY)
    await _without_key(survey)
    return await survey.downloads.ask(body())


@probe("nested-body", "the same fields inside `request` and `msgBody`, and at the top")
async def nested_body(survey: Survey) -> Judgement:
    """Check where version and fileName lie."""
    nested = await authorized(survey)
    flat = await survey.downloads.ask(encoded({"version": VERSION, "fileName": SOME_FILE}))
    inner, outer = _is_parameter_fault(nested), _is_parameter_fault(flat)
    if inner and not outer:
        return refuted(f"nested they get {download_said(nested)}, at the top {download_said(flat)}")
    if not inner and not outer:
        return refuted(f"at the top they are read too: {download_said(flat)}")
    if inner:
        return unclear(f"nested they get {download_said(nested)}, at the top {download_said(flat)}")
    return confirmed("inside request and msgBody they are read, at the top they are not")


def _is_parameter_fault(reply: Reply) -> bool:
    """Check for a code that says that a parameter is missing or wrong, rather than the file."""
    code = result_code(reply)
    return not is_sound(reply) and (code is None or "0300001" <= code <= "0300007")


FAULTS: dict[str, tuple[bytes, str, str]] = {
    "no request": (body(request=...), "", "0300001"),
    "version null": (body(version=None), "", "0300001"),
    "no fileName": (body(fileName=...), "", "0300001"),
    'fileName ""': (body(fileName=""), "", "0300002"),
    "fileName of 128 characters": (
        body(fileName=SOME_FILE.replace(".wav", "0" * (LONGEST_NAME + 1 - len(SOME_FILE)) + ".wav")),
        "",
        "0300003",
    ),
    "fileName a number": (body(fileName=7), "", "0300004"),
    "another form of path": (body(fileName="driftprobe.wav"), "", "0300004"),
    "version 1.0": (body(version="1.0"), "", "0300006"),
    "no msgBody": (body(message=...), "", "0300007"),
    "neither request nor msgBody": (body(request=..., message=...), "", "0300001"),
    "a day that is none": (body(fileName=SOME_FILE.replace("20200101", "20201350")), "", "0300010"),
    "locationId in words": (body(), "?locationId=drift", "0300004"),
}
"""Bodies and queries with one fault, or with two, and the code that each gets here."""


@probe(
    "download-codes", "twelve wrong requests: fields missing, null, empty, too long, of another type or form"
)
async def download_codes(survey: Survey) -> Judgement:
    """Check which code answers which fault of a parameter."""
    await authorized(survey)
    differences = []
    for what, (octets, query, expected) in FAULTS.items():
        reply = await survey.downloads.ask(octets, query=query)
        if (reply.status, result_code(reply)) != (200, expected):
            differences.append(f"{what}: {download_said(reply)}, not {expected}")
    return judge(differences, f"all {len(FAULTS)} codes are as guessed")


@probe("download-not-json", "plain text, nothing, a body of more than 1 MiB, and a GET")
async def download_not_json(survey: Survey) -> Judgement:
    """Check what a body gets that is no JSON object, what a large one, and another method."""
    await authorized(survey)
    ask = survey.downloads.ask
    cases = {
        "plain text": (await ask(b"drift probe"), 200, "0300004"),
        "nothing": (await ask(b""), 200, "0300007"),
        "more than 1 MiB": (await ask(body(), length=LARGEST_BODY + 1), 413, "0300004"),
        "a GET": (await ask(None, method="GET"), 405, "0300004"),
    }
    differences = [
        f"{what}: {download_said(reply)}"
        for what, (reply, status, code) in cases.items()
        if (reply.status, result_code(reply)) != (status, code)
    ]
    return judge(differences, "HTTP 200 with 0300004 or 0300007, 413 and 405 with 0300004")
