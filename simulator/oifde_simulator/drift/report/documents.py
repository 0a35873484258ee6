"""A report as JSON, and as JUnit XML for CI systems."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import quoteattr

from oifde_simulator.drift.judgement import Finding
from oifde_simulator.drift.report.table import difference_text
from oifde_simulator.drift.run import Result


def report_json(result: Result, *, insecure: bool = False) -> str:
    """Write the report as one JSON object."""
    document: dict[str, Any] = {
        "target": result.target,
        "insecure": insecure,
        "requests": result.requests,
        "interrupted": result.interrupted,
        "problem": result.problem or None,
        "counts": dict(result.counts),
        "findings": [_finding(finding) for finding in result.findings],
        "contract": {
            "answersChecked": result.answers_checked,
            "differences": [
                {"operation": each.operation, "member": each.member, "what": each.what}
                for each in result.differences
            ],
        },
        "notes": result.notes,
    }
    return json.dumps(document, indent=2)


def _finding(finding: Finding) -> dict[str, Any]:
    judgement = finding.judgement
    return {
        "key": finding.key,
        "verdict": judgement.verdict,
        "seen": judgement.seen,
        "settings": dict(judgement.facts),
    }


def report_junit(result: Result) -> str:
    """Write the report as JUnit XML: refuted is a failure, unreachable an error, unclear skipped."""
    cases = [_case("guesses", each.key, _outcome(each)) for each in result.findings]
    cases += [
        _case("contract", f"{each.operation} {each.member}", _element("failure", difference_text(each)))
        for each in result.differences
    ]
    failures, errors, skipped = (
        sum(f"<{kind} " in case for case in cases) for kind in ("failure", "error", "skipped")
    )
    head = f'tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    suite = f'<testsuite name="oifde-simulator drift" {head}>'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', suite, *cases, "</testsuite>", ""])


def _case(group: str, name: str, outcome: str) -> str:
    return f"  <testcase classname={quoteattr(f'drift.{group}')} name={quoteattr(name)}>{outcome}</testcase>"


def _outcome(finding: Finding) -> str:
    seen = f"{finding.verdict}: {finding.judgement.seen}"
    match finding.verdict:
        case "confirmed":
            return ""
        case "refuted":
            return _element("failure", seen)
        case "unreachable":
            return _element("error", seen)
    return _element("skipped", seen)


def _element(name: str, message: str) -> str:
    return f"<{name} message={quoteattr(message)}/>"
