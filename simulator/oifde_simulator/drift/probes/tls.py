"""Which TLS a target speaks."""

from __future__ import annotations

from oifde_simulator.drift.judgement import Judgement, judge, unclear
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey


@probe("tls", "two handshakes: one that offers all, one of TLS 1.1 and older")
async def tls(survey: Survey) -> Judgement:
    """Check versions and protocol of TLS."""
    newest = await survey.handshakes.newest()
    if newest is None:
        return unclear("the handshake fails")
    differences = []
    if newest.version != "TLSv1.3":
        differences.append(f"{newest.version} is the newest version")
    if newest.protocol == "h2":
        differences.append("HTTP/2 is spoken")
    if old := await survey.handshakes.oldest():
        differences.append(f"{old.version} is accepted")
    return judge(differences, "TLS 1.3 is spoken, TLS 1.1 refused, no HTTP/2")
