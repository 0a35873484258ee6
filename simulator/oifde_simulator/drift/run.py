"""Run the probes one after another, and keep what was learnt whatever happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from oifde_simulator.drift.contract_check import Difference
from oifde_simulator.drift.judgement import (
    CONCLUSIVE,
    VERDICTS,
    Disturbed,
    Finding,
    Judgement,
    NotProbed,
    unclear,
)
from oifde_simulator.drift.probes import in_order
from oifde_simulator.drift.redaction import error_line
from oifde_simulator.drift.registry import NOT_PROBED, Probe
from oifde_simulator.drift.survey import Survey
from oifde_simulator.vendor_client import BudgetSpent, TargetError, Unreachable

CHANGED = "new calls came in during the run; run it again if an answer looks wrong"
TOKEN_ENDED = (
    "the token was ended during the run, maybe by another client of this account; run it again alone"  # noqa: S105
)


@dataclass
class Result:
    """What is known of a target so far; a run fills it finding by finding."""

    target: str
    """Origin of the target."""
    findings: list[Finding] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problem: str = ""
    """Why the target cannot be asked; empty where it can."""
    requests: int = 0
    answers_checked: int = 0
    interrupted: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of findings by verdict, every verdict there."""
        found = Counter(finding.verdict for finding in self.findings)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def has_learnt(self) -> bool:
        """Whether any guess was confirmed or refuted."""
        return any(finding.verdict in CONCLUSIVE for finding in self.findings)

    @property
    def has_drifted(self) -> bool:
        """Whether a guess was refuted, or an answer breaks the contract."""
        return bool(self.differences) or any(finding.verdict == "refuted" for finding in self.findings)


async def run(survey: Survey, result: Result, said: Callable[[Finding], None] = lambda _: None) -> None:
    """Judge every row; `result` has each finding as soon as it is made, and `said` is told.

    Whoever cancels it, or is interrupted, has the findings so far.
    """
    try:
        await _first_token(survey)
        for probe in in_order():
            finding = Finding(probe.key, await _judged(probe, survey))
            result.findings.append(finding)
            said(finding)
        await _look_back(survey, result)
    finally:
        _conclude(survey, result)


async def _first_token(survey: Survey) -> None:
    """Fetch the token before all else, so that a wrong secret or address is one line."""
    try:
        await survey.plain()
    except (NotProbed, Disturbed, TargetError):
        return  # the first probe that needs it says so


async def _judged(probe: Probe, survey: Survey) -> Judgement:
    if survey.asker.problem:
        return Judgement(
            "unreachable" if not survey.asker.health.answers else "not probed", "there is no token"
        )
    try:
        return await probe.run(survey)
    except NotProbed as reason:
        return Judgement("not probed", str(reason))
    except BudgetSpent as spent:
        return Judgement("not probed", str(spent))
    except Unreachable as error:
        return Judgement("unreachable", error_line(str(error)))
    except (Disturbed, TargetError) as error:
        return unclear(error_line(str(error)))


async def _look_back(survey: Survey, result: Result) -> None:
    """Ask the plain query once more: the service may have changed under the probes."""
    if survey.asker.problem:
        return
    try:
        before = await survey.plain()
        after = survey.last or await survey.asker.again(survey.query_ask(**await survey.selector()))
    except (NotProbed, Disturbed, TargetError):
        return
    if not after.succeeded:
        result.notes.append(TOKEN_ENDED)
    elif after.fields.get("total") != before.fields.get("total"):
        result.notes.append(CHANGED)


def _conclude(survey: Survey, result: Result) -> None:
    judged = {finding.key for finding in result.findings}
    for probe in in_order():
        if probe.key not in judged:
            result.interrupted = True
            result.findings.append(Finding(probe.key, Judgement("not probed", "the run was interrupted")))
    result.findings += [Finding(key, Judgement("not probed", why)) for key, why in NOT_PROBED.items()]
    result.problem = error_line(survey.asker.problem)
    result.differences = survey.asker.contract.differences
    result.answers_checked = survey.asker.contract.checked
    if survey.trouble:
        result.notes.append(survey.trouble)
