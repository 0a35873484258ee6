"""What is the same path, and what another path or method gets."""

from __future__ import annotations

from typing import Any

from oifde_simulator.drift import ask
from oifde_simulator.drift.judgement import Judgement, judge
from oifde_simulator.drift.redaction import said
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import QUERY, Survey
from oifde_simulator.vendor_client import Reply

FOLDER, NAME = ask.path_of(QUERY).rsplit("/", 1)
SAME = {"a query string": f"{FOLDER}/{NAME}?drift=1", "percent-encoding": f"{FOLDER}/%71{NAME[1:]}"}
"""Paths that are the same here."""
OTHER = {
    "another case": f"{FOLDER}/{NAME.lower()}",
    "a doubled slash": f"{FOLDER}//{NAME}",
    "a slash at the end": f"{FOLDER}/{NAME}/",
}
"""Paths that are others here."""
FACTS = {"a doubled slash": "repeated_slashes", "a slash at the end": "trailing_slash"}


@probe("other-path", "a POST to an unknown path, and a GET of the query's")
async def other_path(survey: Survey) -> Judgement:
    """Check what another path and another method get."""
    await survey.asker.token_reply()
    path = await survey.variant(path=f"{FOLDER}/driftProbe")
    method = await survey.variant(method="GET", body=None)
    differences = [
        f"another {what} gets {said(reply)}"
        for what, reply, status in (("path", path, 404), ("method", method, 405))
        if reply.status != status or not await survey.is_parameter_error(reply)
    ]
    if method.status == 405 and method.header("Allow") is None:
        differences.append("HTTP 405 has no Allow")
    return judge(differences, "HTTP 404, and 405 with Allow, both with the code of a wrong parameter")


@probe("path-form", "the plain query at five spellings of its path")
async def path_form(survey: Survey) -> Judgement:
    """Check which spellings of a path are the same."""
    await survey.plain()
    differences, facts = [], dict[str, Any]()
    for what, path in SAME.items():
        reply = await survey.variant(path=path)
        differences += [] if await survey.same(reply) else [_got(what, reply)]
    for what, path in OTHER.items():
        reply = await survey.variant(path=path)
        if reply.succeeded:
            differences.append(f"{what} makes the same path")
            facts |= {FACTS[what]: "accept"} if what in FACTS else {}
    return judge(differences, "query string and escapes are the same path; case and slashes others", **facts)


def _got(what: str, reply: Reply) -> str:
    return f"{what} gets {said(reply)}"
